/** Brains that do as they are told, request by request, and chains of them. */
import { ProviderError, type ProviderErrorDetails } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { SentenceSplitter } from '../../text/sentences.ts';
import { settle } from '../conformance/settle.ts';
import type { Brain, BrainEvent, BrainRequest, BrainSession, HistoryTurn } from '../contracts.ts';
import { wait } from '../wait.ts';
import { createResilientBrain } from './brain.ts';
import type { BrainChainOptions } from './brain-session.ts';
import { ProviderHealth } from './health.ts';
import type { ProviderNews } from './news.ts';

/** Events, waits in milliseconds, and errors by their code, in order. */
export type BrainStep = BrainEvent | number | ProviderErrorDetails['code'];

export interface ScriptedBrainOptions {
  readonly clock: VirtualClock;
  readonly name: string;
  /** What it does with its n-th request. */
  readonly answer: (request: BrainRequest, n: number) => readonly BrainStep[];
  readonly startsAnew?: boolean;
  readonly summary?: (history: readonly HistoryTurn[]) => string | ProviderErrorDetails['code'];
}

export class ScriptedBrain implements Brain {
  readonly name: string;
  readonly startsAnew: boolean;
  readonly asked: BrainRequest[] = [];
  readonly askedAt: number[] = [];
  /** Requests that are going on. */
  running = 0;
  opened = 0;
  closed = 0;
  readonly #options: ScriptedBrainOptions;

  constructor(options: ScriptedBrainOptions) {
    this.#options = options;
    this.name = options.name;
    this.startsAnew = options.startsAnew ?? false;
  }

  open(): BrainSession {
    this.opened++;
    const { summary } = this.#options;
    return {
      respond: (request, signal) => this.#respond(request, signal),
      ...(summary ? { summarize: async (history) => this.#summaryOf(summary(history)) } : {}),
      close: async () => {
        this.closed++;
      },
    };
  }

  async close(): Promise<void> {}

  async *#respond(request: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
    const { clock, answer } = this.#options;
    const steps = answer(request, this.asked.length);
    this.asked.push(request);
    this.askedAt.push(clock.now());
    this.running++;
    try {
      for (const step of steps) {
        if (typeof step === 'number') await wait(clock, step, signal);
        else if (typeof step === 'string') throw this.#error(step);
        else yield step;
      }
    } finally {
      this.running--;
    }
  }

  #summaryOf(result: string): string {
    if (result.startsWith('provider-')) throw this.#error(result as ProviderErrorDetails['code']);
    return result;
  }

  #error(code: ProviderErrorDetails['code']): ProviderError {
    const retryable = code !== 'provider-misconfigured';
    return new ProviderError({ provider: this.name, operation: 'brain', code, retryable }, 'as told');
  }
}

export const text = (words: string): BrainEvent => ({ type: 'text', text: words });
/** A text as a model streams it, in pieces that keep to no word. */
export const tokens = (words: string): BrainEvent[] => (words.match(/.{1,5}/gsu) ?? []).map(text);
/** A number of milliseconds that no budget has. */
export const FOREVER = 1e9;

export const caller = (words: string): HistoryTurn => ({ who: 'caller', text: words });
export const agent = (words: string): HistoryTurn => ({ who: 'agent', text: words });
export const hello = [agent('Good morning.'), caller('hello')];
export const GOOD = [text('We are open '), text('from nine to six. '), text('Anything else?')];
export const RETRACT: BrainEvent = { type: 'retract' };
export const call = { callSid: 'CA00', language: 'en-US' } as const;

type Script = readonly BrainStep[] | Partial<ScriptedBrainOptions>;

export function openChain(scripts: readonly Script[], options: Partial<BrainChainOptions> = {}) {
  const clock = new VirtualClock();
  const news: ProviderNews[] = [];
  const onNews = (item: ProviderNews) => news.push(item);
  const health = new ProviderHealth({ clock, onNews });
  const names = ['first', 'second', 'third'];
  const brains = scripts.map((script, i) => {
    const answer = () => ('length' in script ? script : GOOD);
    const own = 'length' in script ? {} : script;
    return new ScriptedBrain({ clock, name: names[i]!, answer, ...own });
  });
  const brain = createResilientBrain(brains, { clock, health, onNews, ...options });
  const session = brain.open(call);
  return { clock, news, brains, brain, session };
}

type Chain = Pick<ReturnType<typeof openChain>, 'clock' | 'session'>;

/** All events, and the error that ends them, if any. */
export async function reply({ clock, session }: Chain, history: readonly HistoryTurn[] = hello, opening = false) {
  const events: BrainEvent[] = [];
  const request = { reply: 1, opening, history };
  const work = collect(session, request, events);
  const error: unknown = await settle(work, (ms) => clock.advance(ms)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { events, error };
}

export async function collect(
  session: BrainSession,
  request: BrainRequest,
  into: BrainEvent[],
  signal = neverAborted(),
) {
  for await (const event of session.respond(request, signal)) into.push(event);
}

export const neverAborted = () => new AbortController().signal;

/** What is spoken of these events, cut as the call cuts them. */
export function spokenOf(events: readonly BrainEvent[]): string[] {
  const splitter = new SentenceSplitter();
  const sentences: string[] = [];
  for (const event of events) {
    if (event.type === 'text') sentences.push(...splitter.push(event.text));
    if (event.type === 'retract') splitter.reset();
  }
  return [...sentences, ...splitter.flush()];
}

export const newsOf = (news: readonly ProviderNews[], type: ProviderNews['type']) =>
  news.filter((item) => item.type === type);
