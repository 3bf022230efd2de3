import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  IsolatedCircuitError,
} from 'cockatiel';
import type { Clock } from '../../core/clock.ts';
import { ProviderError } from '../../core/errors.ts';
import type { VendorOperation } from '../vendor-error.ts';
import type { BreakerState, OnProviderNews } from './news.ts';

export interface ProviderHealthOptions {
  readonly clock: Clock;
  readonly onNews: OnProviderNews;
  /** Failures in a row that open a breaker. */
  readonly failures?: number;
  /** How long an open breaker refuses before one request may try again. */
  readonly openMs?: number;
  /** The same after an authentication failure, which no retry mends. */
  readonly misconfiguredMs?: number;
}

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/**
 * One circuit breaker per vendor and operation, shared by all calls of the process: what one call learned of a vendor's
 * bad day, the next need not learn again.
 */
export class ProviderHealth {
  readonly #options: ProviderHealthOptions;
  readonly #breakers = new Map<string, CircuitBreakerPolicy>();
  /** When each breaker opened last. */
  readonly #openedAt = new Map<string, number>();
  readonly #pardons = new Set<() => void>();

  constructor(options: ProviderHealthOptions) {
    this.#options = options;
  }

  /** Whether a request would be let through now. */
  admits(who: VendorOperation): boolean {
    const { state } = this.#breaker(who);
    return state !== CircuitState.Isolated && (state !== CircuitState.Open || this.#isRipe(who));
  }

  /**
   * Runs a request, or the first step of a stream. Throws what it throws, or a `provider-unavailable` when the breaker is
   * open. Aborts do not count.
   */
  async guard<T>(who: VendorOperation, run: () => Promise<T>): Promise<T> {
    try {
      return await this.#breaker(who).execute(run);
    } catch (error) {
      if (error instanceof BrokenCircuitError || error instanceof IsolatedCircuitError) {
        const details = { ...who, code: 'provider-unavailable', retryable: true } as const;
        throw new ProviderError(details, 'not asked, because it failed repeatedly', error);
      }
      this.#learn(who, error);
      throw error;
    }
  }

  /** A stream that had begun well failed later. */
  async failed(who: VendorOperation, error: unknown): Promise<void> {
    await this.guard(who, () => Promise.reject(error)).catch(() => {}); // the stream's reader has the error already
  }

  close(): void {
    for (const pardon of this.#pardons) pardon();
    this.#pardons.clear();
  }

  #learn(who: VendorOperation, error: unknown): void {
    if (!(error instanceof ProviderError)) return;
    this.#options.onNews({ type: 'failed', ...who, code: error.code, message: error.message });
    if (error.code === 'provider-misconfigured') this.#isolate(who);
  }

  #isolate(who: VendorOperation): void {
    const breaker = this.#breaker(who);
    if (breaker.state === CircuitState.Isolated) return;
    const { clock, misconfiguredMs = 300_000 } = this.#options;
    const isolation = breaker.isolate();
    const disarm = clock.at(clock.now() + misconfiguredMs, () => {
      this.#pardons.delete(disarm);
      isolation.dispose();
    });
    this.#pardons.add(disarm);
  }

  /** An open breaker whose time is over lets the next request try; cockatiel says so only by trying. */
  #isRipe(who: VendorOperation): boolean {
    const { clock, openMs = 10_000 } = this.#options;
    const openedAt = this.#openedAt.get(keyOf(who));
    return openedAt !== undefined && clock.now() - openedAt >= openMs;
  }

  #breaker(who: VendorOperation): CircuitBreakerPolicy {
    const key = keyOf(who);
    const known = this.#breakers.get(key);
    if (known) return known;
    const { clock, onNews, failures = 3, openMs = 10_000 } = this.#options;
    const breaker: CircuitBreakerPolicy = circuitBreaker(
      handleWhen((error) => counts(error) || isHalfOpen()),
      {
        halfOpenAfter: openMs,
        breaker: new ConsecutiveBreaker(failures),
      },
    );
    // A probe that we cancelled has proved nothing; cockatiel would take it for a success.
    const isHalfOpen = (): boolean => breaker.state === CircuitState.HalfOpen;
    breaker.onStateChange((state) => {
      if (state === CircuitState.Open) this.#openedAt.set(key, clock.now());
      onNews({ type: 'breaker', provider: who.provider, operation: who.operation, state: STATES[state] });
    });
    this.#breakers.set(key, breaker);
    return breaker;
  }
}

const keyOf = ({ provider, operation }: VendorOperation): string => `${operation} ${provider}`;

/** Our own cancellations and bugs say nothing about a vendor; an authentication failure opens the breaker by itself. */
const counts = (error: unknown): boolean => error instanceof ProviderError && error.code !== 'provider-misconfigured';
