import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { findContainer, isAbsurdlyLong, isAbsurdlyShort, isPcm16, TELLING_BYTES } from '../../audio/mistaken-audio.ts';
import type { AudioChunk } from '../contracts.ts';
import { brokenAnswer, type VendorOperation } from '../vendor-error.ts';

/** A detector judges pieces of this length, 200 ms of µ-law, and the last one as it is. */
const PIECE_BYTES = 1_600;

export const durationMsOf = (chunk: AudioChunk): number =>
  (chunk.data.length * 1_000) / (chunk.encoding === 'mulaw' ? SAMPLE_RATE_HZ : chunk.sampleRateHz);

/** Looks at the beginning of a sentence's audio, before it is heard, for what is no speech. */
export class AudioCheck {
  readonly #who: VendorOperation;
  readonly #characters: number;
  readonly #head = new Uint8Array(TELLING_BYTES);
  #filled = 0;
  #judged = 0;
  #audioMs = 0;

  constructor(who: VendorOperation, text: string) {
    this.#who = who;
    this.#characters = text.length;
  }

  get audioMs(): number {
    return this.#audioMs;
  }

  /** No sentence of this length takes so long: the voice rambles, or this is no audio of the agreed kind. */
  get isTooLong(): boolean {
    return isAbsurdlyLong(this.#audioMs, this.#characters);
  }

  /** Throws `ProviderError` as soon as it is clear that this is not speech. */
  take(chunk: AudioChunk): void {
    this.#audioMs += durationMsOf(chunk);
    const { buffer, byteOffset, byteLength } = chunk.data;
    const room = Math.min(byteLength, TELLING_BYTES - this.#filled);
    if (room <= 0) return;
    this.#head.set(new Uint8Array(buffer, byteOffset, room), this.#filled);
    this.#filled += room;
    const isEnough = this.#filled - this.#judged >= PIECE_BYTES;
    if (chunk.encoding === 'mulaw' && isEnough) this.#judgePiece();
  }

  /** The audio that has come so far is about to be heard; `isAll` when no more will come. */
  judge(encoding: AudioChunk['encoding'], isAll: boolean): void {
    const container = findContainer(this.#head.subarray(0, this.#filled));
    if (container) throw brokenAnswer(this.#who, `sent ${container} where raw audio was asked for`);
    if (encoding === 'mulaw') this.#judgePiece();
    if (this.isTooLong) throw brokenAnswer(this.#who, `${this.#sizes()}: far too long`);
    if (isAll && isAbsurdlyShort(this.#audioMs, this.#characters)) {
      throw brokenAnswer(this.#who, `${this.#sizes()}: far too short`);
    }
  }

  #judgePiece(): void {
    const piece = this.#head.subarray(this.#judged, this.#filled);
    this.#judged = this.#filled;
    if (isPcm16(piece)) throw brokenAnswer(this.#who, 'sent 16-bit samples where µ-law was asked for');
  }

  #sizes(): string {
    return `${Math.round(this.#audioMs)} ms of audio for ${this.#characters} characters`;
  }
}
