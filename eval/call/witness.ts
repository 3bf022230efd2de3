/** What really happens in one call, kept by those who play in it: nothing of it is guessed from what Kav reports. */
import type { Segment, Unit } from '../corpus/labels.ts';

/** A labelled unit with the times, in ms of the stream, at which it was heard on the line. */
export interface PlayedUnit extends Unit {
  /** Its cue never came, because the agent did not speak: it was played all the same. */
  readonly uncued: boolean;
}

/** A word of the caller; the last of a segment ends it. */
export interface TimedWord {
  readonly text: string;
  readonly endMs: number;
  readonly endsSegment: boolean;
}

/** A text that the voice has spoken, with its audio and the places of its words in it. */
export interface Utterance {
  readonly text: string;
  readonly audio: Uint8Array;
  /** In samples of `audio`. */
  readonly words: readonly { readonly text: string; readonly from: number; readonly to: number }[];
}

export class Witness {
  readonly played: PlayedUnit[] = [];
  /** The caller's words so far, by the time at which each is complete. */
  readonly words: TimedWord[] = [];
  readonly utterances: Utterance[] = [];
  /** What the brain answered to which reply. */
  readonly replies = new Map<number, string>();
  readonly remarks: string[] = [];

  /** The unit begins to be heard; file time plus `shiftMs` is stream time. */
  play(unit: Unit, shiftMs: number, uncued = false): void {
    const moved = moveUnit(unit, shiftMs);
    this.played.push({ ...moved, uncued });
    this.words.push(...wordsOf(moved));
    this.words.sort((a, b) => a.endMs - b.endMs);
  }
}

function moveUnit(unit: Unit, shiftMs: number): Unit {
  const move = <S extends { readonly startMs: number; readonly endMs: number }>(span: S): S => ({
    ...span,
    startMs: span.startMs + shiftMs,
    endMs: span.endMs + shiftMs,
  });
  return { ...move(unit), segments: unit.segments.map(move) };
}

/**
 * The words of a unit in time. Where the labels do not tell the words of a segment, they are spread over the speech by
 * their letters, and a word belongs to the segment that its middle falls into.
 */
export function wordsOf({ segments, text }: Pick<Unit, 'segments' | 'text'>): readonly TimedWord[] {
  const texts = segments.every((segment) => segment.text !== undefined)
    ? segments.map((segment) => tokens(segment.text!))
    : spread(tokens(text), segments);
  return segments.flatMap((segment, i) => timed(texts[i]!, segment));
}

const tokens = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

function spread(words: readonly string[], segments: readonly Segment[]): string[][] {
  const lengths = segments.map(({ startMs, endMs }) => endMs - startMs);
  const speechMs = lengths.reduce((sum, length) => sum + length, 0);
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  const parts: string[][] = segments.map(() => []);
  let before = 0;
  for (const word of words) {
    let at = ((before + word.length / 2) / letters) * speechMs;
    before += word.length;
    const segment = lengths.findIndex((length) => {
      at -= length;
      return at < 0;
    });
    parts[segment < 0 ? parts.length - 1 : segment]!.push(word);
  }
  return parts;
}

function timed(words: readonly string[], { startMs, endMs }: Segment): TimedWord[] {
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  let before = 0;
  return words.map((text, i) => {
    before += text.length;
    return { text, endMs: startMs + (before / letters) * (endMs - startMs), endsSegment: i === words.length - 1 };
  });
}
