/**
 * How loud the caller speaks, learned from speech that was heard while the agent was silent. People behind the caller, a
 * television or a radio are speech as well, but softer: near the telephone there is one mouth.
 *
 * The level is a high quantile of the frames with speech: it goes up quickly to what is louder, so that one sentence is
 * enough, and down slowly, so that minutes of a radio do not take the caller's place.
 */

/** Share of the way up to a louder frame: a syllable counts, a plosive hardly. */
const RISE = 0.2;
/** What is left of the level after each softer frame of speech: 1.3 dB in ten seconds of speech. */
const FALL = 0.9997;
/** Frames with speech, 300 ms of them, until the level is known. */
const FEWEST_FRAMES = 15;

/** One call's. Allocates nothing. */
export class CallerLevel {
  #rms = 0;
  #frames = 0;

  /** Takes a frame that is surely speech and surely not the agent's. */
  learn(rms: number): void {
    this.#frames++;
    if (rms > this.#rms) this.#rms += RISE * (rms - this.#rms);
    else this.#rms *= FALL;
  }

  /** The RMS of the caller's loud syllables, on the 16-bit scale; 0 while it is not known. */
  get rms(): number {
    return this.#frames < FEWEST_FRAMES ? 0 : this.#rms;
  }
}
