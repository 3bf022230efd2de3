import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { SpeechToText } from '../contracts.ts';
import type { ProviderHealth } from './health.ts';
import type { OnProviderNews } from './news.ts';
import type { RecogniserBudgets } from './recogniser-budgets.ts';
import { chooseProvider, reopenDelayMs } from './recogniser-plan.ts';

export interface RecogniserRouteOptions {
  readonly chain: readonly SpeechToText[];
  readonly clock: Clock;
  readonly health: ProviderHealth;
  readonly onNews: OnProviderNews;
  readonly budgets: RecogniserBudgets;
}

/** In noise the whole chain is wordless: each round of it is given twice the time, up to this factor. */
const MOST_PATIENCE = 16;

/** A call's way along its chain of recognisers: who is next and when, and when there is no more use. */
export class RecogniserRoute {
  readonly #options: RecogniserRouteOptions;
  readonly #denied = new Set<number>();
  /** When a provider that asked for a pause may be asked again. */
  readonly #notBefore = new Map<number, number>();
  #last: number | undefined;
  #again = false;
  /** In a row, with no session that worked between them. */
  #failures = 0;
  /** Sessions let go of for their silence since the last word from anybody. */
  #doubts = 0;
  #lostSince: number | undefined;
  #reopenAt: number;

  constructor(options: RecogniserRouteOptions) {
    this.#options = options;
    this.#reopenAt = options.clock.now();
  }

  /** When `next` is to be asked. */
  get reopenAt(): number {
    return this.#reopenAt;
  }

  /** When the search is over; undefined while somebody works. */
  get lostAt(): number | undefined {
    if (this.#lostSince === undefined) return undefined;
    // No key of any vendor is good: waiting mends nothing.
    const isHopeless = this.#denied.size === this.#options.chain.length;
    return isHopeless ? this.#lostSince : this.#lostSince + this.#options.budgets.outageMs;
  }

  /** The provider to open now; undefined when none may be, and `reopenAt` is later then. */
  next(): { readonly index: number; readonly provider: SpeechToText } | undefined {
    const { chain, onNews } = this.#options;
    const choice = { count: chain.length, last: this.#last, again: this.#again };
    const index = chooseProvider({ ...choice, admits: (candidate) => this.#admits(candidate) });
    const provider = index === undefined ? undefined : chain[index];
    if (index === undefined || !provider) {
      this.#failures = Math.max(this.#failures, chain.length);
      this.#wait();
      return undefined;
    }
    const from = chain[this.#last ?? 0];
    if (from && from !== provider) onNews({ type: 'switched', operation: 'stt', from: from.name, to: provider.name });
    this.#last = index;
    return { index, provider };
  }

  /** The session of provider `index` is dead. `worked`: it was well until then. */
  failed(index: number, error: ProviderError, worked: boolean): void {
    const now = this.#options.clock.now();
    if (error.code === 'provider-misconfigured') this.#denied.add(index);
    if (error.retryAfterMs !== undefined) this.#notBefore.set(index, now + error.retryAfterMs);
    this.#again = worked && error.retryable;
    this.#wait();
  }

  /** A session was let go of because it was silent. `spoke`: it had not always been. */
  doubted(spoke: boolean): void {
    this.#doubts++;
    this.#again = spoke;
    this.#reopenAt = this.#options.clock.now();
  }

  /** A session is connected. */
  connected(): void {
    this.#failures = 0;
    this.#lostSince = undefined;
  }

  /** A session gives words. */
  spoke(): void {
    this.connected();
    this.#doubts = 0;
  }

  /**
   * Whether another opinion on an utterance without words is worth its delay. Adapters answer for a mute vendor with an
   * empty final, so a session that has never said a word is not believed.
   */
  mayDoubt(speechMs: number): boolean {
    const { chain, budgets } = this.#options;
    return speechMs >= budgets.doubtMs && this.#doubts < Math.max(1, chain.length - 1);
  }

  /** How long speech may be wordless now. */
  get muteMs(): number {
    const rounds = Math.floor(this.#doubts / this.#options.chain.length);
    return this.#options.budgets.muteMs * Math.min(2 ** rounds, MOST_PATIENCE);
  }

  #wait(): void {
    const now = this.#options.clock.now();
    this.#lostSince ??= now;
    this.#failures++;
    this.#reopenAt = now + reopenDelayMs(this.#failures, this.#options.chain.length);
  }

  #admits(index: number): boolean {
    const { chain, clock, health } = this.#options;
    const provider = chain[index];
    if (!provider || this.#denied.has(index) || clock.now() < (this.#notBefore.get(index) ?? 0)) return false;
    return health.admits({ provider: provider.name, operation: 'stt' });
  }
}
