/**
 * One call's recording, from the media path: left what the caller said, right what the caller heard. Both channels lie on
 * one grid of samples that begins with the call. Frames are copied into a ring and nothing else happens, until a segment
 * is over: then it is locked at once and handed on, and its plain audio is gone. Nothing here waits.
 *
 * All times are milliseconds of the clock that `startedAtMs` is of.
 */
import type { KeyObject } from 'node:crypto';
import { FRAME_BYTES } from '../audio/frame.ts';
import type { FactBody } from '../core/fact.ts';
import { CallerGrid, LEFT_OUT } from './caller-grid.ts';
import { segmentFileName } from './layout.ts';
import { sealSegment } from './segment.ts';
import type { SegmentStore } from './segment-writer.ts';
import { type Channel, LEFT, RIGHT, StereoRing } from './stereo-ring.ts';

export type SegmentFact = Extract<FactBody, { type: 'recording-segment' }>;

export interface RecorderOptions {
  readonly tenant: string;
  readonly callSid: string;
  readonly recordingId: string;
  /** Relative to the folder of recordings. */
  readonly folder: string;
  /** When the call's first stream began. */
  readonly startedAtMs: number;
  readonly segmentMs: number;
  readonly key: { readonly id: string; readonly ofRecording: KeyObject };
  readonly store: SegmentStore;
  /** A closed segment is on the disk. */
  readonly onSegment: (fact: SegmentFact) => void;
  /** A segment could not be locked, or `onSegment` threw. */
  readonly onError: (error: unknown) => void;
}

export interface RecorderReport {
  /** Closed so far, with those that are lost. */
  readonly segments: number;
  /** Closed, but not kept: the disk was too slow, or failed. The recording is partial. */
  readonly lost: number;
  /** Of the caller, so late that their segment was closed. */
  readonly lateFrames: number;
}

const SAMPLES_PER_MS = 8;
/** A closed segment waits so long for frames that come late. */
const HOLD = 2_000 * SAMPLES_PER_MS;
/** The agent's frames are known ahead of their playing: by 400 ms at most, and a little for the clock. */
const AHEAD = 500 * SAMPLES_PER_MS;
/** Twilio plays what comes behind what it has; times that differ by less than a millisecond are meant to be the same. */
const ROUNDING = SAMPLES_PER_MS;
/** What the caller said just before a consent or the end of a pause arrives just after it. */
const ON_THE_WAY = 200 * SAMPLES_PER_MS;

type State = 'off' | 'armed' | 'on' | 'closed';

