/**
 * The recording of one stream, beside its media path. It keeps nothing before the caller has heard the consent line to its
 * end, nothing while somebody holds it, and nothing after the caller has refused.
 */
import type { Clock } from '../core/clock.ts';
import type { ConsentLine } from '../core/fact.ts';
import type { Log } from '../observe/log.ts';
import type { Expectation } from '../providers/contracts.ts';
import type { Recorder, SegmentFact } from '../recording/recorder.ts';
import type { CallFacts } from './call-facts.ts';

/** Where recorders come from; the recordings of the process. */
export interface Recorders {
  open(start: {
    readonly tenant: string;
    readonly callSid: string;
    readonly openedAt: Date;
    readonly startedAtMs: number;
    readonly segmentMs: number;
    readonly onSegment: (fact: SegmentFact) => void;
  }): Recorder;
  /** Removes what is there of one recording. */
  erase(recorder: Recorder): Promise<void>;
}

export interface SessionRecordingOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly facts: CallFacts;
  readonly recorder: Recorder;
  readonly recorders: Recorders;
  /** What is said to the caller before anything is kept. */
  readonly line: ConsentLine | undefined;
  /** What the caller has said to it in an earlier stream of the call. */
  readonly consent: boolean | undefined;
  /** An operator had muted it in an earlier stream. */
  readonly isMuted?: boolean | undefined;
}

/** `waiting`: nobody has agreed yet. */
export type RecordingState = 'off' | 'waiting' | 'on' | 'muted';

/** What a tool may do with the recording of its call. */
export interface RecordingControl {
  /** Nothing of either side is kept until the returned function is called, or the tool has ended. */
  pause(): () => void;
  /** The caller does not want to be recorded: what is there is erased, and no more is kept. */
  refuse(): void;
}

export class SessionRecording implements RecordingControl {
  readonly #o: SessionRecordingOptions;
  #isRefused: boolean;
  #isSensitive = false;
  #isConsented = false;
  #isMuted = false;

  constructor(options: SessionRecordingOptions) {
    this.#o = options;
    const { clock, consent, recorder } = options;
    this.#isRefused = consent === false;
    if (this.#isRefused) return;
    recorder.arm();
    if (consent) this.#isConsented = recorder.consented(clock.now());
    if (options.isMuted) this.mute(true);
  }

  get state(): RecordingState {
    if (this.#isRefused) return 'off';
    if (this.#isMuted) return 'muted';
    return this.#isConsented ? 'on' : 'waiting';
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  // The media path

  caller(frame: Uint8Array): void {
    this.#o.recorder.caller(frame, this.#o.clock.now());
  }

  agent(frame: Uint8Array, playsAt: number): void {
    this.#o.recorder.agent(frame, playsAt);
  }

  cleared(): void {
    this.#o.recorder.cleared(this.#o.clock.now());
  }

  // The control path

  consentHeard(): void {
    if (this.#isRefused) return;
    const { clock, facts, line, recorder } = this.#o;
    if (!recorder.consented(clock.now())) return;
    this.#isConsented = true;
    facts.consent(true, line);
  }

  refuse(): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#o.recorder.withdraw();
    this.#o.facts.consent(false);
  }

  pause(): () => void {
    const { clock, recorder } = this.#o;
    recorder.pause(clock.now());
    let isHeld = true;
    return () => {
      if (isHeld) recorder.resume(clock.now());
      isHeld = false;
    };
  }

  /** An operator's wish: nothing of either side is kept while it is muted. False when it already is so. */
  mute(isMuted: boolean): boolean {
    if (isMuted === this.#isMuted || this.#isRefused) return false;
    this.#isMuted = isMuted;
    const { clock, recorder } = this.#o;
    if (isMuted) recorder.pause(clock.now());
    else recorder.resume(clock.now());
    return true;
  }

  /** A card number and the like is asked for, or read back, from now on; or no longer. */
  expect({ sensitive = false }: Expectation): void {
    if (sensitive === this.#isSensitive) return;
    this.#isSensitive = sensitive;
    const { clock, recorder } = this.#o;
    if (sensitive) recorder.pause(clock.now());
    else recorder.resume(clock.now());
  }

  /** Not to be waited for: a disk that hangs is the recordings' business. */
  close(): void {
    const { clock, log, recorder, recorders } = this.#o;
    const closed = recorder.close(clock.now()).then(() => (this.#isRefused ? recorders.erase(recorder) : undefined));
    closed
      .then(() => {
        const { lateFrames, lost, segments } = recorder.report;
        if (segments > 0) log.info('RECORDING_KEPT', { segments, lost, late_frames: lateFrames });
      })
      .catch((error: unknown) => log.error('RECORDING_ERROR', { error: String(error) }));
  }
}
