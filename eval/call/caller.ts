/**
 * The person at the telephone, from a labelled recording: it is played as it is, but where the labels tie it to the
 * agent's speech, the caller waits for that speech, or skips to the place where it is nominally heard.
 */
import { FRAME_BYTES } from '../../src/audio/frame.ts';
import { rmsOfFrame } from '../../src/audio/level.ts';
import { LINEAR_TO_MULAW, MULAW_SILENCE, MULAW_TO_LINEAR } from '../../src/audio/mulaw.ts';
import type { FrameSource } from '../../src/simulator/phone.ts';
import type { Echo, Unit } from '../corpus/labels.ts';
import type { CorpusFile } from '../corpus/load.ts';
import { takesFloor } from './plan.ts';
import type { Witness } from './witness.ts';

export interface LabelledCallerOptions {
  readonly file: CorpusFile;
  readonly witness: Witness;
  readonly echo?: Echo | undefined;
  readonly onHangUp: () => void;
}

/** Units that overlap, to be played in one piece. Positions are samples of the file. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly units: readonly Unit[];
}

/** A place of the file that is to be heard `offsetMs` after the n-th agent audio has begun. */
interface Tie {
  readonly at: number;
  readonly nth: number;
  readonly offsetMs: number;
}

const SAMPLES_PER_MS = 8;
/** A clip begins a breath before its first sound. */
const LEAD_IN_MS = 40;
/** Silence of the agent after which its next sound counts as new audio; a sentence that is taken up again does not. */
const NEW_AUDIO_PAUSE_MS = 1_000;
/** The same when the caller has taken the floor meanwhile: what follows is an answer, which may come at once. */
const ANSWER_PAUSE_MS = 200;
/** How long the caller waits for an agent that does not speak. */
const PATIENCE_MS = 10_000;
/** How long the caller gives the agent to answer at the end, to leave a noise unanswered, and to be through with it. */
const LAST_ANSWER_MS = 4_500;
const LAST_EVENT_MS = 2_500;
const LAST_SILENCE_MS = 1_500;
const LONGEST_EXTRA_MS = 60_000;
const AUDIBLE_RMS = 100;

export class LabelledCaller implements FrameSource {
  readonly #options: LabelledCallerOptions;
  readonly #blocks: readonly Block[];
  readonly #ties: readonly Tie[];
  readonly #bed: Uint8Array;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  readonly #echo: EchoPath | undefined;
  /** When each stretch of agent audio began, in stream time. */
  readonly #starts: number[] = [];
  #fresh: number | undefined;
  #hasTakenFloor = false;
  #soundAt = Number.NEGATIVE_INFINITY;
  #position = 0;
  #bedPosition = 0;
  #tie = 0;
  #waitingSince: number | undefined;
  #nextBlock = 0;
  #staysUntilMs = 0;
  #gaveUp = false;
  #isDone = false;

  constructor(options: LabelledCallerOptions) {
    const { echo, file } = options;
    this.#options = options;
    this.#blocks = blocksOf(file);
    this.#ties = tiesOf(file, this.#blocks);
    const bed = file.bed ? file.audio.subarray(samples(file.bed.startMs), samples(file.bed.endMs)) : new Uint8Array(0);
    this.#bed = bed.length >= FRAME_BYTES ? bed : new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);
    if (echo) this.#echo = new EchoPath(echo);
  }

  next(heard: Uint8Array, atMs: number): Uint8Array {
    this.#listen(heard, atMs);
    this.#moveToTies(atMs);
    this.#startBlocks(atMs);
    this.#read(this.#isWaiting(atMs));
    this.#hangUpWhenDone(atMs);
    this.#echo?.mix(this.#frame, heard);
    return this.#frame;
  }

