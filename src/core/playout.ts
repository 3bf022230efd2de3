/**
 * What of a reply has been queued, sent and really played. Played time comes from Twilio's echo of our marks and from
 * nothing else; between two marks it is interpolated, never past the place where the next mark would stand.
 */
import type { CallEvent, SpokenName } from './call-event.ts';
import type { CallSettings } from './settings.ts';

export interface Sentence {
  readonly text: string;
  readonly line?: SpokenName;
  /** The caller must hear all of it. */
  readonly uninterruptible?: true;
  /** Known once all of its audio is queued. */
  readonly audioMs?: number;
}

export interface PlayoutState {
  /** Counts clears; marks of an older generation were flushed, not played. */
  readonly generation: number;
  /** The reply that owns the playout; 0 before the first. */
  readonly reply: number;
  readonly sentences: readonly Sentence[];
  /** Uninterruptible sentences that the voice was asked for and has not begun. */
  readonly announced?: number;
  /** Nothing more will be queued for this reply. */
  readonly complete: boolean;
  /** When the first frame of this reply went out. */
  readonly startedAt?: number;
  /** When the line last fell silent; undefined while there is something to hear. */
  readonly dryAt?: number;
  readonly playedMs: number;
  /** Silent on purpose, at `playedMs`; the rest is kept. */
  readonly paused?: true;
  /** When `playedMs` became true: the mark's echo, or the first frame. */
  readonly playedAt?: number;
}

/** What an event meant for the floor. */
export type PlayoutNews = 'audible' | 'played';

export const initialPlayout: PlayoutState = { generation: 0, reply: 0, sentences: [], complete: false, playedMs: 0 };

/** The playout of a new reply; the generation goes on. */
export function openPlayout(state: PlayoutState, reply: number): PlayoutState {
  return { ...initialPlayout, generation: state.generation, reply };
}

/** The state after a clear: everything on its way is flushed and the reply takes no more audio. */
export function clearPlayout(state: PlayoutState): PlayoutState {
  return { ...initialPlayout, generation: state.generation + 1, reply: state.reply, complete: true };
}

/** The state after a pause: what was heard stands, everything after it is kept to be said again. */
export function pausePlayout(state: PlayoutState, heard: number, at: number): PlayoutState {
  return { ...state, generation: state.generation + 1, playedMs: heard, paused: true, dryAt: at };
}

/** Takes one event of the reply that owns the playout; others must have been refused before. */
export function stepPlayout(
  state: PlayoutState,
  event: CallEvent,
): readonly [state: PlayoutState, news: PlayoutNews | undefined] {
  switch (event.type) {
    case 'voice-request':
      return [event.uninterruptible ? withAnnounced(state, 1) : state, undefined];
    case 'sentence-start':
      return [withSentence(state, event), undefined];
    case 'sentence-end':
      return [{ ...state, sentences: withAudio(state.sentences, event.audioMs) }, undefined];
    case 'reply-end':
    case 'reply-error':
      return [{ ...state, complete: true }, undefined];
    case 'playout-start': {
      const { dryAt: _, paused, ...running } = state;
      if (paused) return [{ ...running, playedMs: event.fromMs ?? state.playedMs, playedAt: event.at }, undefined];
      if (state.startedAt !== undefined) return [running, undefined];
      return [{ ...running, startedAt: event.at, playedAt: event.at }, 'audible'];
    }
    case 'playout-dry':
      return [{ ...state, dryAt: event.at }, undefined];
    case 'mark': {
      if (event.generation !== state.generation || state.paused) return [state, undefined];
      const playedMs = Math.max(state.playedMs, event.playedMs);
      return [{ ...state, playedMs, playedAt: event.at }, event.last && state.complete ? 'played' : undefined];
    }
    default:
      return [state, undefined];
  }
}

function withSentence(state: PlayoutState, event: Extract<CallEvent, { type: 'sentence-start' }>): PlayoutState {
  const { line, text, uninterruptible } = event;
  const sentence: Sentence = {
    text,
    ...(line === undefined ? {} : { line }),
    ...(uninterruptible ? { uninterruptible } : {}),
  };
  const next = { ...state, sentences: [...state.sentences, sentence] };
  return uninterruptible ? withAnnounced(next, -1) : next;
}

