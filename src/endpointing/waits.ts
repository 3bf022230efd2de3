/** The table of waits, and how the operator's middle, the caller's own pauses and a model's opinion move them. */
import { stretchFor } from './completeness.ts';
import { learnedPauseMs } from './pauses.ts';
import type { CompleteWait, Ending, EndpointQuestion, OpenWait, UnfinishedWait, WaitName } from './question.ts';

const SHORTEST_MS = 200;
const LONGEST_MS = 3_000;
/** The middle that the figures in ms below are meant for. */
const USUAL_MIDDLE_MS = 450;
const SMALLEST_MIDDLE_MS = 50;

const COMPLETE_MS: Readonly<Record<CompleteWait, number>> = { certain: 220, answered: 300, asked: 320, refused: 330 };
/** Times the middle. */
const OPEN: Readonly<Record<OpenWait, number>> = {
  sentence: 0.85,
  plain: 1,
  fragment: 1.35,
  request: 1.3,
  'digits-perhaps-all': 2.1,
};
const UNFINISHED_MS: Readonly<Record<UnfinishedWait, number>> = {
  detail: 1_000,
  dangling: 1_200,
  thinking: 1_500,
  announced: 1_500,
  'nearly-dictated': 1_500,
  dictated: 2_500,
  held: 3_000,
};
/** No open ending waits less than this part of the middle, and no complete one more. */
const OPEN_FLOOR = 0.75;
const WIDEST_OPEN = OPEN['digits-perhaps-all'];
/** A full stop or a question mark from a recogniser: weak evidence of an end; a comma, of more to come. */
const MARKS = { stop: 0.9, none: 1, comma: 1.2 } as const;
/** A caller who has spoken for so long tells a story, and stories have longer pauses. */
const STORY_MS = 12_000;
const STORY = 1.15;
/** Where nothing in particular was asked, nobody can be sure that more must come. */
const LONGEST_UNASKED_MS = 1_500;
/** Even a recogniser's full stop after words that call for more says a little. */
const STOPPED_UNFINISHED = 0.8;
/** The caller's own pauses raise the wait after an open ending up to this many middles. */
const LEARNED_CEILING = 2.4;
const ABOVE_LEARNED_MS = 80;
const UNFINISHED_OVER_LEARNED = 1.3;
const UNFINISHED_LEARNED_CEILING = 1.5;
/** Words that know better than any sound that they are the end, or that they are not. */
const SURELY_OVER: ReadonlySet<WaitName> = new Set<CompleteWait>(['certain']);
const SURELY_UNFINISHED: ReadonlySet<WaitName> = new Set<UnfinishedWait>(['nearly-dictated', 'dictated', 'held']);

interface Wait {
  readonly waitMs: number;
  readonly ending: Ending;
  readonly learned: boolean;
}

interface Named {
  readonly name: WaitName;
  readonly mark: keyof typeof MARKS;
}

function endingOf(name: WaitName): Ending {
  if (name in COMPLETE_MS) return 'complete';
  return name in OPEN ? 'open' : 'unfinished';
}

/**
 * The wait of that name for this caller and operator. For one question a complete ending never waits longer than an open
 * one, nor an open ending longer than an unfinished one, and a longer pause of the caller never shortens a wait.
 */
export function waitFor(named: Named, question: EndpointQuestion): Wait {
  const ending = endingOf(named.name);
  const stretch = stretchOf(named.name, question);
  const { pausesMs, thoughtsMs = [] } = question;
  const learned = { pauseMs: learnedPauseMs(pausesMs), thoughtMs: learnedPauseMs(thoughtsMs) };
  const plain = baseMs(named, question, { pauseMs: 0, thoughtMs: 0 }) * stretch;
  const waitMs = baseMs(named, question, learned) * stretch;
  return { waitMs: withinRange(waitMs), ending, learned: withinRange(waitMs) !== withinRange(plain) };
}

function stretchOf(name: WaitName, question: EndpointQuestion): number {
  const stretch = stretchFor(question);
  if (SURELY_OVER.has(name)) return Math.min(1, stretch);
  return SURELY_UNFINISHED.has(name) ? Math.max(1, stretch) : stretch;
}

interface Learned {
  readonly pauseMs: number;
  readonly thoughtMs: number;
}

function baseMs({ name, mark }: Named, question: EndpointQuestion, { pauseMs, thoughtMs }: Learned): number {
  const middleMs = middleOf(question);
  const scale = middleMs / USUAL_MIDDLE_MS;
  if (isComplete(name)) return Math.min(COMPLETE_MS[name] * scale, middleMs * OPEN_FLOOR);
  if (isOpen(name)) return openMs(OPEN[name] * MARKS[mark], question, pauseMs);
  const openCeilingMs = openMs(WIDEST_OPEN * MARKS.comma, question, pauseMs);
  const knownMs = question.expects === 'open' ? Math.min(LONGEST_UNASKED_MS, UNFINISHED_MS[name]) : UNFINISHED_MS[name];
  const textMs = knownMs * (mark === 'stop' ? STOPPED_UNFINISHED : 1) * Math.max(1, scale);
  const ownMs = Math.min(thoughtMs * UNFINISHED_OVER_LEARNED, textMs * UNFINISHED_LEARNED_CEILING);
  return Math.max(textMs, ownMs, openCeilingMs);
}

function openMs(factor: number, question: EndpointQuestion, learnedMs: number): number {
  const middleMs = middleOf(question);
  const story = question.speechMs > STORY_MS ? STORY : 1;
  const textMs = middleMs * Math.max(OPEN_FLOOR, factor * story);
  const ownMs = learnedMs === 0 ? 0 : Math.min(learnedMs + ABOVE_LEARNED_MS, middleMs * LEARNED_CEILING);
  return Math.max(textMs, ownMs);
}

const isComplete = (name: WaitName): name is CompleteWait => name in COMPLETE_MS;
const isOpen = (name: WaitName): name is OpenWait => name in OPEN;

function middleOf({ middleMs }: EndpointQuestion): number {
  if (!Number.isFinite(middleMs)) return USUAL_MIDDLE_MS;
  return Math.min(LONGEST_MS, Math.max(SMALLEST_MIDDLE_MS, middleMs));
}

const withinRange = (ms: number): number => Math.round(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms)));
