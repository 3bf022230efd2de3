/** The unit of telephone audio: 20 ms of µ-law at 8000 Hz, one byte per sample. */
import { MULAW_SILENCE } from './mulaw.ts';

export const SAMPLE_RATE_HZ = 8000;
export const FRAME_MS = 20;
export const FRAME_BYTES = 160;

/**
 * Cuts µ-law pieces of any length into whole frames and carries the remainder to the next piece. The frame handed to
 * `onFrame` is a reused buffer, or the very piece if that was one frame: copy what must outlive the call. `onFrame`
 * must not call `push`.
 */
export class FrameAssembler {
  readonly #onFrame: (frame: Uint8Array) => void;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #filled = 0;

  constructor(onFrame: (frame: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes waiting for the rest of their frame: 0 … 159. */
  get pendingBytes(): number {
    return this.#filled;
  }

  push(bytes: Uint8Array): void {
    // Twilio's messages are whole frames, nearly always.
    if (bytes.length === FRAME_BYTES && this.#filled === 0) {
      this.#onFrame(bytes);
      return;
    }
    // A loop instead of `set(subarray)`: a view per frame would be an allocation per frame.
    for (let i = 0; i < bytes.length; i++) {
      this.#frame[this.#filled++] = bytes[i]!;
      if (this.#filled === FRAME_BYTES) this.#emit();
    }
  }

  /** The stream is complete: hands over the remainder, padded with silence, and says whether there was one. */
  takeRest(): boolean {
    if (this.#filled === 0) return false;
    this.#frame.fill(MULAW_SILENCE, this.#filled);
    this.#emit();
    return true;
  }

  /** Forgets the remainder. */
  reset(): void {
    this.#filled = 0;
  }

  #emit(): void {
    // First, so that a throwing `onFrame` leaves the assembler usable.
    this.#filled = 0;
    this.#onFrame(this.#frame);
  }
}
