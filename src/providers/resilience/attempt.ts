import type { Clock } from '../../core/clock.ts';
import { ProviderError } from '../../core/errors.ts';
import type { BUDGETS } from '../budgets.ts';
import { brokenAnswer, tooSlow, type VendorOperation } from '../vendor-error.ts';
import type { ProviderHealth } from './health.ts';
import type { OnProviderNews } from './news.ts';

/** What every chain of providers is made with. */
export interface ChainOptions {
  readonly clock: Clock;
  readonly health: ProviderHealth;
  readonly onNews: OnProviderNews;
  /** Other budgets than usual. */
  readonly budgets?: { readonly [Name in keyof typeof BUDGETS]?: number };
}

export interface AttemptOptions<T> {
  readonly clock: Clock;
  readonly who: VendorOperation;
  /** The caller's: its abort cancels the request at once, even between two steps. */
  readonly signal: AbortSignal;
  /** Sends the request, when the first step is asked for. */
  readonly begin: (signal: AbortSignal) => AsyncIterable<T>;
}

/**
 * One request to one provider, read step by step, each step under a budget. It holds whatever the provider does: one that
 * ignores its signal, or throws what the contract does not name, still ends in time and in a `ProviderError`.
 */
export class Attempt<T> {
  readonly who: VendorOperation;
  readonly startedAt: number;
  readonly #options: AttemptOptions<T>;
  readonly #abort = new AbortController();
  readonly #pending = new Set<(reason: unknown) => void>();
  #steps: AsyncIterator<T> | undefined;

  constructor(options: AttemptOptions<T>) {
    this.#options = options;
    this.who = options.who;
    this.startedAt = options.clock.now();
    options.signal.addEventListener('abort', this.#cancel, { once: true });
    if (options.signal.aborted) this.#cancel();
  }

  /** Runs the beginning of the request under the vendor's breaker, which may be open, or busy with another's probe. */
  guarded<R>(health: ProviderHealth, run: () => Promise<R>): Promise<R> {
    return this.#unlessStopped(health.guard(this.who, run));
  }

  /**
   * The next step. Throws `ProviderError`, a `provider-timeout` when the budget is over, or the reason of the abort; after
   * any of these the request is cancelled.
   */
  async next(budgetMs: number, detail: string): Promise<IteratorResult<T>> {
    const { clock } = this.#options;
    const disarm = clock.at(clock.now() + budgetMs, () => this.stop(tooSlow(this.who, detail)));
    try {
      return await this.#unlessStopped(this.#step());
    } catch (error) {
      this.stop(error);
      throw error;
    } finally {
      disarm();
    }
  }

  /** Cancels what is still going on; nothing comes of it afterwards. */
  stop(reason: unknown = new DOMException('The request is no longer needed', 'AbortError')): void {
    if (this.#abort.signal.aborted) return;
    this.#options.signal.removeEventListener('abort', this.#cancel);
    this.#abort.abort(reason);
    for (const reject of this.#pending) reject(reason);
    // A generator that waits for something answers `return` only afterwards, and what it throws then concerns nobody.
    Promise.resolve(this.#steps?.return?.()).catch(() => {});
  }

  readonly #cancel = (): void => this.stop(this.#options.signal.reason);

  async #step(): Promise<IteratorResult<T>> {
    try {
      this.#abort.signal.throwIfAborted();
      this.#steps ??= this.#options.begin(this.#abort.signal)[Symbol.asyncIterator]();
      return await this.#steps.next();
    } catch (error) {
      if (error instanceof ProviderError || this.#abort.signal.aborted) throw error;
      throw brokenAnswer(this.who, `ended with ${error instanceof Error ? error.name : typeof error}`, error);
    }
  }

  #unlessStopped<R>(work: Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#pending.add(reject);
      work.then(resolve, reject).finally(() => this.#pending.delete(reject));
    });
  }
}
