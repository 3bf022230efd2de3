/** A call that leaves its journal at one state and goes on under other settings, by the same core and the same rules. */
import { Endpointer, type EndpointerMemory } from '../call/endpointer.ts';
import { type CallState, nextDeadline, step } from '../core/call.ts';
import type { CallEffect, CallEvent, CallEventBody } from '../core/call-event.ts';
import type { CallSettings } from '../core/settings.ts';

export interface ForkOptions {
  readonly language: string;
  readonly settings: CallSettings;
  readonly memory: EndpointerMemory;
}

export class Fork {
  #state: CallState;
  readonly #settings: CallSettings;
  readonly #endpointer: Endpointer | undefined;
  #verdicts: CallEventBody[] = [];
  #now = 0;

  constructor(state: CallState, { language, memory, settings }: ForkOptions) {
    this.#settings = settings;
    const { endpointing, endpointingMs: middleMs } = settings;
    const dispatch = (event: CallEventBody) => void this.#verdicts.push(event);
    this.#endpointer = endpointing === 'fixed' ? undefined : new Endpointer({ language, middleMs, dispatch }, memory);
    this.#state = endpointing === 'fixed' ? withoutVerdict(state) : state;
  }

  get state(): CallState {
    return this.#state;
  }

  /** The moment that the state waits for, in whole milliseconds; news may make one due that is past already. */
  get due(): number {
    return Math.max(this.#now, Math.ceil(nextDeadline(this.#state, this.#settings) ?? Number.POSITIVE_INFINITY));
  }

  /** Has the pause judged that the journal's event began, which is already in the state. */
  judge(event: CallEvent): void {
    this.#now = event.at;
    this.#endpointer?.take(event, this.#state);
    this.#takeVerdicts(event.at);
  }

  /** One step and the verdicts that it causes; what they want done. */
  take(event: CallEvent): readonly CallEffect[] {
    const effects = this.#step(event);
    this.#endpointer?.take(event, this.#state);
    return [...effects, ...this.#takeVerdicts(event.at)];
  }

  /** The deadline that is due. */
  wake(at: number): readonly CallEffect[] {
    return this.take({ type: 'deadline', at });
  }

  #takeVerdicts(at: number): readonly CallEffect[] {
    const verdicts = this.#verdicts;
    this.#verdicts = [];
    return verdicts.flatMap((verdict) => this.#step({ ...verdict, at }));
  }

  #step(event: CallEvent): readonly CallEffect[] {
    this.#now = event.at;
    const [state, effects] = step(this.#state, event, this.#settings);
    this.#state = state;
    return effects;
  }
}

function withoutVerdict(state: CallState): CallState {
  const { endpointMs: _, ...caller } = state.turn.caller;
  return { ...state, turn: { ...state.turn, caller } };
}