export class Recorder {
  readonly #o: RecorderOptions;
  #ring: StereoRing;
  readonly #segmentSamples: number;
  readonly #grid = new CallerGrid();
  readonly #writing = new Set<Promise<void>>();
  #state: State = 'off';
  #pauses = 0;
  #hasBegun = false;
  /** Nothing before these positions is kept. */
  #callerFrom = 0;
  #agentFrom = 0;
  /** Ends of what was kept. */
  #callerTo = 0;
  #agentTo = 0;
  /** Where the agent's audio ends at the carrier. */
  #playsTo = 0;
  #segmentFrom = 0;
  #index = 0;
  #lost = 0;
  #lateFrames = 0;
  #closing: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    this.#o = options;
    this.#segmentSamples = options.segmentMs * SAMPLES_PER_MS;
    this.#ring = new StereoRing(this.#segmentSamples + HOLD + AHEAD + FRAME_BYTES);
  }

  get recordingId(): string {
    return this.#o.recordingId;
  }

  /** Relative to the folder of recordings. */
  get folder(): string {
    return this.#o.folder;
  }

  get report(): RecorderReport {
    return { segments: this.#index, lost: this.#lost, lateFrames: this.#lateFrames };
  }

  /** The caller is being told that the call is recorded. */
  arm(): void {
    if (this.#state === 'off') this.#state = 'armed';
  }

  /** The caller has heard it to its end, and stays: from here on it is kept. False when nobody has been told. */
  consented(atMs: number): boolean {
    if (this.#state !== 'armed') return false;
    this.#state = 'on';
    this.#hasBegun = true;
    this.#keepFrom(this.#positionOf(atMs));
    return true;
  }

  /** The caller takes the consent back, or was not told to the end. The open segment is forgotten; closed ones stay. */
  withdraw(): void {
    if (this.#state === 'closed') return;
    this.#state = 'off';
    this.#ring.clear();
    this.#callerTo = this.#segmentFrom;
    this.#agentTo = this.#segmentFrom;
  }

  /**
   * What follows is not kept, of both sides, and neither is what of the agent has not been heard by now. Counted: it lasts
   * until `resume` was called as often, and may begin before the consent.
   */
  pause(atMs: number): void {
    if (this.#isKeeping) {
      const at = this.#positionOf(atMs);
      this.#forget(LEFT, at);
      this.#forget(RIGHT, at);
    }
    this.#pauses++;
  }

  resume(atMs: number): void {
    if (this.#pauses === 0) return;
    this.#pauses--;
    if (this.#isKeeping) this.#keepFrom(this.#positionOf(atMs));
  }

  /** A frame of the caller has come; every 20 ms, also while nothing is kept. */
  caller(frame: Uint8Array, arrivedAtMs: number): void {
    const arrived = this.#positionOf(arrivedAtMs);
    this.#advance(arrived);
    const start = this.#grid.place(frame, arrived - FRAME_BYTES);
    if (!this.#isKeeping || start === LEFT_OUT) return;
    if (start + FRAME_BYTES <= this.#segmentFrom && this.#callerFrom < this.#segmentFrom) this.#lateFrames++;
    const isKept = this.#keep(LEFT, frame, start, Math.max(this.#callerFrom, this.#segmentFrom));
    if (isKept) this.#callerTo = Math.max(this.#callerTo, start + FRAME_BYTES);
  }

  /** A frame of the agent is sent, and will be played then unless it is cleared. */
  agent(frame: Uint8Array, playsAtMs: number): void {
    const wanted = this.#positionOf(playsAtMs);
    const start = wanted > this.#playsTo + ROUNDING ? wanted : this.#playsTo;
    this.#playsTo = start + FRAME_BYTES;
    this.#advance(start - AHEAD);
    if (!this.#isKeeping) return;
    const isKept = this.#keep(RIGHT, frame, start, Math.max(this.#agentFrom, this.#segmentFrom));
    if (isKept) this.#agentTo = Math.max(this.#agentTo, start + FRAME_BYTES);
  }

  /** The carrier was told to forget what it has not played: nobody hears it. */
  cleared(atMs: number): void {
    const at = this.#positionOf(atMs);
    this.#playsTo = Math.min(this.#playsTo, at);
    if (this.#isKeeping) this.#forget(RIGHT, at);
  }

  /** The stream is over. Idempotent; resolves when every segment is on the disk or given up. Never rejects. */
  close(atMs: number): Promise<void> {
    this.#closing ??= this.#finish(atMs);
    return this.#closing;
  }

  async #finish(atMs: number): Promise<void> {
    this.cleared(atMs);
    if (this.#hasBegun) {
      while (this.#keptTo > this.#segmentFrom + this.#segmentSamples) this.#seal(this.#segmentSamples, false);
      const left = Math.max(0, this.#keptTo - this.#segmentFrom);
      this.#seal(left + (-left & (SAMPLES_PER_MS - 1)), true);
    }
    this.#state = 'closed';
    this.#ring.clear();
    // A disk that hangs may hold on to this recorder, but not to its memory.
    this.#ring = new StereoRing(0);
    await Promise.all(this.#writing);
  }

  get #isKeeping(): boolean {
    return this.#state === 'on' && this.#pauses === 0;
  }

  get #keptTo(): number {
    return Math.max(this.#callerTo, this.#agentTo);
  }

  #positionOf(timeMs: number): number {
    return Math.max(0, Math.round((timeMs - this.#o.startedAtMs) * SAMPLES_PER_MS));
  }

  #keepFrom(position: number): void {
    // Nothing was kept for a while: the segment begins here, and what lies before it is silence without a file.
    if (this.#keptTo <= this.#segmentFrom) {
      this.#segmentFrom = Math.max(this.#segmentFrom, position - (position % FRAME_BYTES));
    }
    this.#callerFrom = position + ON_THE_WAY;
    this.#agentFrom = position;
  }

  #keep(channel: Channel, frame: Uint8Array, start: number, from: number): boolean {
    const skip = Math.max(0, from - start);
    if (skip >= FRAME_BYTES) return false;
    this.#ring.write(channel, start, frame, skip);
    return true;
  }

  #forget(channel: Channel, from: number): void {
    const to = channel === LEFT ? this.#callerTo : this.#agentTo;
    const first = Math.max(from, this.#segmentFrom);
    this.#ring.silence(channel, first, to);
    if (channel === LEFT) this.#callerTo = Math.min(to, first);
    else this.#agentTo = Math.min(to, first);
  }

  /** Closes what is over. A segment in which nothing was kept is not written. */
  #advance(now: number): void {
    if (this.#state !== 'on') return;
    let due = now - HOLD - this.#segmentFrom;
    while (due >= this.#segmentSamples) {
      if (this.#keptTo > this.#segmentFrom) this.#seal(this.#segmentSamples, false);
      else this.#segmentFrom += due - (due % this.#segmentSamples);
      due = now - HOLD - this.#segmentFrom;
    }
  }

  #seal(samples: number, last: boolean): void {
    const { callSid, key, onError, recordingId, tenant } = this.#o;
    const [from, to] = [this.#segmentFrom, this.#segmentFrom + samples];
    const [fromMs, toMs] = [from / SAMPLES_PER_MS, to / SAMPLES_PER_MS];
    const index = this.#index++;
    this.#segmentFrom = to;
    const head = { tenant, callSid, recordingId, index, fromMs, toMs, last, lost: this.#lost, keyId: key.id };
    try {
      const bytes = this.#ring.take(from, to, (pieces) => sealSegment(head, key.ofRecording, pieces));
      this.#hand(bytes, { recordingId, index, fromMs, toMs });
    } catch (error) {
      // A fault in here costs a segment; the call goes on.
      this.#lost++;
      onError(error);
    }
  }

  #hand(bytes: Uint8Array, about: Pick<SegmentFact, 'recordingId' | 'index' | 'fromMs' | 'toMs'>): void {
    const { folder, onError, onSegment, store } = this.#o;
    const stored = store.put({ folder, name: segmentFileName(about), bytes });
    if (!stored) {
      this.#lost++;
      return;
    }
    const writing = stored
      .then((file) => {
        if (file) onSegment({ type: 'recording-segment', ...about, ...file });
        else this.#lost++;
      })
      .catch(onError)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }
}
