/** The imperative shell around `step`: one inbox, one timer, effects performed one after another. */
import { type CallState, type CallStep, initialCall, isEnded, nextDeadline, step } from '../core/call.ts';
import type { CallEffect, CallEvent, CallEventBody } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { CallSettings } from '../core/settings.ts';

export interface CallRunnerOptions {
  readonly clock: Clock;
  readonly settings: CallSettings;
  /** Carries out one effect. Its outcome, if it has one, comes back through `dispatch`. */
  readonly perform: (effect: CallEffect, state: CallState) => void;
  /** Called after each step and before its effects are performed. */
  readonly record: (event: CallEvent, step: CallStep) => void;
  /** An event, an effect or the record threw: our own bug. The runner has stopped; nothing will be dispatched again. */
  readonly onBug: (error: unknown) => void;
}

export class CallRunner {
  #state: CallState = initialCall;
  readonly #inbox: CallEvent[] = [];
  readonly #startedAt: number;
  readonly #options: CallRunnerOptions;
  #draining = false;
  #stopped = false;
  #armedFor: number | undefined;
  #disarm: () => void = () => {};

  constructor(options: CallRunnerOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  get state(): CallState {
    return this.#state;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Whole milliseconds since the runner was made: the `at` of every event. */
  now(): number {
    return Math.round(this.#options.clock.now() - this.#startedAt);
  }

  /** Runs one event to completion; an event that an effect causes waits for its turn. Never throws. */
  dispatch(body: CallEventBody): void {
    if (this.#stopped) return;
    this.#inbox.push({ ...body, at: this.now() });
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let event = this.#inbox.shift(); event && !this.#stopped; event = this.#inbox.shift()) this.#run(event);
    } catch (error) {
      this.stop();
      this.#options.onBug(error);
    } finally {
      this.#draining = false;
    }
    this.#arm();
  }

  /** Forgets the timer and refuses everything from now on. */
  stop(): void {
    this.#stopped = true;
    this.#inbox.length = 0;
    this.#disarm();
  }

  #run(event: CallEvent): void {
    const result = step(this.#state, event, this.#options.settings);
    const [state, effects] = result;
    this.#state = state;
    this.#options.record(event, result);
    for (const effect of effects) this.#options.perform(effect, state);
    if (isEnded(state)) this.stop();
  }

  #arm(): void {
    if (this.#stopped) return;
    const due = nextDeadline(this.#state, this.#options.settings);
    if (due === this.#armedFor) return;
    this.#disarm();
    this.#armedFor = due;
    if (due === undefined) {
      this.#disarm = () => {};
      return;
    }
    this.#disarm = this.#options.clock.at(this.#startedAt + due, () => {
      this.#armedFor = undefined;
      this.dispatch({ type: 'deadline' });
    });
  }
}
