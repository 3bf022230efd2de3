/** From what a model's stream holds, whichever vendor's, to the events of a brain. */
import { ProviderError } from '../../core/errors.ts';
import type { BrainEvent } from '../contracts.ts';
import { brokenAnswer, type VendorOperation } from '../vendor-error.ts';
import { END_CALL } from './prompt.ts';

/** What a vendor's codec reads from its stream. */
export type ModelPart =
  | { readonly type: 'text'; readonly text: string }
  /** A tool call whose arguments are whole, as far as the vendor tells; without an id where the server gives none. */
  | { readonly type: 'tool-call'; readonly id?: string; readonly name: string; readonly arguments: string }
  /** The model is at work on something that is not to be spoken, such as the arguments of a tool. */
  | { readonly type: 'progress' }
  /** Each replaces the one before. */
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  /** The model is through. `cut-short`: by a limit or a filter. `refused`: the same request will be refused again. */
  | { readonly type: 'finish'; readonly reason: 'complete' | 'cut-short' | 'refused'; readonly detail: string };

type ToolCallPart = Extract<ModelPart, { type: 'tool-call' }>;
type FinishPart = Extract<ModelPart, { type: 'finish' }>;

export interface ReplyOptions {
  readonly who: VendorOperation;
  /** Begins the ids of tool calls that came without one; unique in the call. */
  readonly callIdPrefix: string;
}

/**
 * Text as it comes; tool calls only once the model is through, so that none is made for an answer that breaks and is
 * asked for again. Throws `provider-failed` for an answer without words and calls, and for one without an end.
 */
export async function* replyEvents(
  parts: AsyncIterable<ModelPart>,
  { who, callIdPrefix }: ReplyOptions,
): AsyncGenerator<BrainEvent> {
  const calls: ToolCallPart[] = [];
  let hasSpoken = false;
  let finish: FinishPart | undefined;
  let usage: Extract<ModelPart, { type: 'usage' }> | undefined;
  try {
    for await (const part of parts) {
      if (part.type === 'tool-call') calls.push(part);
      if (part.type === 'finish') finish = part;
      if (part.type === 'usage') usage = part;
      if (part.type !== 'text' || part.text === '') continue;
      hasSpoken ||= /\S/u.test(part.text);
      yield { type: 'text', text: part.text };
    }
  } catch (error) {
    // After the finish the answer is whole, and only its price remains unknown.
    if (finish === undefined) throw error;
  }
  if (finish === undefined) throw brokenAnswer(who, 'the answer ended before its end');
  const whole = wholeCalls(calls, finish);
  if (whole.some(({ name }) => name === '')) throw brokenAnswer(who, 'a tool call without a name');
  if (!hasSpoken && whole.length === 0) throw nothingSaid(who, finish);
  yield* callEvents(whole, callIdPrefix);
  if (usage) yield usage;
}

/** A limit cuts the last call's arguments anywhere; a refusal takes everything back that was not spoken. */
function wholeCalls(calls: readonly ToolCallPart[], { reason }: FinishPart): readonly ToolCallPart[] {
  if (reason === 'complete') return calls;
  return reason === 'refused' ? [] : calls.filter((call) => isJson(call.arguments));
}

function* callEvents(calls: readonly ToolCallPart[], callIdPrefix: string): Generator<BrainEvent> {
  const ids = new Set<string>();
  for (const { id, name, arguments: json } of calls) {
    if (name === END_CALL.name) continue;
    const unique = id && !ids.has(id) ? id : `${callIdPrefix}_${ids.size}`;
    ids.add(unique);
    yield { type: 'tool-call', id: unique, name, arguments: json === '' ? '{}' : json };
  }
  if (calls.some(({ name }) => name === END_CALL.name)) yield { type: 'hang-up' };
}

function nothingSaid(who: VendorOperation, { reason, detail }: FinishPart): ProviderError {
  if (reason === 'complete') return brokenAnswer(who, 'empty answer');
  if (reason === 'cut-short') return brokenAnswer(who, `empty answer (${detail})`);
  return new ProviderError({ ...who, code: 'provider-failed', retryable: false }, `refused to answer (${detail})`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
