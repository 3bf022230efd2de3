import { ProviderError } from '../../core/errors.ts';
import type { BrainEvent } from '../contracts.ts';
import { brokenAnswer } from '../vendor-error.ts';
import type { Attempt, ChainOptions } from './attempt.ts';
import type { FirstTokenTimes } from './first-token.ts';

/** A reply that has begun. */
export interface FirstEvents {
  readonly attempt: Attempt<BrainEvent>;
  readonly events: readonly BrainEvent[];
  /** Nothing follows. */
  readonly isAll: boolean;
}

export interface FirstEventsOptions extends Pick<ChainOptions, 'clock' | 'health' | 'onNews'> {
  readonly times: FirstTokenTimes;
  /** Makes the request, the same one each time. */
  readonly begin: () => Attempt<BrainEvent>;
  /** From the request to its first event. */
  readonly budgetMs: number;
  readonly maySayNothing: boolean;
  readonly mayHedge: boolean;
}

interface Asked {
  readonly attempt: Attempt<BrainEvent>;
  readonly first: Promise<FirstEvents>;
}

/**
 * Asks, and once more when the first token is later than nearly always: whichever request yields first is the reply, the
 * other one is cancelled. Throws `ProviderError`, or the reason of the abort.
 */
export async function askForFirstEvents(options: FirstEventsOptions): Promise<FirstEvents> {
  const { clock, times, budgetMs, mayHedge } = options;
  const original = ask(options, budgetMs);
  const { provider } = original.attempt.who;
  // A time equal to the 95th percentile is not yet unusual.
  const patienceMs = times.p95Ms(provider) + 1;
  const isSlow = mayHedge && patienceMs < budgetMs && (await isSlowerThan(original, patienceMs, options));
  if (isSlow) return hedge(original, options);
  const first = await original.first;
  times.record(provider, clock.now() - original.attempt.startedAt);
  return first;
}

async function hedge(original: Asked, options: FirstEventsOptions): Promise<FirstEvents> {
  const { clock, onNews, times, budgetMs } = options;
  const { provider } = original.attempt.who;
  const leftMs = original.attempt.startedAt + budgetMs - clock.now();
  const second = ask(options, leftMs);
  // The budget is one for both: when it is over, the second request has not failed, it is merely too late as well.
  original.first.catch((error: unknown) => {
    if (error instanceof ProviderError && error.code === 'provider-timeout') second.attempt.stop();
  });
  const winner = await Promise.any([original.first, second.first]).catch(({ errors }: AggregateError) => {
    const failures = errors.filter((error) => error instanceof ProviderError);
    if (failures.length > 0) onNews({ type: 'hedged', provider, won: false });
    throw failures[0] ?? errors[0];
  });
  const hasWon = winner.attempt === second.attempt;
  (hasWon ? original : second).attempt.stop();
  onNews({ type: 'hedged', provider, won: hasWon });
  // The cancelled original took at least so long; leaving it out would make the percentile sink, and hedges breed hedges.
  times.record(provider, clock.now() - original.attempt.startedAt);
  if (hasWon) times.record(provider, clock.now() - second.attempt.startedAt);
  return winner;
}

function ask(options: FirstEventsOptions, budgetMs: number): Asked {
  const attempt = options.begin();
  const first = attempt.guarded(options.health, () => readFirst(attempt, budgetMs, options));
  return { attempt, first: first.catch((error: unknown) => stopAndThrow(attempt, error)) };
}

function stopAndThrow(attempt: Attempt<BrainEvent>, error: unknown): never {
  attempt.stop(error);
  throw error;
}

/** What it cost comes last, if at all: before anything else it is no beginning. */
async function readFirst(
  attempt: Attempt<BrainEvent>,
  budgetMs: number,
  { clock, maySayNothing }: FirstEventsOptions,
): Promise<FirstEvents> {
  const deadline = clock.now() + budgetMs;
  const events: BrainEvent[] = [];
  for (;;) {
    const leftMs = Math.max(0, deadline - clock.now());
    const step = await attempt.next(leftMs, `no first token within ${Math.round(budgetMs)} ms`);
    if (step.done && !maySayNothing) throw brokenAnswer(attempt.who, 'an empty answer');
    if (step.done) return { attempt, events, isAll: true };
    const event = step.value;
    if (event.type === 'text' && event.text === '') continue;
    events.push(event);
    if (event.type !== 'usage') return { attempt, events, isAll: false };
  }
}

function isSlowerThan({ first }: Asked, ms: number, { clock }: FirstEventsOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const disarm = clock.at(clock.now() + ms, () => resolve(true));
    const settled = (): void => {
      disarm();
      resolve(false);
    };
    first.then(settled, settled);
  });
}
