import { FRAME_BYTES } from '../audio/frame.ts';
import { rmsOfFrame } from '../audio/level.ts';

/** Lateness is judged over so long: a stalled line has caught up by then. */
const WINDOW = 8_000;
/** Lateness of less is jitter. */
const TOLERATED = 480;
/** Frames that come so far ahead of time are a flood, or a clock that runs wild. */
const MOST_AHEAD = 4_000;
const QUIET_RMS = 100;

/** The frame has no place. */
export const LEFT_OUT = Number.NEGATIVE_INFINITY;

/**
 * Where the caller's frames belong. They come in bursts and late, yet each follows the one before without a gap, because
 * gaps that the carrier names are filled before; so they are laid end to end. Only what even the least delayed frame of
 * a second shows is corrected: audio that is missing, by a gap, and a first frame that came late, by leaving out silence.
 * All positions are samples since the call began.
 */
export class CallerGrid {
  #end: number | undefined;
  #leastLate = Number.POSITIVE_INFINITY;
  #windowFrom = 0;
  #surplus = 0;

  /** The position of the frame's first sample, or `LEFT_OUT`; `arrived` is where it would be if nothing had delayed it. */
  place(frame: Uint8Array, arrived: number): number {
    if (this.#end === undefined) {
      this.#end = arrived;
      this.#windowFrom = arrived;
    }
    const late = arrived - this.#end;
    if (late < -MOST_AHEAD) return LEFT_OUT;
    this.#leastLate = Math.min(this.#leastLate, late);
    if (arrived - this.#windowFrom >= WINDOW) this.#judge(arrived);
    if (this.#surplus >= FRAME_BYTES && rmsOfFrame(frame) < QUIET_RMS) {
      this.#surplus -= FRAME_BYTES;
      this.#restart(arrived);
      return LEFT_OUT;
    }
    const start = this.#end;
    this.#end += FRAME_BYTES;
    return start;
  }

  #judge(arrived: number): void {
    const late = this.#leastLate;
    this.#restart(arrived);
    if (late > TOLERATED) this.#end! += late;
    this.#surplus = late < -TOLERATED ? -late : 0;
  }

  #restart(arrived: number): void {
    this.#leastLate = Number.POSITIVE_INFINITY;
    this.#windowFrom = arrived;
  }
}
