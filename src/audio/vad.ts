/**
 * Speech detection by level: fast and without a model, for lines without loud music or talk behind the caller.
 *
 * A frame is speech when its RMS passes both an absolute floor and a multiple of the line's own noise. The noise estimate
 * averages the frames between utterances, and never lies below the quietest moment of the last seconds: speech always has
 * gaps, so its minimum stays near the noise behind it, while a noise that sets in during the call has none and lifts
 * the estimate over itself (minimum statistics; R. Martin, IEEE Trans. Speech and Audio Processing 9(5), 2001).
 */
import { FRAME_MS } from './frame.ts';
import { meanSquareOfFrame } from './level.ts';

export interface EnergyVadOptions {
  /** The lowest RMS that can be speech, on the 16-bit scale; 210 is −44 dBov. */
  readonly rmsFloor: number;
  /** Speech frames in a row that make a start; a sound that touches fewer frames never starts. */
  readonly startFrames: number;
  /** Frames with speech in them, since its start, that make it more than a noise: enough to take the floor with. */
  readonly sustainFrames: number;
  /** Frames in a row without speech that make an end. */
  readonly endFrames: number;
  /** How many times the noise RMS a frame must reach to count towards a start. */
  readonly startFactor: number;
  /** How many times the noise RMS keeps speech going; below `startFactor`, and the absolute floor shrinks with it. */
  readonly releaseFactor: number;
}

export interface VadEdge {
  /** `speech-sustained` comes once between a start and its end, if there is speech enough. */
  readonly type: 'speech-start' | 'speech-sustained' | 'speech-end';
  /** How long before the end of the frame just pushed the speech, or the silence, really began; 0 when sustained. */
  readonly agoMs: number;
}

const DEFAULTS: EnergyVadOptions = {
  rmsFloor: 210,
  startFrames: 3,
  sustainFrames: 8,
  endFrames: 10,
  startFactor: 2.5,
  releaseFactor: 1.7,
};

const SUSTAINED: VadEdge = { type: 'speech-sustained', agoMs: 0 };

/** Share of the way that the noise estimate goes towards a frame: slowly up (1 s), quickly down (0.2 s). */
const RISE = 0.02;
const FALL = 0.1;
/** Smooths the power before its minimum is taken: a single 20 ms frame of a rumbling noise may be 10 dB too quiet. */
const SMOOTHING = 0.6;
/** The minimum is kept per half second and looked up over the last two and a half to three seconds. */
const SLOT_FRAMES = 25;
const SLOTS = 6;
/** A young call believes its minimum after one second: most callers have paused for breath by then. */
const FIRST_BELIEF_FRAMES = 50;

/** One caller's detector. Time is counted in frames; `push` allocates nothing. */
export class EnergyVad {
  readonly #options: EnergyVadOptions;
  readonly #start: VadEdge;
  readonly #end: VadEdge;
  #sustainFrames: number;
  readonly #slotMinima = new Float64Array(SLOTS);
  #slot = 0;
  #slotAge = 0;
  #age = 0;
  #smoothed = 0;
  #noise = 0;
  #speaking = false;
  /** Frames with speech since the start; `Infinity` once the sustained edge is out. */
  #voiced = 0;
  /** Frames in a row that speak for the other state. */
  #run = 0;

  constructor(options: Partial<EnergyVadOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
    this.#sustainFrames = this.#options.sustainFrames;
    this.#start = { type: 'speech-start', agoMs: this.#options.startFrames * FRAME_MS };
    this.#end = { type: 'speech-end', agoMs: this.#options.endFrames * FRAME_MS };
    this.reset();
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** The estimate of the line's noise, as RMS on the 16-bit scale. */
  get noiseRms(): number {
    return this.#noise;
  }

  /** From now on speech is sustained after so many frames with speech in them. */
  sustainAfter(frames: number): void {
    this.#sustainFrames = frames;
  }

  /** Takes the next 20 ms of µ-law and tells when it completes an edge: start, perhaps sustained, end, and again. */
  push(frame: Uint8Array): VadEdge | undefined {
    const power = meanSquareOfFrame(frame);
    const rms = Math.sqrt(power);
    const isSpeech = rms >= this.#threshold();
    // Digital silence is a muted or padded line: it says nothing about the noise that will be back.
    if (power > 0) this.#followNoise(power, isSpeech);
    if (isSpeech === this.#speaking) {
      this.#run = 0;
      return isSpeech && ++this.#voiced >= this.#sustainFrames ? this.#sustained() : undefined;
    }
    this.#run++;
    if (this.#run < (this.#speaking ? this.#options.endFrames : this.#options.startFrames)) return undefined;
    this.#run = 0;
    this.#speaking = !this.#speaking;
    this.#voiced = this.#options.startFrames;
    return this.#speaking ? this.#start : this.#end;
  }

  #sustained(): VadEdge | undefined {
    const isNews = this.#voiced !== Number.POSITIVE_INFINITY;
    this.#voiced = Number.POSITIVE_INFINITY;
    return isNews ? SUSTAINED : undefined;
  }

  /** Forgets everything, as for a new call; no edge is told for speech in progress. */
  reset(): void {
    this.#slotMinima.fill(Number.POSITIVE_INFINITY);
    this.#slot = 0;
    this.#slotAge = 0;
    this.#age = 0;
    this.#smoothed = 0;
    this.#noise = 0;
    this.#speaking = false;
    this.#voiced = 0;
    this.#run = 0;
  }

  #threshold(): number {
    const { rmsFloor, startFactor, releaseFactor } = this.#options;
    if (!this.#speaking) return Math.max(rmsFloor, startFactor * this.#noise);
    return Math.max((rmsFloor * releaseFactor) / startFactor, releaseFactor * this.#noise);
  }

  #followNoise(power: number, isSpeech: boolean): void {
    const rms = Math.sqrt(power);
    if (rms < this.#noise) this.#noise += FALL * (rms - this.#noise);
    else if (!isSpeech && !this.#speaking) this.#noise += RISE * (rms - this.#noise);
    const quietest = this.#quietestOfLate(power);
    if (this.#age >= FIRST_BELIEF_FRAMES) this.#noise = Math.max(this.#noise, Math.sqrt(quietest));
  }

  /** Takes one more power into the sliding minimum and returns it. */
  #quietestOfLate(power: number): number {
    this.#smoothed = this.#age === 0 ? power : this.#smoothed + SMOOTHING * (power - this.#smoothed);
    this.#age++;
    if (this.#slotAge === SLOT_FRAMES) {
      this.#slotAge = 0;
      this.#slot = (this.#slot + 1) % SLOTS;
      this.#slotMinima[this.#slot] = Number.POSITIVE_INFINITY;
    }
    this.#slotAge++;
    this.#slotMinima[this.#slot] = Math.min(this.#slotMinima[this.#slot]!, this.#smoothed);
    let quietest = this.#slotMinima[0]!;
    for (let i = 1; i < SLOTS; i++) quietest = Math.min(quietest, this.#slotMinima[i]!);
    return quietest;
  }
}
