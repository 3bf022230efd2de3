/** Watches one call to its end: the shell around the machine, with its one timer. */
import type { Clock } from '../../core/clock.ts';
import type { Step } from './steps.ts';
import {
  beginWatch,
  nextDue,
  nextStep,
  stepWatch,
  type WatchInput,
  type WatchNews,
  type WatchVerdict,
} from './watch-state.ts';

export type TakeInput = (input: WatchInput) => void;

export interface WatchOptions {
  readonly clock: Clock;
  readonly steps: readonly Step[];
  readonly onNews: (news: WatchNews) => void;
  /** What is waited for now; undefined when nothing more is known to come. */
  readonly onWaiting?: (next: Step | undefined) => void;
}

export interface Watch {
  readonly take: TakeInput;
  /** Resolves once with what became of the call. */
  readonly verdict: Promise<WatchVerdict>;
}

export function startWatch({ clock, onNews, onWaiting = () => {}, steps }: WatchOptions): Watch {
  const verdict = Promise.withResolvers<WatchVerdict>();
  let state = beginWatch(steps);
  let cancel = (): void => {};
  const take: TakeInput = (input) => {
    const [next, news] = stepWatch(state, input);
    state = next;
    for (const one of news) {
      onNews(one);
      if (one.type === 'over') verdict.resolve(one.verdict);
    }
    cancel();
    if (state.isOver) return;
    onWaiting(nextStep(state));
    const due = nextDue(state);
    if (due !== undefined) cancel = clock.at(due, () => take({ type: 'tick', at: clock.now() }));
  };
  onWaiting(nextStep(state));
  return { take, verdict: verdict.promise };
}
