import { FRAME_BYTES } from '../audio/frame.ts';
import { MULAW_TO_LINEAR } from '../audio/mulaw.ts';
import { CONTEXT_SAMPLES, WINDOW_SAMPLES } from './silero/network.ts';

const FULL_SCALE = 32_768;
/** The longest that may wait: a window that was kept, one that is due, and the start of the next. */
const WAITING_SAMPLES = CONTEXT_SAMPLES + 3 * WINDOW_SAMPLES;
/** Moving the samples to the front is rare if there is room for a while. */
const CAPACITY = WAITING_SAMPLES + 8 * WINDOW_SAMPLES;

/** Frames of 160 samples in, windows of 256 out, each with its context. Allocates nothing once made. */
export class WindowFeed {
  /** On the scale ±1. */
  readonly samples = new Float32Array(CAPACITY);
  /** Silence is the context of the first window. */
  #filled = CONTEXT_SAMPLES;
  #next = 0;

  /** Take, or forget, what is waiting before the next push. */
  push(frame: Uint8Array): void {
    const { samples } = this;
    if (this.#filled + FRAME_BYTES > CAPACITY) {
      samples.copyWithin(0, this.#next, this.#filled);
      this.#filled -= this.#next;
      this.#next = 0;
    }
    const at = this.#filled;
    for (let i = 0; i < FRAME_BYTES; i++) samples[at + i] = MULAW_TO_LINEAR[frame[i]!]! / FULL_SCALE;
    this.#filled += FRAME_BYTES;
  }

  /** Whole windows nobody took. */
  get waiting(): number {
    return Math.floor((this.#filled - this.#next - CONTEXT_SAMPLES) / WINDOW_SAMPLES);
  }

  /** Where in `samples` the oldest waiting window begins, its context first. */
  take(): number {
    const start = this.#next;
    this.#next += WINDOW_SAMPLES;
    return start;
  }

  /** Drops all that are waiting but the newest: it leads the network into what may come. */
  forget(): void {
    while (this.waiting > 1) this.#next += WINDOW_SAMPLES;
  }
}
