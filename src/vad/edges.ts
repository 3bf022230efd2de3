/** From a probability per frame to the edges of speech. Pure counting: the same numbers give the same edges. */
import { FRAME_MS } from '../audio/frame.ts';
import type { VadEdge } from '../audio/vad.ts';
import type { DetectorOptions } from './detector.ts';

/** What the ear before the network makes of the last frames. */
export interface Sound {
  /** Frames in a row, up to the newest, with sound that may be speech; short dips do not end the row. */
  readonly soundFrames: number;
  /** Frames in a row, up to the newest, with none. */
  readonly silentFrames: number;
}

/** A probability that starts speech and a lower one that keeps it going. */
interface Thresholds {
  readonly start: number;
  readonly keep: number;
}

/** Silero's own defaults. */
const LISTENING: Thresholds = { start: 0.5, keep: 0.35 };
/** Halves the false starts behind other voices and costs 30 ms. */
const AGENT_SPEAKS: Thresholds = { start: 0.85, keep: 0.6 };

/** After some frames without sound the network must be surer to keep speech going: in noise it is slow to deny. */
const DOUBT_AFTER_FRAMES = 5;
const KEEP_IN_DOUBT = 0.6;

const START_FRAMES = 3;
const END_FRAMES = 10;
/** The network believes in speech for about so long after its end. */
const DISBELIEF_FRAMES = 3;
/** What remains of that delay, in the mean, and is left to the dating. */
const LATE_FRAMES = 2;
/** The network takes a window or two to believe; sound that long before the first of its frames was speech as well. */
const EARLIER_FRAMES = 3;
/** Share of the RMS floor below which a frame is silence, whatever the network still believes: 8 dB. */
const QUIET_SHARE = 0.4;

/** By how many frames they are dated back. */
const STARTS = edgesOf('speech-start', START_FRAMES + EARLIER_FRAMES);
const ENDS = edgesOf('speech-end', END_FRAMES + LATE_FRAMES);
const SUSTAINED: VadEdge = { type: 'speech-sustained', agoMs: 0 };

function edgesOf(type: VadEdge['type'], mostFrames: number): readonly VadEdge[] {
  return Array.from({ length: mostFrames + 1 }, (_, frames) => ({ type, agoMs: frames * FRAME_MS }));
}

/** The level below which a frame is silence. */
export function quietRmsOf({ rmsFloor }: DetectorOptions): number {
  return QUIET_SHARE * rmsFloor;
}

/** The probability below which a frame is not speech, however lenient one is. */
export const UNLIKELY = LISTENING.keep;

export class EdgeCounter {
  readonly #options: DetectorOptions;
  readonly #quietRms: number;
  #thresholds = LISTENING;
  #sustainFrames: number;
  #speaking = false;
  /** Frames in a row that speak for the other state. */
  #run = 0;
  #loudest = 0;
  #isNoisy = false;
  /** Frames since the last edge: no edge is dated before another. */
  #sinceEdge = 0;
  /** Frames with speech since the start; the sustained edge is out once it is `Infinity`. */
  #voiced = 0;

  constructor(options: DetectorOptions) {
    this.#options = options;
    this.#quietRms = quietRmsOf(options);
    this.#sustainFrames = options.sustainFrames;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  agentSpeaking(isSpeaking: boolean): void {
    this.#thresholds = isSpeaking ? AGENT_SPEAKS : LISTENING;
  }

  sustainAfter(frames: number): void {
    this.#sustainFrames = frames;
  }

  /** Takes the next frame. */
  push(probability: number, rms: number, sound: Sound): VadEdge | undefined {
    this.#sinceEdge++;
    const edge = this.#speaking ? this.#keep(probability, rms, sound) : this.#await(probability, rms, sound);
    if (edge) this.#sinceEdge = 0;
    return edge;
  }

  #await(probability: number, rms: number, { soundFrames }: Sound): VadEdge | undefined {
    if (probability < this.#thresholds.start) {
      this.#run = 0;
      this.#loudest = 0;
      return undefined;
    }
    this.#run++;
    this.#loudest = Math.max(this.#loudest, rms);
    if (this.#run < START_FRAMES || this.#loudest < this.#options.rmsFloor) return undefined;
    const frames = Math.max(START_FRAMES, Math.min(soundFrames, START_FRAMES + EARLIER_FRAMES));
    this.#speaking = true;
    this.#voiced = frames;
    this.#run = 0;
    this.#loudest = 0;
    return STARTS[frames];
  }

  #keep(probability: number, rms: number, { silentFrames }: Sound): VadEdge | undefined {
    const isQuiet = rms < this.#quietRms;
    const { keep } = this.#thresholds;
    const enough = silentFrames < DOUBT_AFTER_FRAMES ? keep : Math.max(keep, KEEP_IN_DOUBT);
    if (!isQuiet && probability >= enough) {
      this.#run = 0;
      this.#voiced++;
      if (this.#voiced < this.#sustainFrames) return undefined;
      const isNews = this.#voiced !== Number.POSITIVE_INFINITY;
      this.#voiced = Number.POSITIVE_INFINITY;
      return isNews ? SUSTAINED : undefined;
    }
    if (this.#run === 0) {
      this.#isNoisy = !isQuiet;
      // Over noise only the network tells silence, and it tells it late.
      if (this.#isNoisy) this.#run = DISBELIEF_FRAMES;
    }
    this.#run++;
    if (this.#run < END_FRAMES) return undefined;
    this.#speaking = false;
    this.#run = 0;
    return ENDS[Math.min(this.#sinceEdge, this.#isNoisy ? END_FRAMES + LATE_FRAMES : END_FRAMES)];
  }
}
