import { BUDGETS } from '../budgets.ts';
import type { Brain, BrainEvent, BrainOptions, BrainRequest, BrainSession, HistoryTurn } from '../contracts.ts';
import { brokenAnswer, type VendorOperation } from '../vendor-error.ts';
import { Attempt, type ChainOptions } from './attempt.ts';
import { askForFirstEvents, type FirstEvents } from './brain-first.ts';
import { BrainOrder } from './brain-order.ts';
import { BrainReply, type FirstLimits } from './brain-reply.ts';
import type { SaidSoFar } from './brain-said.ts';
import { requestAfter, type Takeover, takeoverBy } from './brain-takeover.ts';
import { ChainSessions } from './chain-sessions.ts';
import type { FirstTokenTimes } from './first-token.ts';
import { forCall } from './news.ts';

export interface BrainChainOptions extends ChainOptions {
  /** Whether a first token that is unusually late is asked for a second time. Default true. */
  readonly hedge?: boolean;
}

export interface ResilientBrainSessionOptions extends BrainChainOptions {
  readonly chain: readonly Brain[];
  readonly call: BrainOptions;
  readonly times: FirstTokenTimes;
}

/** One call's replies, each begun by the first brain of the chain that can, and ended by whoever is left. */
export class ResilientBrainSession implements BrainSession {
  /** Not there when none of the chain needs it. */
  readonly summarize?: (history: readonly HistoryTurn[], signal: AbortSignal) => Promise<string>;
  readonly #o: ResilientBrainSessionOptions;
  readonly #budgets: Readonly<Record<keyof typeof BUDGETS, number>>;
  readonly #closing = new AbortController();
  readonly #sessions: ChainSessions<BrainSession>;
  #serving = 0;
  #takeover: Takeover | undefined;

  constructor(options: ResilientBrainSessionOptions) {
    const { chain, call } = options;
    this.#o = { ...options, onNews: forCall(options.onNews, call.callSid) };
    this.#budgets = { ...BUDGETS, ...options.budgets };
    this.#sessions = new ChainSessions((index) => chain[index]!.open(call));
    this.#sessions.get(
      Math.max(
        0,
        chain.findIndex((_, index) => this.#admits(index)),
      ),
    );
    if (chain.some((_, index) => this.#canSummarize(index))) this.summarize = (...args) => this.#summarize(...args);
  }

  respond(request: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
    return this.#respond(request, this.#untilClosed(signal));
  }

  close(): Promise<void> {
    this.#closing.abort(new DOMException('The brain was closed', 'AbortError'));
    return this.#sessions.close(this.#o.clock, this.#budgets.closeMs);
  }

  async *#respond(request: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
    signal.throwIfAborted();
    const { chain, clock, health } = this.#o;
    const order = new BrainOrder({
      length: chain.length,
      start: this.#takeover?.index ?? 0,
      admits: (index) => this.#admits(index),
      startsAnew: (index) => this.#startsAnew(index),
    });
    const reply = new BrainReply({
      clock,
      order,
      request,
      signal,
      budgets: this.#budgets,
      requestFor: (...args) => this.#requestFor(...args),
      ask: (index, own, limits) => this.#ask(index, own, { ...limits, signal }),
      onServes: (index) => this.#serves(index, request),
      onCut: ({ who }, error) => void health.failed(who, error), // may wait for another request's probe
    });
    yield* reply.events();
  }

  #requestFor(index: number, request: BrainRequest, said: SaidSoFar): BrainRequest {
    if (!this.#startsAnew(index)) return said.goOn(request);
    const known = this.#takeover?.index === index ? this.#takeover : undefined;
    return requestAfter(known ?? takeoverBy(index, request), request);
  }

  #ask(
    index: number,
    request: BrainRequest,
    { signal, ...limits }: FirstLimits & { signal: AbortSignal },
  ): Promise<FirstEvents> {
    const { clock, health, hedge = true, onNews, times } = this.#o;
    const begin = (inner: AbortSignal) => this.#sessions.get(index).respond(request, inner);
    return askForFirstEvents({
      clock,
      health,
      onNews,
      times,
      ...limits,
      mayHedge: hedge && !this.#startsAnew(index),
      begin: () => new Attempt({ clock, who: this.#who(index), signal, begin }),
    });
  }

  #serves(index: number, request: BrainRequest): void {
    if (this.#startsAnew(index) && this.#takeover?.index !== index) this.#takeover = takeoverBy(index, request);
    if (index === this.#serving) return;
    const [from, to] = [this.#who(this.#serving).provider, this.#who(index).provider];
    this.#serving = index;
    this.#o.onNews({ type: 'switched', operation: 'brain', from, to });
  }

  async #summarize(history: readonly HistoryTurn[], signal: AbortSignal): Promise<string> {
    const either = this.#untilClosed(signal);
    either.throwIfAborted();
    const able = this.#o.chain.flatMap((_, index) => (this.#canSummarize(index) ? [index] : []));
    const admitted = able.filter((index) => this.#admits(index));
    let failure: unknown;
    for (const index of admitted.length > 0 ? admitted : able.slice(0, 1)) {
      try {
        return await this.#summaryOf(index, history, either);
      } catch (error) {
        either.throwIfAborted();
        failure = error;
      }
    }
    throw failure;
  }

  async #summaryOf(index: number, history: readonly HistoryTurn[], signal: AbortSignal): Promise<string> {
    const { clock, health } = this.#o;
    const { brainTotalMs } = this.#budgets;
    const session = this.#sessions.get(index);
    const who = this.#who(index);
    const attempt = new Attempt({
      clock,
      who,
      signal,
      async *begin(inner) {
        yield (await session.summarize?.(history, inner)) ?? '';
      },
    });
    try {
      return await attempt.guarded(health, async () => {
        const { value } = await attempt.next(brainTotalMs, `no summary within ${brainTotalMs} ms`);
        if (typeof value !== 'string' || value.trim() === '') throw brokenAnswer(who, 'an empty summary');
        return value;
      });
    } finally {
      attempt.stop();
    }
  }

  #canSummarize(index: number): boolean {
    return !this.#startsAnew(index) && this.#sessions.get(index).summarize !== undefined;
  }

  #untilClosed(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal]);
  }

  #startsAnew(index: number): boolean {
    return this.#o.chain[index]!.startsAnew ?? false;
  }

  #admits(index: number): boolean {
    return this.#o.health.admits(this.#who(index));
  }

  #who(index: number): VendorOperation {
    return { provider: this.#o.chain[index]!.name, operation: 'brain', callSid: this.#o.call.callSid };
  }
}
