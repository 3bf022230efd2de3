/** What the scripted agent says in one call, so that its speech is as long as the labels want it. */

import { speakAloud } from '../../src/text/aloud.ts';
import { cleanText } from '../../src/text/clean.ts';
import type { Span, Unit } from '../corpus/labels.ts';
import type { CorpusFile } from '../corpus/load.ts';

export interface CallPlan {
  readonly file: CorpusFile;
  /** BCP 47. */
  readonly language: string;
  /** Empty when the caller speaks first. */
  readonly greeting: string;
  /** The answer to each unit that takes the floor, in their order. */
  readonly answers: readonly string[];
  /** How fast the agent speaks. */
  readonly msPerCharacter: number;
}

export const takesFloor = ({ kind }: Pick<Unit, 'kind'>): boolean => kind === 'turn' || kind === 'barge-in';

const ORDINARY_MS_PER_CHARACTER = 60;
/** Where nothing else is wanted, an answer fits between two turns of a caller who does not wait for it. */
const SHORT_ANSWER = { leastMs: 700, mostMs: 1_500, reserveMs: 1_300 } as const;
const REGIONS: Readonly<Record<string, string>> = { en: 'en-US', he: 'he-IL' };
/** Statements, so that an answer never asks for anything, without figures, which would be read out as other words. */
const PHRASES = [
  'All right, that is noted down just as it was said to me and goes on record today',
  'Very well, this has been written into our book and will be looked after soon',
  'Thank you, somebody in the office takes care of that within the present week',
  'Understood, our people have been told and they will see to it before long',
];

export function planCall(file: CorpusFile): CallPlan {
  const language = REGIONS[file.lang] ?? file.lang;
  const spoken = file.say.map((text) => speakAloud(cleanText(text), language));
  const msPerCharacter = rateOf(file.windows, spoken);
  const floor = file.units.filter(takesFloor);
  const answers = floor.map((unit, i) => phrase(i, roomAfter(unit, floor[i + 1]), msPerCharacter));
  let greeting = '';
  file.windows.forEach((window, i) => {
    const text = spoken[Math.min(i, spoken.length - 1)] ?? phrase(i, window.endMs - window.startMs, msPerCharacter);
    const before = floor.filter(({ startMs }) => startMs < window.startMs).length;
    if (before === 0) greeting ||= text;
    else answers[before - 1] = text;
  });
  return { file, language, greeting, answers, msPerCharacter };
}

/** A text as long as its window, if it is spoken at a speed that can be called speech. */
function rateOf(windows: readonly Span[], spoken: readonly string[]): number {
  const texts = windows.map((_, i) => spoken[Math.min(i, spoken.length - 1)] ?? '').filter((text) => text !== '');
  if (texts.length === 0) return ORDINARY_MS_PER_CHARACTER;
  const windowMs = windows.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const characters = texts.reduce((sum, text) => sum + text.length + 1, 0);
  return Math.min(150, Math.max(30, windowMs / characters));
}

function roomAfter(unit: Unit, next: Unit | undefined): number {
  const { leastMs, mostMs, reserveMs } = SHORT_ANSWER;
  if (!next) return mostMs;
  return Math.min(mostMs, Math.max(leastMs, next.startMs - unit.endMs - reserveMs));
}

/** Words of a phrase, over and over, for about `lengthMs`. */
function phrase(index: number, lengthMs: number, msPerCharacter: number): string {
  const words = PHRASES[index % PHRASES.length]!.split(' ');
  let text = words[0]!;
  for (let i = 1; (text.length + words[i % words.length]!.length + 2) * msPerCharacter <= lengthMs; i++) {
    text += ` ${words[i % words.length]!}`;
  }
  return `${text.replace(/,$/, '')}.`;
}
