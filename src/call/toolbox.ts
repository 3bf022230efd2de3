/**
 * Runs what the model asks for. The model is assumed hostile: a tool gets only what its schema lets through, has its own
 * time, and its result is data of bounded size.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ToolExchange } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { ToolDescription } from '../providers/contracts.ts';
import type { Tool, ToolCall } from './tool.ts';

/** A wish of the model: arguments as it wrote them. */
export interface ToolWish {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** For the log: no arguments, no results. */
export interface ToolEnd {
  readonly name: string;
  readonly ms: number;
  readonly failed: boolean;
  /** What a tool threw: the operator's to read, never the model's. */
  readonly error?: unknown;
}

/** What became of a wish: the text for the model. */
interface Told {
  readonly result: string;
  readonly failed?: true;
  readonly error?: unknown;
  /** Nothing was done, and nobody is to know of it. */
  readonly isVoid?: true;
}

export interface ToolboxOptions {
  readonly tools: Readonly<Record<string, Tool>>;
  readonly clock: Clock;
  readonly call: Omit<ToolCall, 'signal' | 'idempotencyKey'>;
  readonly onToolEnd: (end: ToolEnd) => void;
  /** Whether the call is still this node's: what another node may be doing too must not be done twice. Never rejects. */
  readonly mayAct: () => boolean | Promise<boolean>;
  /** Makes what a tool has done durable; the model, and so the caller, is told afterwards. Never rejects. */
  readonly commit: (exchange: ToolExchange) => Promise<void>;
}

/** More than one round may hold, a model in a loop has; its rest is refused. */
const MOST_IN_A_ROUND = 8;
/** In a whole call (LLM10 of OWASP's list: unbounded consumption). */
const MOST_IN_A_CALL = 60;
/** A model reads every character of a result before its next word. */
const LONGEST_RESULT = 8_000;
const LONGEST_ARGUMENTS = 20_000;

export class Toolbox {
  readonly #options: ToolboxOptions;
  #used = 0;

  constructor(options: ToolboxOptions) {
    this.#options = options;
  }

  /** Runs one round: together what may run together. Never rejects; the results are in the order of the wishes. */
  async run(wishes: readonly ToolWish[]): Promise<readonly ToolExchange[]> {
    const exchanges = new Map<ToolWish, ToolExchange>();
    const run = async (wish: ToolWish, index: number): Promise<void> => {
      exchanges.set(wish, await this.#runOne(wish, index));
    };
    const together: Promise<void>[] = [];
    for (const [index, wish] of wishes.entries()) {
      if (!this.#toolOf(wish)?.alone) {
        together.push(run(wish, index));
        continue;
      }
      await Promise.all(together.splice(0));
      await run(wish, index);
    }
    await Promise.all(together);
    return wishes.map((wish) => exchanges.get(wish)!);
  }

  #toolOf({ name }: ToolWish): Tool | undefined {
    const { tools } = this.#options;
    return Object.hasOwn(tools, name) ? tools[name] : undefined;
  }

  async #runOne(wish: ToolWish, index: number): Promise<ToolExchange> {
    const { clock, onToolEnd } = this.#options;
    const startedAt = clock.now();
    const { result, failed, error, isVoid } = await this.#tell(wish, index);
    const name = this.#toolOf(wish) ? wish.name : 'unknown';
    const end = { name, ms: Math.round(clock.now() - startedAt), failed: failed ?? false };
    onToolEnd(error === undefined ? end : { ...end, error });
    const args = wish.arguments.slice(0, LONGEST_ARGUMENTS);
    const told = { id: wish.id, name: wish.name, arguments: args, result };
    const exchange: ToolExchange = failed ? { ...told, failed } : told;
    if (!isVoid) await this.#options.commit(exchange);
    return exchange;
  }

  async #tell(wish: ToolWish, index: number): Promise<Told> {
    const tool = this.#toolOf(wish);
    if (!tool) return refusal('there is no such tool');
    if (index >= MOST_IN_A_ROUND || this.#used++ >= MOST_IN_A_CALL) return refusal('too many tools were asked for');
    const input = parseArguments(tool.input, wish.arguments);
    if (!input.ok) return refusal(input.problem);
    if (!(await this.#options.mayAct())) return { ...refusal('the call is not here any more'), isVoid: true };
    return this.#perform(tool, input.value, wish);
  }

  async #perform(tool: Tool, input: unknown, wish: ToolWish): Promise<Told> {
    const { call, clock } = this.#options;
    const abort = new AbortController();
    let disarm = () => {};
    const expiry = new Promise<never>((_, reject) => {
      disarm = clock.at(clock.now() + tool.timeoutMs, () => {
        abort.abort();
        reject(new Error('its time is over'));
      });
    });
    try {
      const idempotencyKey = keyOf(call.callSid, wish);
      const work = Promise.resolve(tool.run(input as never, { ...call, idempotencyKey, signal: abort.signal }));
      return { result: serializeResult(await Promise.race([work, expiry])) };
    } catch (error) {
      // The model needs to know that it failed, not how our side is built.
      return { ...refusal(abort.signal.aborted ? 'the tool took too long' : 'the tool failed'), error };
    } finally {
      disarm();
    }
  }
}

/** What models are told of these tools. Made once per agent: a schema takes its time. */
export function describeTools(tools: Readonly<Record<string, Tool>>): readonly ToolDescription[] {
  return Object.entries(tools).map(([name, { description, input }]) => ({
    name,
    description,
    parameters: z.toJSONSchema(input, { io: 'input' }) as Readonly<Record<string, unknown>>,
  }));
}

/** The same wish of the same call has the same key, whoever asks for it again: a model, or a node that took over. */
const keyOf = (callSid: string, { arguments: args, name }: ToolWish): string =>
  createHash('sha256')
    .update(JSON.stringify([callSid, name, args]))
    .digest('base64url');

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

function parseArguments(schema: z.ZodObject, text: string): Parsed {
  if (text.length > LONGEST_ARGUMENTS) return { ok: false, problem: 'the arguments are too long' };
  const json = parseJson(text.trim() === '' ? '{}' : text);
  if (!json.ok) return json;
  const result = schema.safeParse(json.value);
  if (result.success) return { ok: true, value: result.data };
  const [issue] = result.error.issues;
  return { ok: false, problem: `wrong arguments: ${issue?.path.join('.')}: ${issue?.message}`.slice(0, 300) };
}

function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, problem: 'the arguments are not JSON' };
  }
}

function serializeResult(value: unknown): string {
  const text = JSON.stringify(value ?? { ok: true }) ?? '{"ok":true}';
  return text.length <= LONGEST_RESULT ? text : JSON.stringify({ cut: true, text: text.slice(0, LONGEST_RESULT) });
}

const refusal = (problem: string): Told => ({ result: JSON.stringify({ error: problem }), failed: true });
