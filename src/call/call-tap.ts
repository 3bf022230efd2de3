/**
 * Looking on at running calls. While nobody does, a call pays one comparison for each step and frame; what an onlooker
 * does must neither wait nor keep what it is shown.
 */
import type { CallState, CallStep } from '../core/call.ts';
import type { CallEvent } from '../core/call-event.ts';
import type { Log } from '../observe/log.ts';
import type { OperatorAction } from './operator-action.ts';
import type { RecordingState } from './session-recording.ts';

/** Is told of each step of one stream. */
export interface CallTap {
  step(event: CallEvent, step: CallStep): void;
  /** An operator has acted in a way that is no step of the call. */
  acted(action: OperatorAction['type'], by: string): void;
}

/** Hears both sides. Frames are only lent; times are the process's clock. */
export interface CallEars {
  caller(frame: Uint8Array, arrivedAt: number): void;
  /** It will be played then, unless it is cleared. */
  agent(frame: Uint8Array, playsAt: number): void;
  cleared(at: number): void;
}

/** One running stream, as an onlooker finds it. */
export interface LookedOnCall {
  readonly callSid: string;
  readonly streamSid: string;
  readonly from: string;
  readonly to: string;
  readonly agent: string;
  readonly language: string;
  /** Of the stream: its call time at a time of the process's clock, what has come of it, and where onlookers sit. */
  readonly stream: {
    callTime(at: number): number;
    readonly state: CallState;
    readonly recording: RecordingState;
    readonly taps: TapSlot;
  };
}

/** Whoever wants to know which streams run. Told whether or not anybody looks on. */
export interface Audience {
  began(call: LookedOnCall): void;
  ended(call: { readonly callSid: string; readonly streamSid: string }): void;
}

/** Where an onlooker sits. One that throws loses its seat, and the call notices nothing. */
export class TapSlot {
  readonly #log: Log;
  tap: CallTap | undefined;
  ears: CallEars | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  step(event: CallEvent, step: CallStep): void {
    if (this.tap === undefined) return;
    try {
      this.tap.step(event, step);
    } catch (error) {
      this.#lose(error);
    }
  }

  acted(action: OperatorAction['type'], by: string): void {
    try {
      this.tap?.acted(action, by);
    } catch (error) {
      this.#lose(error);
    }
  }

  caller(frame: Uint8Array, arrivedAt: number): void {
    if (this.ears === undefined) return;
    try {
      this.ears.caller(frame, arrivedAt);
    } catch (error) {
      this.#lose(error);
    }
  }

  agent(frame: Uint8Array, playsAt: number): void {
    if (this.ears === undefined) return;
    try {
      this.ears.agent(frame, playsAt);
    } catch (error) {
      this.#lose(error);
    }
  }

  cleared(at: number): void {
    try {
      this.ears?.cleared(at);
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    this.tap = undefined;
    this.ears = undefined;
    this.#log.error('LIVE_FAULT', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
