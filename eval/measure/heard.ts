/**
 * What the caller heard of the agent, word by word, found in the audio that came out of the receiver. Audio is compared
 * by the signs of its samples, which a change of volume does not touch.
 */
import { rmsOfFrame } from '../../src/audio/level.ts';
import type { Utterance } from '../call/witness.ts';

export interface HeardWord {
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Which part of it was heard, from 0 to 1. */
  readonly share: number;
  readonly utterance: Utterance;
  /** Its place in the utterance. */
  readonly index: number;
}

/** A stretch of the track that is a stretch of an utterance. Positions are samples. */
interface Run {
  readonly utterance: number;
  readonly trackFrom: number;
  readonly from: number;
  to: number;
}

const BLOCK = 80;
const PATTERN = 48;
const SILENT_RMS = 60;
/** So many of a block's signs agree when it is the same sound: codes near zero lose theirs. */
const AGREEMENT = 0.85;
/** How far a candidate is followed to tell it from others that begin alike. */
const LOOK_AHEAD = 8_000;
/** Speech that is taken up again begins so much before the place where it was cut: a word that was said before is not meant. */
const AGAIN = 4_000;
const SAMPLES_PER_MS = 8;

/** In the order of time. A word that was cut and taken up again is there twice, with its parts. */
export function heardWords(track: Uint8Array, utterances: readonly Utterance[]): readonly HeardWord[] {
  const matcher = new Matcher(track, utterances);
  const runs: Run[] = [];
  let run: Run | undefined;
  for (let at = 0; at + BLOCK <= track.length; at += BLOCK) {
    if (rmsOfFrame(track.subarray(at, at + BLOCK)) < SILENT_RMS) continue;
    if (run && matcher.agrees(run.utterance, run.from + at - run.trackFrom, at)) {
      run.to = run.from + at - run.trackFrom + BLOCK;
      continue;
    }
    run = matcher.find(at, runs.at(-1));
    if (run) runs.push(run);
  }
  return runs.flatMap((found) => wordsOfRun(found, utterances[found.utterance]!));
}

class Matcher {
  readonly #track: Buffer;
  readonly #references: readonly Buffer[];

  constructor(track: Uint8Array, utterances: readonly Utterance[]) {
    this.#track = signsOf(track);
    this.#references = utterances.map(({ audio }) => signsOf(audio));
  }

  /** Whether the block at `at` of the track sounds like the utterance from position `from`; its last block may be short. */
  agrees(utterance: number, from: number, at: number): boolean {
    const reference = this.#references[utterance]!;
    const length = Math.min(BLOCK, reference.length - from, this.#track.length - at);
    if (from < 0 || length < PATTERN / 2) return false;
    let same = 0;
    for (let i = 0; i < length; i++) if (reference[from + i] === this.#track[at + i]) same++;
    return same >= AGREEMENT * length;
  }

  /** The utterance that fits longest; among equals the one that goes on, then the next ones, then any. */
  find(at: number, last: Run | undefined): Run | undefined {
    const pattern = this.#track.subarray(at, at + PATTERN);
    let best: Run | undefined;
    let bestLength = 0;
    for (const utterance of this.#order(last?.utterance)) {
      const reference = this.#references[utterance]!;
      const after = utterance === last?.utterance ? reference.indexOf(pattern, Math.max(0, last.to - AGAIN)) : -1;
      const from = after >= 0 ? after : reference.indexOf(pattern);
      if (from < 0) continue;
      const length = this.#follow(utterance, from, at);
      if (length <= bestLength) continue;
      best = { utterance, trackFrom: at, from, to: Math.min(reference.length, from + BLOCK) };
      bestLength = length;
    }
    return best;
  }

  #order(current = 0): readonly number[] {
    const count = this.#references.length;
    return Array.from({ length: count }, (_, i) => (i + current) % count);
  }

  #follow(utterance: number, from: number, at: number): number {
    let length = 0;
    while (length < LOOK_AHEAD && this.agrees(utterance, from + length, at + length)) length += BLOCK;
    return length;
  }
}

const signsOf = (audio: Uint8Array): Buffer => Buffer.from(audio.map((code) => code >> 7));

function wordsOfRun(run: Run, utterance: Utterance): HeardWord[] {
  const to = Math.min(run.to, utterance.audio.length);
  return utterance.words.flatMap((word, index) => {
    const from = Math.max(word.from, run.from);
    const length = Math.min(word.to, to) - from;
    if (length <= 0) return [];
    const fromMs = (run.trackFrom + from - run.from) / SAMPLES_PER_MS;
    const share = length / (word.to - word.from);
    return { text: word.text, fromMs, toMs: fromMs + length / SAMPLES_PER_MS, share, utterance, index };
  });
}
