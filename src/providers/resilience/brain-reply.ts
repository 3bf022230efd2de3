import type { Clock } from '../../core/clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { isSpeakable } from '../../text/speakable.ts';
import type { BrainEvent, BrainRequest } from '../contracts.ts';
import { brokenAnswer } from '../vendor-error.ts';
import type { Attempt } from './attempt.ts';
import type { FirstEvents } from './brain-first.ts';
import type { BrainOrder } from './brain-order.ts';
import { SaidSoFar } from './brain-said.ts';

export interface BrainReplyOptions {
  readonly clock: Clock;
  readonly order: BrainOrder;
  readonly request: BrainRequest;
  readonly signal: AbortSignal;
  readonly budgets: {
    readonly brainFirstTokenMs: number;
    readonly brainBetweenTokensMs: number;
    readonly brainTotalMs: number;
  };
  /** The request as one of the chain may see it. */
  readonly requestFor: (index: number, request: BrainRequest, said: SaidSoFar) => BrainRequest;
  readonly ask: (index: number, request: BrainRequest, limits: FirstLimits) => Promise<FirstEvents>;
  /** It has begun to answer. */
  readonly onServes: (index: number) => void;
  /** It had begun, and failed. */
  readonly onCut: (attempt: Attempt<BrainEvent>, error: ProviderError) => void;
}

export interface FirstLimits {
  readonly budgetMs: number;
  readonly maySayNothing: boolean;
}

/** One reply, begun by one brain and ended by whoever is left. */
export class BrainReply {
  readonly #o: BrainReplyOptions;
  readonly #said = new SaidSoFar();
  /** Waiting for brains; the time in which the listener does not listen is its own. */
  #leftMs: number;
  /** Something has been set going that must not be set going twice. */
  #isDecided = false;
  #usage: Extract<BrainEvent, { type: 'usage' }> | undefined;

  constructor(options: BrainReplyOptions) {
    this.#o = options;
    this.#leftMs = options.budgets.brainTotalMs;
  }

  async *events(): AsyncGenerator<BrainEvent> {
    const { order, signal } = this.#o;
    let failure: ProviderError | undefined;
    for (;;) {
      const index = order.next();
      if (index === undefined) throw failure;
      try {
        yield* this.#answerOf(index);
        break;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ProviderError)) throw error;
        failure = error;
      }
      if (this.#isDecided) break;
      const hasSpoken = this.#said.hasLooseText;
      order.failed({ index, error: failure, hasSpoken });
      this.#said.retract();
      if (hasSpoken) yield { type: 'retract' };
      if (this.#leftMs > 0) continue;
      if (this.#said.hasSentences) break;
      throw failure;
    }
    signal.throwIfAborted();
    if (this.#usage) yield this.#usage;
  }

  async *#answerOf(index: number): AsyncGenerator<BrainEvent> {
    const { ask, budgets, onCut, onServes, request, requestFor } = this.#o;
    const own = requestFor(index, request, this.#said);
    const maySayNothing = own.opening || this.#said.hasSentences;
    const first = await this.#within(budgets.brainFirstTokenMs, (budgetMs) =>
      ask(index, own, { budgetMs, maySayNothing }),
    );
    const { attempt } = first;
    try {
      onServes(index);
      yield* this.#substanceOf(first, maySayNothing);
    } catch (error) {
      if (error instanceof ProviderError) onCut(attempt, error);
      throw error;
    } finally {
      attempt.stop();
    }
  }

  async *#substanceOf(first: FirstEvents, maySayNothing: boolean): AsyncGenerator<BrainEvent> {
    let hasSubstance = maySayNothing;
    for await (const event of this.#eventsOf(first)) {
      hasSubstance ||= event.type !== 'text' || isSpeakable(event.text);
      if (event.type === 'text') this.#said.add(event.text);
      if (event.type === 'tool-call' || event.type === 'outcome' || event.type === 'hang-up') this.#isDecided = true;
      yield event;
    }
    if (!hasSubstance) throw brokenAnswer(first.attempt.who, 'an answer without a word');
  }

  /** All that is meant for the listener; what it cost is added up until the end. */
  async *#eventsOf({ attempt, events, isAll }: FirstEvents): AsyncGenerator<BrainEvent> {
    const { brainBetweenTokensMs } = this.#o.budgets;
    yield* events.filter((event) => this.#isToPass(event));
    while (!isAll) {
      const step = await this.#within(brainBetweenTokensMs, (budgetMs) =>
        attempt.next(budgetMs, `nothing more for ${Math.round(budgetMs)} ms`),
      );
      if (step.done) return;
      if (this.#isToPass(step.value)) yield step.value;
    }
  }

  #isToPass(event: BrainEvent): boolean {
    if (event.type === 'text') return event.text !== '';
    if (event.type !== 'usage') return true;
    const { inputTokens, outputTokens } = this.#usage ?? { inputTokens: 0, outputTokens: 0 };
    this.#usage = {
      type: 'usage',
      inputTokens: inputTokens + event.inputTokens,
      outputTokens: outputTokens + event.outputTokens,
    };
    return false;
  }

  async #within<T>(budgetMs: number, work: (budgetMs: number) => Promise<T>): Promise<T> {
    const { clock, signal } = this.#o;
    const from = clock.now();
    try {
      const result = await work(Math.min(budgetMs, this.#leftMs));
      signal.throwIfAborted();
      return result;
    } finally {
      this.#leftMs = Math.max(0, this.#leftMs - (clock.now() - from));
    }
  }
}
