/** From a probability per frame to the edges of speech. Pure counting: the same numbers give the same edges. */
import { CallerLevel } from '../audio/caller-level.ts';
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

/** A probability that starts speech and a lower one that keeps it going; how loud it must be, and how it ends. */
interface Thresholds {
  readonly start: number;
  readonly keep: number;
  /** Shares of the caller's level: somewhere in its first moments, and all the time. */
  readonly startShare: number;
  readonly keepShare: number;
  readonly endFrames: number;
}

const END_FRAMES = 10;

/** Silero's own defaults. Nobody but the caller is to be kept waiting, so that the level is no matter. */
const LISTENING: Thresholds = { start: 0.5, keep: 0.35, startShare: 0, keepShare: 0, endFrames: END_FRAMES };
/**
 * Halves the false starts behind other voices and costs 30 ms. What is 10 dB softer than the caller is somebody else. The
 * end is found sooner: the agent may be silent for it.
 */
const AGENT_SPEAKS: Thresholds = { start: 0.85, keep: 0.6, startShare: 0.4, keepShare: 0.12, endFrames: 6 };

/** After some frames without sound the network must be surer to keep speech going: in noise it is slow to deny. */
const DOUBT_AFTER_FRAMES = 5;
const KEEP_IN_DOUBT = 0.6;

/** The probability from which speech tells the caller's level. */
const SURELY = 0.9;

const START_FRAMES = 3;
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
const ENDS = edgesOf('speech-end', LISTENING.endFrames + LATE_FRAMES);
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
  readonly #level = new CallerLevel();
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
    this.#learn(probability, rms);
    const edge = this.#speaking ? this.#keep(probability, rms, sound) : this.#await(probability, rms, sound);
    if (edge) this.#sinceEdge = 0;
    return edge;
  }

  /** What is heard over the agent may be its echo. */
  #learn(probability: number, rms: number): void {
    if (this.#speaking && this.#thresholds === LISTENING && probability >= SURELY) this.#level.learn(rms);
  }

  #await(probability: number, rms: number, { soundFrames }: Sound): VadEdge | undefined {
    if (probability < this.#thresholds.start) {
      this.#run = 0;
      this.#loudest = 0;
      return undefined;
    }
    this.#run++;
    this.#loudest = Math.max(this.#loudest, rms);
    if (this.#run < START_FRAMES || this.#loudest < this.#loudEnough()) return undefined;
    const frames = Math.max(START_FRAMES, Math.min(soundFrames, START_FRAMES + EARLIER_FRAMES));
    this.#speaking = true;
    this.#voiced = frames;
    this.#run = 0;
    this.#loudest = 0;
    return STARTS[frames];
  }

  #loudEnough(): number {
    return Math.max(this.#options.rmsFloor, this.#thresholds.startShare * this.#level.rms);
  }

  #keep(probability: number, rms: number, { silentFrames }: Sound): VadEdge | undefined {
    const { endFrames, keep, keepShare } = this.#thresholds;
    const isQuiet = rms < Math.max(this.#quietRms, keepShare * this.#level.rms);
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
    // Before it is more than a noise, a short gap belongs to it: else the count would begin anew.
    const isCounted = this.#voiced === Number.POSITIVE_INFINITY;
    if (this.#run < (isCounted ? endFrames : END_FRAMES)) return undefined;
    this.#speaking = false;
    const frames = Math.min(this.#sinceEdge, this.#run + (this.#isNoisy ? LATE_FRAMES : 0));
    this.#run = 0;
    return ENDS[frames];
  }
}
