import { FRAME_BYTES, SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import type { SpeechToTextSession } from '../contracts.ts';
import type { AudioRing } from './audio-ring.ts';

/** An edge of the VAD, by its position in the audio of the call. */
export interface ReplayMark {
  readonly edge: 'started' | 'ended';
  readonly byte: number;
}

export type ReplayTarget = Pick<SpeechToTextSession, 'write' | 'speechStarted' | 'speechEnded'>;

/** The VAD sees a beginning up to 300 ms late. */
const PRE_ROLL_BYTES = SAMPLE_RATE_HZ / 2;

/**
 * Plays the remembered audio of a call to a recogniser that was not there: every marked utterance from half a second
 * before its beginning, with the same marks at the same places, and the last half second before now. Silence between
 * utterances is left out. The call goes on meanwhile; the replay is over when it has caught up.
 */
export class Replay {
  readonly #ring: AudioRing;
  readonly #marks: ReplayMark[];
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #cursor: number;
  #isInUtterance = false;
  #sentBytes = 0;

  /** Nothing before position `from` is played. `marks` is taken over. */
  constructor(ring: AudioRing, marks: ReplayMark[], from: number) {
    this.#ring = ring;
    this.#marks = marks;
    this.#cursor = from;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** An edge that the VAD sees while the replay goes on. */
  mark(edge: ReplayMark['edge']): void {
    this.#marks.push({ edge, byte: this.#ring.end });
  }

  /** Plays at most `maxBytes`. True when there is nothing left. */
  step(target: ReplayTarget, maxBytes: number): boolean {
    const stopAt = this.#sentBytes + maxBytes;
    while (this.#sentBytes < stopAt) {
      const [mark] = this.#marks;
      const goal = mark?.byte ?? this.#ring.end;
      this.#skipTo(goal);
      if (this.#cursor < goal) this.#send(target, Math.min(goal - this.#cursor, stopAt - this.#sentBytes));
      else if (mark) this.#pass(target, mark);
      else return true;
    }
    return false;
  }

  #skipTo(goal: number): void {
    this.#cursor = Math.max(this.#cursor, this.#ring.start);
    if (!this.#isInUtterance) this.#cursor = Math.max(this.#cursor, goal - PRE_ROLL_BYTES);
  }

  #send(target: ReplayTarget, bytes: number): void {
    const frame = bytes < FRAME_BYTES ? this.#frame.subarray(0, bytes) : this.#frame;
    const sent = this.#ring.read(this.#cursor, frame);
    this.#cursor += sent;
    this.#sentBytes += sent;
    target.write(frame);
  }

  #pass(target: ReplayTarget, { edge }: ReplayMark): void {
    this.#marks.shift();
    this.#isInUtterance = edge === 'started';
    if (edge === 'started') target.speechStarted();
    else target.speechEnded();
  }
}
