/**
 * A call as a row of turns, read off its journal. A turn is one reply of the agent with all that led to it: it has the
 * reply's number, and begins with the first thing that the caller did after the reply before it.
 */
import type { JournalEntry, JournalHead, ReadJournal } from '../call/journal.ts';
import type { CallEffect, CallEvent, EndReason } from '../core/call-event.ts';
import { normalized } from '../core/words.ts';

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface TurnStory {
  readonly turn: number;
  readonly kind: string;
  /** In order; the first ones may be of before the reply began. */
  readonly entries: readonly JournalEntry[];
  readonly startedAt: number;
  readonly endedAt: number;
  /** The caller's last sound before an answer, by the VAD; not there when nothing was said since the answer before. */
  readonly speechEnd?: number;
  /** When the last words that were answered came. */
  readonly wordsAt?: number;
  /** What was answered. */
  readonly said: string;
  readonly prepared?: 'used' | 'dropped';
  /** The model's first text, where the journal has it. */
  readonly firstTextAt?: number;
  /** The first sentence that was asked of the voice. */
  readonly sentenceAt?: number;
  /** Its first audio. */
  readonly audioAt?: number;
  /** The first frame of the reply on the wire, a filler's included. */
  readonly frameAt?: number;
  /** When the carrier began to play, as the first mark proves. */
  readonly heardAt?: number;
  /** How much of it was played, by marks. */
  readonly playedMs: number;
  readonly tools: readonly Stretch[];
  /** What of the reply stands in the record. */
  readonly heard: string;
  readonly end: 'played' | 'interrupted' | 'withdrawn' | 'failed' | 'open';
}

export interface CallStory {
  readonly head: JournalHead;
  readonly entries: readonly JournalEntry[];
  readonly turns: readonly TurnStory[];
  readonly endReason?: EndReason;
  /** The time of the last line. */
  readonly endedAt: number;
}

type Start = Extract<
  CallEffect,
  { type: 'greeting-start' | 'resume-start' | 'answer-start' | 'line-start' | 'say-start' }
>;

const STARTS: ReadonlySet<string> = new Set([
  'greeting-start',
  'resume-start',
  'answer-start',
  'line-start',
  'say-start',
]);
const isStart = (effect: CallEffect): effect is Start => STARTS.has(effect.type);

export function storyOf({ entries, head }: ReadJournal): CallStory {
  const turns: TurnStory[] = [];
  let open: (Omit<Frame, 'endedAt'> & { readonly start: Start; readonly entries: JournalEntry[] }) | undefined;
  let pending: JournalEntry[] = [];
  let speechEnd: number | undefined;
  let endReason: EndReason | undefined;
  const close = (endedAt: number): void => {
    if (open) turns.push(turnOf(open.start, open.entries, { ...open, endedAt }));
    open = undefined;
  };
  for (const entry of entries) {
    const { effects, event } = entry;
    const start = effects.find(isStart);
    if (open) open.entries.push(entry);
    else pending.push(entry);
    const isOver = open !== undefined && effects.some((effect) => isEndOf(effect, open!.start.reply));
    if (isOver || start) close(event.at);
    if (event.type === 'speech-end') speechEnd = event.since;
    if (start) {
      open = { start, entries: [...pending.filter((one) => one !== entry), entry], startedAt: event.at, speechEnd };
      pending = [];
      // What has been answered is not waited for any more.
      if (start.type === 'answer-start') speechEnd = undefined;
    }
    for (const effect of effects) if (effect.type === 'call-close') endReason = effect.reason;
    // A bug ends the journal without the core's own end.
    if (event.type === 'call-bug') endReason = 'internal-error';
  }
  const endedAt = entries.at(-1)?.event.at ?? 0;
  close(endedAt);
  return { head, entries, turns, endedAt, ...(endReason === undefined ? {} : { endReason }) };
}

const isEndOf = (effect: CallEffect, reply: number): boolean =>
  (effect.type === 'turn-finished' && effect.turn.who !== 'caller') ||
  (effect.type === 'state-change' && effect.state === 'LISTENING') ||
  (effect.type === 'reply-cancel' && effect.reply === reply);

interface Frame {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly speechEnd: number | undefined;
}

