import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import type { ReplayMark } from './recogniser-replay.ts';

export const BYTES_PER_MS = SAMPLE_RATE_HZ / 1000;

/** Words that nobody asked for are in the audio before this. */
const RECOGNITION_LAG_BYTES = 300 * BYTES_PER_MS;

interface EndedUtterance {
  /** Undefined for an end of speech without a beginning. */
  readonly startByte: number | undefined;
  readonly endByte: number;
  readonly endedAt: number;
}

export interface OwedUtterance {
  /** On the clock. */
  readonly endedAt: number;
  readonly speechMs: number;
}

/** The utterances of a call whose words have not been given out, by their place in its audio. */
export class UtteranceBook {
  readonly #owed: EndedUtterance[] = [];
  #startByte: number | undefined;
  #settledByte = 0;

  get isSpeaking(): boolean {
    return this.#startByte !== undefined;
  }

  /** Words of audio before this position were given out: it must not be heard again. */
  get settledByte(): number {
    return this.#settledByte;
  }

  /** The utterance that the next final belongs to. */
  get oldestOwed(): OwedUtterance | undefined {
    const [oldest] = this.#owed;
    if (!oldest) return undefined;
    const { startByte = oldest.endByte, endByte, endedAt } = oldest;
    return { endedAt, speechMs: (endByte - startByte) / BYTES_PER_MS };
  }

  speechStarted(byte: number): void {
    this.#startByte ??= byte;
  }

  speechEnded(byte: number, now: number): void {
    this.#owed.push({ startByte: this.#startByte, endByte: byte, endedAt: now });
    this.#startByte = undefined;
  }

  /** The oldest owed utterance has its final. */
  settle(): void {
    const settled = this.#owed.shift();
    if (settled) this.#settledByte = settled.endByte;
  }

  /** Words came although no utterance was owed any: the caller was too quiet for the VAD. */
  settleUnowed(byte: number): void {
    if (!this.isSpeaking) this.#settledByte = Math.max(this.#settledByte, byte - RECOGNITION_LAG_BYTES);
  }

  /** The edges of all that is not settled, in order. */
  marks(): ReplayMark[] {
    const marks: ReplayMark[] = [];
    for (const { startByte, endByte } of this.#owed) {
      if (startByte !== undefined) marks.push({ edge: 'started', byte: startByte });
      marks.push({ edge: 'ended', byte: endByte });
    }
    if (this.#startByte !== undefined) marks.push({ edge: 'started', byte: this.#startByte });
    return marks;
  }
}