  get #block(): Block | undefined {
    const newest = this.#blocks[this.#nextBlock - 1];
    return newest && this.#position < newest.to ? newest : undefined;
  }

  /** What the agent begins while the caller talks is not what the labels mean, unless it outlasts the caller. */
  #listen(heard: Uint8Array, atMs: number): void {
    if (rmsOfFrame(heard) < AUDIBLE_RMS) return;
    if (atMs - this.#soundAt > (this.#hasTakenFloor ? ANSWER_PAUSE_MS : NEW_AUDIO_PAUSE_MS)) {
      this.#fresh = atMs;
      this.#hasTakenFloor = false;
    }
    this.#soundAt = atMs;
    if (this.#fresh === undefined || this.#block?.units.some((unit) => unit.kind === 'turn')) return;
    this.#starts.push(this.#fresh);
    this.#fresh = undefined;
  }

  #moveToTies(atMs: number): void {
    for (let tie = this.#ties[this.#tie]; tie; tie = this.#ties[this.#tie]) {
      if (this.#block || (this.#blocks[this.#nextBlock]?.from ?? Number.POSITIVE_INFINITY) < tie.at) return;
      const start = this.#starts[tie.nth - 1];
      const isDue = start !== undefined && atMs >= start + tie.offsetMs;
      if (!isDue && !this.#hasLostPatience(tie, atMs)) return;
      this.#gaveUp = !isDue;
      if (!isDue) this.#options.witness.remarks.push(`the agent's speech ${tie.nth} did not come`);
      this.#position = Math.max(this.#position, tie.at);
      this.#waitingSince = undefined;
      this.#tie++;
    }
  }

  #hasLostPatience({ at }: Tie, atMs: number): boolean {
    if (this.#position < at) return false;
    this.#waitingSince ??= atMs;
    return atMs - this.#waitingSince >= PATIENCE_MS;
  }

  #isWaiting(atMs: number): boolean {
    const tie = this.#ties[this.#tie];
    if (!tie || this.#position < tie.at || this.#block) return false;
    this.#waitingSince ??= atMs;
    return true;
  }

  #startBlocks(atMs: number): void {
    const block = this.#blocks[this.#nextBlock];
    if (!block || this.#position + FRAME_BYTES <= block.from || this.#isWaiting(atMs)) return;
    this.#nextBlock++;
    const shiftMs = atMs - this.#position / SAMPLES_PER_MS;
    for (const unit of block.units) this.#options.witness.play(unit, shiftMs, this.#gaveUp);
    const isForFloor = block.units.some(takesFloor);
    this.#hasTakenFloor ||= isForFloor;
    const patienceMs = isForFloor ? LAST_ANSWER_MS : LAST_EVENT_MS;
    this.#staysUntilMs = Math.max(this.#staysUntilMs, block.to / SAMPLES_PER_MS + shiftMs + patienceMs);
    this.#gaveUp = false;
  }

  #read(isWaiting: boolean): void {
    const { audio } = this.#options.file;
    for (let i = 0; i < FRAME_BYTES; i++) {
      if (!isWaiting && this.#position < audio.length) {
        this.#frame[i] = audio[this.#position++]!;
      } else {
        this.#frame[i] = this.#bed[this.#bedPosition]!;
        this.#bedPosition = (this.#bedPosition + 1) % this.#bed.length;
      }
    }
  }

  #hangUpWhenDone(atMs: number): void {
    if (this.#isDone) return;
    const { file, onHangUp } = this.#options;
    const isPlayed = this.#position >= file.audio.length && this.#nextBlock >= this.#blocks.length;
    const isOver = isPlayed && atMs >= this.#staysUntilMs && atMs - this.#soundAt >= LAST_SILENCE_MS;
    if (!isOver && atMs < file.durationMs + LONGEST_EXTRA_MS) return;
    this.#isDone = true;
    onHangUp();
  }
}

const samples = (ms: number): number => Math.round(Math.max(0, ms) * SAMPLES_PER_MS);

function blocksOf({ units, windows }: CorpusFile): readonly Block[] {
  const blocks: { from: number; to: number; units: Unit[] }[] = [];
  for (const unit of units) {
    const last = blocks.at(-1);
    const to = samples(unit.endMs);
    if (last && samples(unit.startMs) < last.to) {
      last.units.push(unit);
      last.to = Math.max(last.to, to);
    } else {
      const from = Math.max(last?.to ?? 0, samples(clipStart(unit, windows)));
      blocks.push({ from, to, units: [unit] });
    }
  }
  return blocks;
}

/** Where a clip begins: the label is its first sound, the cue is its first sample. */
function clipStart({ cue, startMs }: Unit, windows: CorpusFile['windows']): number {
  const window = cue && windows[cue.nth - 1];
  const nominal = window ? window.startMs + cue.offsetMs : Number.NaN;
  return nominal <= startMs && nominal >= startMs - 300 ? nominal : startMs - LEAD_IN_MS;
}

function tiesOf({ windows }: CorpusFile, blocks: readonly Block[]): readonly Tie[] {
  const ofWindows = windows.flatMap(({ startMs }, i): Tie[] => {
    const at = samples(startMs);
    return blocks.some(({ from, to }) => at > from && at < to) ? [] : [{ at, nth: i + 1, offsetMs: 0 }];
  });
  const ofCues = blocks.flatMap(({ from, units }): Tie[] => {
    const cue = units[0]!.cue;
    return cue ? [{ at: from, nth: cue.nth, offsetMs: cue.offsetMs }] : [];
  });
  return [...ofWindows, ...ofCues].sort((a, b) => a.at - b.at);
}

/** The line gives back to the agent what it sends, later and weaker. */
class EchoPath {
  readonly #gain: number;
  readonly #delay: Float64Array;
  #at = 0;

  constructor({ delayMs, lossDb }: Echo) {
    this.#gain = 10 ** (-lossDb / 20);
    this.#delay = new Float64Array(Math.max(1, samples(delayMs)));
  }

  /** Adds to `frame` what was heard a while ago, and keeps what is heard now. */
  mix(frame: Uint8Array, heard: Uint8Array): void {
    const { length } = this.#delay;
    for (let i = 0; i < frame.length; i++) {
      const back = this.#delay[this.#at]! * this.#gain;
      this.#delay[this.#at] = MULAW_TO_LINEAR[heard[i]!]!;
      this.#at = (this.#at + 1) % length;
      const sum = Math.max(-32_768, Math.min(32_767, Math.round(MULAW_TO_LINEAR[frame[i]!]! + back)));
      frame[i] = LINEAR_TO_MULAW[sum & 0xffff]!;
    }
  }
}
