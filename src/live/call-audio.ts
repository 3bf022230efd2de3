/**
 * Both sides of one call for those who listen: what the caller said as it came, and what the caller heard as it was
 * played. Frames are copied into a ring that is there beforehand; a piece is cut from it ten times a second.
 */
import { FRAME_BYTES } from '../audio/frame.ts';
import type { CallEars } from '../call/call-tap.ts';
import { CallerGrid, LEFT_OUT } from '../recording/caller-grid.ts';
import { LEFT, RIGHT, StereoRing } from '../recording/stereo-ring.ts';
import { SIDES, type Side } from './live-call.ts';

export interface AudioPiece {
  readonly side: Side;
  readonly atMs: number;
  readonly audio: Uint8Array;
}

const SAMPLES_PER_MS = 8;
export const PIECE_MS = 100;
/** What comes later than this after its time is not heard: the unevenness of an ordinary line. */
const DELAY_MS = 60;
/** The agent's frames are known ahead of their playing: by 400 ms at most. */
const RING = 1_000 * SAMPLES_PER_MS;
/** Times that differ by less are meant to be the same. */
const ROUNDING = SAMPLES_PER_MS;

export class CallAudio implements CallEars {
  readonly #callTime: (at: number) => number;
  readonly #ring = new StereoRing(RING);
  readonly #grid = new CallerGrid();
  /** What lies before this has been given away. */
  #taken: number;
  #playsTo = 0;
  #agentTo = 0;

  constructor(callTime: (at: number) => number, now: number) {
    this.#callTime = callTime;
    this.#taken = Math.max(0, this.#positionOf(now) - DELAY_MS * SAMPLES_PER_MS);
  }

  caller(frame: Uint8Array, arrivedAt: number): void {
    const start = this.#grid.place(frame, this.#positionOf(arrivedAt) - FRAME_BYTES);
    if (start !== LEFT_OUT) this.#write(LEFT, frame, start);
  }

  agent(frame: Uint8Array, playsAt: number): void {
    const wanted = this.#positionOf(playsAt);
    const start = wanted > this.#playsTo + ROUNDING ? wanted : this.#playsTo;
    this.#playsTo = start + FRAME_BYTES;
    if (this.#write(RIGHT, frame, start)) this.#agentTo = start + FRAME_BYTES;
  }

  cleared(at: number): void {
    const from = this.#positionOf(at);
    this.#playsTo = Math.min(this.#playsTo, from);
    this.#ring.silence(RIGHT, Math.max(from, this.#taken), this.#agentTo);
    this.#agentTo = Math.min(this.#agentTo, from);
  }

  /** What was said and heard since the last time, in whole pieces. */
  take(now: number): readonly AudioPiece[] {
    const until = this.#positionOf(now) - DELAY_MS * SAMPLES_PER_MS;
    const size = PIECE_MS * SAMPLES_PER_MS;
    // A process that slept has nothing of what is long past.
    if (until - this.#taken > RING / 2) this.#skipTo(until - size);
    const pieces: AudioPiece[] = [];
    while (until - this.#taken >= size) {
      pieces.push(...this.#cut(size));
      this.#taken += size;
    }
    return pieces;
  }

  #cut(size: number): readonly AudioPiece[] {
    const [said, heard] = [new Uint8Array(size), new Uint8Array(size)];
    this.#ring.take(this.#taken, this.#taken + size, (pieces) => {
      let at = 0;
      for (const piece of pieces) {
        for (let i = 0; i < piece.length; i += 2, at++) {
          said[at] = piece[i]!;
          heard[at] = piece[i + 1]!;
        }
      }
    });
    const atMs = this.#taken / SAMPLES_PER_MS;
    return [
      { side: SIDES.caller, atMs, audio: said },
      { side: SIDES.agent, atMs, audio: heard },
    ];
  }

  #skipTo(position: number): void {
    this.#ring.clear();
    this.#taken = position;
    this.#agentTo = position;
  }

  /** What is too late, or would fall on what is not given away yet, is left out. */
  #write(channel: typeof LEFT | typeof RIGHT, frame: Uint8Array, start: number): boolean {
    const skip = Math.max(0, this.#taken - start);
    if (skip >= FRAME_BYTES || start + FRAME_BYTES > this.#taken + RING) return false;
    this.#ring.write(channel, start, frame, skip);
    return true;
  }

  #positionOf(at: number): number {
    return this.#callTime(at) * SAMPLES_PER_MS;
  }
}
