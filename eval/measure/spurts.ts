/** The agent's speech as the caller heard it, cut at its silences, and what each stretch of it is a part of. */
import { FRAME_BYTES, FRAME_MS } from '../../src/audio/frame.ts';
import type { CallEffect, LineName } from '../../src/core/call-event.ts';
import { Ear } from '../../src/simulator/ear.ts';
import type { HeardCall } from '../call/observation.ts';
import { type HeardWord, heardWords } from './heard.ts';

export interface Spurt {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reply: number;
  readonly kind: 'greeting' | 'answer' | 'line';
  readonly line?: LineName;
  readonly words: readonly HeardWord[];
  /** It ends where the text ends. */
  readonly isWhole: boolean;
  /** It takes the text of the spurt before it up where that was cut, and says no word twice. */
  readonly goesOn: boolean;
}

/** Shorter silences belong to the speech around them. */
const PAUSE_MS = 250;
/** The journal and the line have clocks of their own, a few milliseconds apart. */
const CLOCKS_MS = 60;
/** Less of a word is not heard as one: a resumed sentence may come in a frame or two early. */
const FRAGMENT_MS = 60;
/** So much of a word and the caller has it. */
const WHOLE_WORD = 0.9;

/** What a reply is to say. */
type Reply = Pick<Spurt, 'kind' | 'line'> & { readonly text: string };

export function spurtsOf(observation: HeardCall): readonly Spurt[] {
  const { agent, lines, plan, witness } = observation;
  const words = heardWords(agent, witness.utterances);
  const replies = repliesOf(observation);
  const texts = [plan.greeting, ...witness.replies.values(), ...Object.values(lines)];
  const starts = observation.entries.flatMap(({ event }) => (event.type === 'playout-start' ? [event] : []));
  const spurts: Spurt[] = [];
  let before: Place | undefined;
  for (const { from, to } of joined(agent, starts)) {
    const reply = replyAt(starts, from);
    const { kind, line, text } = replies.get(reply) ?? { kind: 'answer', text: '' };
    const own = words.filter((word) => (word.fromMs + word.toMs) / 2 >= from && (word.fromMs + word.toMs) / 2 < to);
    const said = own.filter((word) => word.toMs - word.fromMs >= FRAGMENT_MS || word.share >= WHOLE_WORD);
    const place = placeOf(said, [text, before?.text ?? '', ...texts]);
    spurts.push({
      fromMs: from,
      toMs: to,
      reply,
      kind,
      ...(line === undefined ? {} : { line }),
      words: own,
      isWhole: isWhole(place, said),
      goesOn: goesOn(before, place, spurts.at(-1)?.reply === reply),
    });
    before = place;
  }
  return spurts;
}

interface Start {
  readonly at: number;
  readonly reply: number;
}

const replyAt = (starts: readonly Start[], ms: number): number =>
  starts.findLast(({ at }) => at <= ms + CLOCKS_MS)?.reply ?? 0;

/** What begins in a silence, however short, does not belong to the speech before it if it is another reply. */
function joined(
  track: Uint8Array,
  starts: readonly Start[],
): readonly { readonly from: number; readonly to: number }[] {
  const ear = new Ear();
  for (let at = 0; at + FRAME_BYTES <= track.length; at += FRAME_BYTES) {
    ear.hear(track.subarray(at, at + FRAME_BYTES), (at / FRAME_BYTES) * FRAME_MS);
  }
  const spans: { from: number; to: number }[] = [];
  for (const { from, to } of ear.spans) {
    const last = spans.at(-1);
    const isGoingOn =
      last && from - last.to < PAUSE_MS && replyAt(starts, from) === replyAt(starts, last.to - CLOCKS_MS);
    if (isGoingOn) last.to = to;
    else spans.push({ from, to });
  }
  return spans;
}

function repliesOf({ entries, lines, plan, witness }: HeardCall): ReadonlyMap<number, Reply> {
  const replies = new Map<number, Reply>();
  for (const effect of entries.flatMap(({ effects }): readonly CallEffect[] => effects)) {
    if (effect.type === 'greeting-start') replies.set(effect.reply, { kind: 'greeting', text: plan.greeting });
    if (effect.type === 'answer-start') {
      replies.set(effect.reply, { kind: 'answer', text: witness.replies.get(effect.reply) ?? '' });
    }
    if (effect.type === 'line-start') {
      replies.set(effect.reply, { kind: 'line', line: effect.line, text: lines[effect.line] });
    }
  }
  return replies;
}

/** From where to where of a text was heard. */
interface Place {
  readonly text: string;
  readonly length: number;
  readonly first: number;
  readonly last: number;
  /** The last word was heard to its end. */
  readonly lastIsWhole: boolean;
}

/** In the first of the texts that has the words: what is taken up again may come under another reply's name. */
function placeOf(words: readonly HeardWord[], texts: readonly string[]): Place | undefined {
  const first = words[0];
  const last = words.at(-1);
  if (!first || !last) return undefined;
  const spoken = wordsOfText(first.utterance.text);
  const text = texts.find((candidate) => positionIn(wordsOfText(candidate), spoken) >= 0) ?? texts[0]!;
  const all = wordsOfText(text);
  const positionOf = ({ index, utterance }: HeardWord) => positionIn(all, wordsOfText(utterance.text)) + index;
  const share = words.filter((word) => word.utterance === last.utterance && word.index === last.index);
  return {
    text,
    length: all.length,
    first: positionOf(first),
    last: positionOf(last),
    lastIsWhole: share.reduce((sum, word) => sum + word.share, 0) >= WHOLE_WORD,
  };
}

const isWhole = (place: Place | undefined, words: readonly HeardWord[]): boolean => {
  const last = words.at(-1);
  if (!place || !last) return true;
  // Words that are not of the reply, such as a filler, are judged by themselves.
  const end = place.last < 0 ? last.utterance.words.length - 1 : place.length - 1;
  return place.lastIsWhole && (place.last < 0 ? last.index : place.last) >= end;
};

/** The first word alone tells nothing: a new answer to the same words begins with it as well. */
function goesOn(before: Place | undefined, place: Place | undefined, isSameReply: boolean): boolean {
  if (!before || !place || before.text !== place.text || before.text === '') return false;
  if (place.first === 0 && !isSameReply) return false;
  if (before.last >= before.length - 1 && before.lastIsWhole) return false;
  return place.first === before.last + 1 || (place.first === before.last && !before.lastIsWhole);
}

/** Words as two spellings of the same speech share them. */
export function wordsOfText(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/u)
    .map((word) => word.replace(/[^\p{L}\p{N}]+/gu, ''))
    .filter((word) => word !== '');
}

/** Where `part` begins in `all`; so far before it that no position comes out, when it is not there. */
function positionIn(all: readonly string[], part: readonly string[]): number {
  for (let at = 0; at + part.length <= all.length; at++) {
    if (part.every((word, i) => word === all[at + i])) return at;
  }
  return Number.NEGATIVE_INFINITY;
}