function turnOf(start: Start, entries: readonly JournalEntry[], frame: Frame): TurnStory {
  const { reply } = start;
  const { endedAt, startedAt } = frame;
  const events = entries.map(({ event }) => event);
  const after = events.filter(({ at }) => at >= startedAt);
  const own = after.filter((event) => 'reply' in event && event.reply === reply);
  const first = (type: CallEvent['type']): number | undefined => own.find((event) => event.type === type)?.at;
  const isAnswer = start.type === 'answer-start';
  const speechEnd = isAnswer ? frame.speechEnd : undefined;
  const words = events.findLast(
    (event) => event.at <= startedAt && event.type === 'transcript-final' && event.text !== '',
  );
  const text = after.find((event) => event.type === 'provider-answer' && event.operation === 'brain');
  const audio = own.find((event) => event.type === 'sentence-start' && event.line !== 'filler');
  const marks = own.filter((event) => event.type === 'mark');
  const mark = marks.find(({ playedMs }) => playedMs > 0);
  const said = saidIn(entries, start);
  const prepared = isAnswer ? preparedIn(entries, reply, said) : undefined;
  return {
    turn: reply,
    kind: kindOf(start),
    entries,
    startedAt,
    endedAt,
    said,
    playedMs: Math.max(0, ...marks.map(({ playedMs }) => playedMs)),
    tools: toolsIn(events, reply, endedAt),
    heard: heardIn(entries),
    end: endOf(entries, reply),
    ...given('speechEnd', speechEnd),
    ...given('wordsAt', isAnswer ? words?.at : undefined),
    ...given('prepared', prepared),
    ...given('firstTextAt', isAnswer ? text?.at : undefined),
    ...given('sentenceAt', first('voice-request')),
    ...given('audioAt', audio?.at),
    ...given('frameAt', first('playout-start')),
    ...given('heardAt', mark && mark.at - mark.playedMs),
  };
}

const given = <K extends string, V>(key: K, value: V | undefined): { readonly [Name in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [Name in K]?: V };

const kindOf = (start: Start): string =>
  start.type === 'line-start' ? start.line : start.type.slice(0, -'-start'.length);

/** What was answered stands in the record as soon as the reply is over; until then it is what came before it. */
function saidIn(entries: readonly JournalEntry[], start: Start): string {
  if (start.type !== 'answer-start') return '';
  const turn = entries
    .flatMap(({ effects }) => effects)
    .find((effect) => effect.type === 'turn-finished' && effect.turn.who === 'caller' && !effect.turn.aside);
  if (turn?.type === 'turn-finished') return turn.turn.text;
  const index = entries.findIndex(({ effects }) => effects.includes(start));
  const finals = entries
    .slice(0, index + 1)
    .flatMap(({ event }) => (event.type === 'transcript-final' ? [event.text] : []));
  return finals.join(' ').trim();
}

function preparedIn(entries: readonly JournalEntry[], reply: number, said: string): 'used' | 'dropped' | undefined {
  let words: string | undefined;
  let isDropped = false;
  for (const { effects } of entries) {
    for (const effect of effects) {
      if (effect.type === 'answer-prepare' && effect.reply === reply) words = effect.words;
      if (effect.type === 'answer-prepare') isDropped = false;
      if (effect.type === 'answer-drop') isDropped = true;
      if (effect.type !== 'answer-start' || effect.reply !== reply || words === undefined) continue;
      return !isDropped && normalized(words) === normalized(said) ? 'used' : 'dropped';
    }
  }
  return undefined;
}

function toolsIn(events: readonly CallEvent[], reply: number, endedAt: number): readonly Stretch[] {
  return events.flatMap((event, i) => {
    if (event.type !== 'tool-start' || event.reply !== reply) return [];
    const end = events.slice(i).find((later) => later.type === 'tool-end' && later.of === reply);
    return [{ from: event.at, to: end?.at ?? endedAt }];
  });
}

function heardIn(entries: readonly JournalEntry[]): string {
  const turn = entries
    .flatMap(({ effects }) => effects)
    .find((effect) => effect.type === 'turn-finished' && effect.turn.who !== 'caller');
  return turn?.type === 'turn-finished' ? turn.turn.text : '';
}

function endOf(entries: readonly JournalEntry[], reply: number): TurnStory['end'] {
  const effects = entries.flatMap((entry) => entry.effects);
  if (entries.some(({ event }) => event.type === 'reply-error' && event.reply === reply)) return 'failed';
  if (effects.some((effect) => effect.type === 'barge-in' && effect.reply === reply)) return 'interrupted';
  const turn = effects.find((effect) => effect.type === 'turn-finished' && effect.turn.who !== 'caller');
  if (turn?.type === 'turn-finished') return turn.turn.interrupted ? 'interrupted' : 'played';
  return effects.some((effect) => effect.type === 'reply-cancel' && effect.reply === reply) ? 'withdrawn' : 'open';
}

/** Seconds and milliseconds of the call: `12.340`. */
export const stamp = (at: number): string => (at / 1000).toFixed(3);

/** A length for people: `340 ms`, `1.2 s`. */
export const length = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