function withAnnounced(state: PlayoutState, more: number): PlayoutState {
  return { ...state, announced: Math.max(0, (state.announced ?? 0) + more) };
}

/** The first unfinished sentence gets its length; but a filler, queued whole behind one that is still being spoken, its own. */
function withAudio(sentences: readonly Sentence[], audioMs: number): readonly Sentence[] {
  const newest = sentences.at(-1);
  const isFiller = newest?.line === 'filler' && newest.audioMs === undefined;
  const open = isFiller ? sentences.length - 1 : sentences.findIndex((sentence) => sentence.audioMs === undefined);
  return sentences.map((sentence, i) => (i === open ? { ...sentence, audioMs } : sentence));
}

/**
 * Whether the reply holds an uninterruptible sentence that the caller has not heard to its end. What stands before it
 * counts as well: stopped there, the agent would never come to it.
 */
export function mustBeHeard({ announced = 0, complete, playedMs, sentences }: PlayoutState): boolean {
  if (announced > 0 && !complete) return true;
  const last = sentences.findLastIndex(({ uninterruptible }) => uninterruptible === true);
  if (last < 0) return false;
  const until = sentences.slice(0, last + 1).reduce((sum, { audioMs = Number.POSITIVE_INFINITY }) => sum + audioMs, 0);
  return playedMs <= until - FRAME_MS;
}

/** Less than a frame of a sentence waits for the next sentence to be sent. */
const FRAME_MS = 20;

/** Whether a sentence of this name has been played to its end, proven by a mark. */
export function isPlayed({ playedMs, sentences }: PlayoutState, name: SpokenName): boolean {
  let end = 0;
  for (const { audioMs, line } of sentences) {
    if (audioMs === undefined) return false;
    end += audioMs;
    if (line === name) return playedMs >= end;
  }
  return false;
}

/** How much of the reply has reached the caller's ear, to the best of our knowledge. */
export function heardMs(state: PlayoutState, at: number, settings: CallSettings): number {
  if (state.playedAt === undefined) return 0;
  if (state.paused) return state.playedMs;
  return state.playedMs + Math.min(at - state.playedAt, settings.markEveryMs);
}

/**
 * The words that were heard, up to and with the word in progress. Inside a sentence the position is taken in
 * proportion to the letters, which for read speech is right to about a word.
 */
export function heardText(state: PlayoutState, at: number, settings: CallSettings): string {
  let left = heardMs(state, at, settings);
  const heard: string[] = [];
  for (const [i, { text, audioMs }] of state.sentences.entries()) {
    if (left <= 0) break;
    const length = audioMs ?? Math.max(text.length * ESTIMATED_MS_PER_CHARACTER, 1);
    // A sentence that broke off is shorter than estimated: what was played behind it is not its own.
    const behind = audioMs === undefined ? audioOf(state.sentences.slice(i + 1)) : 0;
    const own = Math.min(length, Math.max(0, left - behind));
    heard.push(own >= length ? text : wordsUntil(text, (text.length * own) / length));
    left -= own;
  }
  return heard.filter((text) => text !== '').join(' ');
}

const audioOf = (sentences: readonly Sentence[]): number =>
  sentences.reduce((sum, { audioMs = 0 }) => sum + audioMs, 0);

/** Ordinary speech is about 15 characters a second; used only while a sentence's real length is still unknown. */
const ESTIMATED_MS_PER_CHARACTER = 65;

function wordsUntil(text: string, position: number): string {
  const words: string[] = [];
  for (const { 0: word, index } of text.matchAll(/\S+/gu)) {
    if (index >= position) break;
    words.push(word);
  }
  return words.join(' ');
}

/** All that the reply meant to say, heard or not. */
export function intendedText(state: PlayoutState): string {
  return state.sentences.map(({ text }) => text).join(' ');
}

/** Whether any of the heard words were the brain's own, and not only a filler. */
export function isAnswerHeard(state: PlayoutState, at: number, settings: CallSettings): boolean {
  let left = heardMs(state, at, settings);
  for (const { text, line, audioMs } of state.sentences) {
    if (left <= 0) return false;
    if (line === undefined || line !== 'filler') return true;
    left -= audioMs ?? text.length * ESTIMATED_MS_PER_CHARACTER;
  }
  return false;
}
