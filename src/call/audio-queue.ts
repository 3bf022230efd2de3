import { FRAME_BYTES } from '../audio/frame.ts';
import { MULAW_SILENCE } from '../audio/mulaw.ts';

/** So much of what was taken stays at hand: more than Twilio ever holds ahead of the caller's ear. */
const KEEP_BYTES = 2 * 8_000;

/** µ-law in, whole frames out; the newest of what went out can be taken back. Chunks are kept as they come, not copied. */
export class AudioQueue {
  #chunks: Uint8Array[] = [];
  /** Into the first chunk. */
  #offset = 0;
  /** Chunks that are used up, oldest first. */
  #past: Uint8Array[] = [];
  #pastBytes = 0;
  #pendingBytes = 0;

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  push(audio: Uint8Array): void {
    this.#chunks.push(audio);
    this.#pendingBytes += audio.length;
  }

  /** Fills the next frame; a remainder is padded with silence. */
  take(frame: Uint8Array): void {
    let filled = 0;
    while (filled < FRAME_BYTES && this.#pendingBytes > 0) {
      const chunk = this.#chunks[0]!;
      const size = Math.min(FRAME_BYTES - filled, chunk.length - this.#offset);
      frame.set(chunk.subarray(this.#offset, this.#offset + size), filled);
      filled += size;
      this.#offset += size;
      this.#pendingBytes -= size;
      if (this.#offset === chunk.length) this.#retire(chunk);
    }
    if (filled < FRAME_BYTES) frame.fill(MULAW_SILENCE, filled);
  }

  /** Puts the last `bytes` that were taken back in front, as far as they are at hand. */
  goBack(bytes: number): void {
    let left = bytes;
    while (left > this.#offset && this.#past.length > 0) {
      const chunk = this.#past.pop()!;
      this.#pastBytes -= chunk.length;
      left -= this.#offset;
      this.#pendingBytes += this.#offset;
      this.#chunks.unshift(chunk);
      this.#offset = chunk.length;
    }
    const size = Math.min(left, this.#offset);
    this.#offset -= size;
    this.#pendingBytes += size;
  }

  clear(): void {
    this.#chunks = [];
    this.#past = [];
    this.#offset = 0;
    this.#pastBytes = 0;
    this.#pendingBytes = 0;
  }

  #retire(chunk: Uint8Array): void {
    this.#chunks.shift();
    this.#offset = 0;
    this.#past.push(chunk);
    this.#pastBytes += chunk.length;
    while (this.#pastBytes - this.#past[0]!.length >= KEEP_BYTES) this.#pastBytes -= this.#past.shift()!.length;
  }
}
