/** A call that is watched, as a pure machine: what has come, what is due next, and what is to be told of it. */
import type { Step, StepName } from './steps.ts';

export type WatchInput =
  | { readonly type: 'step'; readonly step: StepName; readonly at: number; readonly detail?: string }
  /** What the server or Twilio itself calls wrong. */
  | { readonly type: 'trouble'; readonly at: number; readonly trouble: WatchTrouble }
  /** Another way than was thought: the steps from here on. */
  | { readonly type: 'plan'; readonly at: number; readonly steps: readonly Step[] }
  | { readonly type: 'tick'; readonly at: number }
  /** Nothing more will come. */
  | { readonly type: 'over'; readonly at: number; readonly detail?: string };

export interface WatchTrouble {
  readonly title: string;
  readonly code?: number;
  readonly why?: string;
  readonly remedy?: string;
  /** The call goes on. */
  readonly isMinor?: true;
}

export type WatchNews =
  | {
      readonly type: 'came';
      readonly at: number;
      readonly step: Step;
      /** It had been told of as missing. */
      readonly isLate: boolean;
      readonly detail?: string;
    }
  | { readonly type: 'missing'; readonly at: number; readonly step: Step; readonly lateMs: number }
  | { readonly type: 'trouble'; readonly at: number; readonly trouble: WatchTrouble }
  | { readonly type: 'over'; readonly at: number; readonly verdict: WatchVerdict };

export interface WatchVerdict {
  readonly go: boolean;
  /** In their order: what was due and has never come. */
  readonly missing: readonly StepName[];
  /** What never became due. */
  readonly notSeen: readonly StepName[];
  readonly detail?: string;
}

export interface WatchState {
  readonly steps: readonly Step[];
  readonly came: ReadonlyMap<StepName, number>;
  readonly named: ReadonlySet<StepName>;
  readonly hasTrouble: boolean;
  readonly isOver: boolean;
}

export const beginWatch = (steps: readonly Step[]): WatchState => ({
  steps,
  came: new Map(),
  named: new Set(),
  hasTrouble: false,
  isOver: false,
});

type Stepped = readonly [WatchState, readonly WatchNews[]];

export function stepWatch(state: WatchState, input: WatchInput): Stepped {
  if (state.isOver) return [state, []];
  switch (input.type) {
    case 'step':
      return thenEnd(take(state, input), input.at);
    case 'trouble': {
      const { at, trouble } = input;
      const hasTrouble = state.hasTrouble || trouble.isMinor !== true;
      return [{ ...state, hasTrouble }, [{ type: 'trouble', at, trouble }]];
    }
    case 'plan':
      return [{ ...state, steps: input.steps }, []];
    case 'tick':
      return thenEnd(nameMissing(state, input.at), input.at);
    case 'over':
      return end(state, input.at, input.detail);
  }
}

/** When a tick would next name something. */
export function nextDue(state: WatchState): number | undefined {
  const dues = state.steps.flatMap((step) => dueOf(state, step) ?? []);
  return state.isOver || dues.length === 0 ? undefined : Math.min(...dues);
}

/** What is to come next, for a person who waits. */
export const nextStep = ({ came, steps }: WatchState): Step | undefined => {
  const last = steps.findLastIndex(({ name }) => came.has(name));
  return steps.slice(last + 1).find(({ name }) => !came.has(name));
};

function dueOf({ came, named }: WatchState, { due, name }: Step): number | undefined {
  if (!due || came.has(name) || named.has(name)) return undefined;
  const since = came.get(due.after);
  if (since === undefined) return undefined;
  // When the stream has stopped, what was not due by then need not come any more.
  const stoppedAt = due.after === 'stop' ? undefined : came.get('stop');
  const at = since + due.ms;
  return stoppedAt !== undefined && at > stoppedAt ? undefined : at;
}

function take(state: WatchState, { at, detail, step: name }: Extract<WatchInput, { type: 'step' }>): Stepped {
  const step = state.steps.find((one) => one.name === name);
  if (!step || state.came.has(name)) return [state, []];
  const came = new Map(state.came).set(name, at);
  const isLate = state.named.has(name);
  const news: WatchNews = { type: 'came', at, step, isLate, ...(detail === undefined ? {} : { detail }) };
  return [{ ...state, came }, [news]];
}

function nameMissing(state: WatchState, at: number): Stepped {
  const missing = state.steps.filter((step) => (dueOf(state, step) ?? Number.POSITIVE_INFINITY) <= at);
  if (missing.length === 0) return [state, []];
  const named = new Set([...state.named, ...missing.map(({ name }) => name)]);
  const news = missing.map((step): WatchNews => ({ type: 'missing', at, step, lateMs: at - dueOf(state, step)! }));
  return [{ ...state, named }, news];
}

/** Over when the last step has come, or can be waited for no longer. */
function thenEnd([state, news]: Stepped, at: number): Stepped {
  const last = state.steps.at(-1)!;
  const afterStop = state.steps.filter(({ due }) => due?.after === 'stop');
  const isSettled = (name: StepName): boolean => state.came.has(name) || state.named.has(name);
  const isStopped = state.came.has('stop') && afterStop.every(({ name }) => isSettled(name));
  if (!isStopped && !(afterStop.length === 0 && state.came.has(last.name))) return [state, news];
  const [ended, more] = end(state, at);
  return [ended, [...news, ...more]];
}

function end(state: WatchState, at: number, detail?: string): Stepped {
  const [named, news] = nameMissing(state, at);
  const absent = named.steps.filter(({ name }) => !named.came.has(name));
  const missing = absent.filter(({ name }) => named.named.has(name));
  const go = !named.hasTrouble && missing.every(({ isOptional }) => isOptional === true);
  const verdict: WatchVerdict = {
    go,
    missing: missing.map(({ name }) => name),
    notSeen: absent.filter(({ name }) => !named.named.has(name)).map(({ name }) => name),
    ...(detail === undefined ? {} : { detail }),
  };
  return [{ ...named, isOver: true }, [...news, { type: 'over', at, verdict }]];
}
