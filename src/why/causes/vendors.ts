/** Which vendor or tool was slow or failed, and which part of the wait was its. */
import type { CallEvent, EndReason } from '../../core/call-event.ts';
import type { ProviderOperation } from '../../core/call-note.ts';
import { type CallStory, length, type TurnStory } from '../story.ts';
import { type CauseName, type Evidence, type Finding, finding } from './cause.ts';

interface Part {
  readonly operation: ProviderOperation;
  readonly cause: CauseName;
  /** Longer than that is slow. */
  readonly slowMs: number;
  readonly name: string;
  readonly endsWith: readonly EndReason[];
  readonly waitOf: (turn: TurnStory) => number | undefined;
}

const between = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : to - from;

/** Tools have a part of their own. */
const withoutTools = (turn: TurnStory, until: number): number =>
  turn.tools.reduce((ms, { from, to }) => ms + Math.max(0, Math.min(to, until) - from), 0);

function brainWait(turn: TurnStory): number | undefined {
  const { endedAt, kind, sentenceAt, startedAt } = turn;
  if (kind !== 'answer') return undefined;
  // Without a sentence the caller has waited for nothing, unless the caller went on.
  if (sentenceAt === undefined && turn.end === 'withdrawn') return undefined;
  const until = sentenceAt ?? endedAt;
  return until - startedAt - withoutTools(turn, until);
}

const PARTS: readonly Part[] = [
  {
    operation: 'stt',
    cause: 'recogniser',
    slowMs: 1_200,
    name: "the words came so long after the caller's last sound",
    endsWith: ['recogniser-failed'],
    waitOf: ({ speechEnd, wordsAt }) => between(speechEnd, wordsAt),
  },
  {
    operation: 'brain',
    cause: 'model',
    slowMs: 1_500,
    name: 'the first sentence came so long after the decision',
    endsWith: ['replies-failed'],
    waitOf: brainWait,
  },
  {
    operation: 'tts',
    cause: 'voice',
    slowMs: 1_000,
    name: 'the first audio came so long after the sentence',
    endsWith: ['replies-failed'],
    waitOf: ({ audioAt, endedAt, end, sentenceAt }) =>
      between(sentenceAt, audioAt ?? (end === 'withdrawn' ? undefined : endedAt)),
  },
];

export const vendorFindings = (story: CallStory): readonly Finding[] => PARTS.flatMap((part) => findingOf(story, part));

/** Whether somebody's slowness is known to have filled this turn's wait. */
export const isExplained = (turn: TurnStory): boolean =>
  turn.tools.length > 0 || turn.end === 'failed' || PARTS.some((part) => isSlow(turn, part));

const isSlow = (turn: TurnStory, { slowMs, waitOf }: Part): boolean => (waitOf(turn) ?? 0) > slowMs;

function findingOf(story: CallStory, part: Part): readonly Finding[] {
  const slow = story.turns.filter((turn) => isSlow(turn, part));
  const failures = story.entries.flatMap(({ event }) => failureOf(event, story, part) ?? []);
  const waits = slow.map(
    (turn): Evidence => ({
      at: turn.startedAt,
      turn: turn.turn,
      text: `${length(part.waitOf(turn)!)}: ${part.name}`,
    }),
  );
  const evidence = [...failures, ...waits].sort((a, b) => a.at - b.at);
  const isEnd = story.endReason !== undefined && part.endsWith.includes(story.endReason) && failures.length > 0;
  const harmMs = slow.reduce((ms, turn) => ms + part.waitOf(turn)! - part.slowMs, 0);
  const isFelt = slow.length > 0 || failures.some(({ text }) => text.startsWith('a reply'));
  const level = isEnd ? 'ended' : isFelt ? 'felt' : 'blemish';
  return finding(part.cause, level, evidence, { harmMs, who: whoOf(story, part) });
}

function failureOf(event: CallEvent, { entries }: CallStory, { operation }: Part): Evidence | undefined {
  const { at } = event;
  switch (event.type) {
    case 'provider-failed':
      return event.operation === operation ? { at, text: `${event.provider} failed: ${event.code}` } : undefined;
    case 'provider-switched':
      return event.operation === operation ? { at, text: `${event.to} took over from ${event.from}` } : undefined;
    case 'provider-reconnected':
      return operation === 'stt' ? { at, text: `${event.provider} was connected anew` } : undefined;
    case 'recogniser-lost':
      return operation === 'stt' ? { at, text: `the recogniser is lost: ${event.code}` } : undefined;
    case 'reply-error': {
      // A reply that failed with a sentence on its way failed in the voice; one without failed in the model.
      const own = entries.filter(({ event: one }) => 'reply' in one && one.reply === event.reply && one.at <= at);
      const asked = own.filter(({ event: one }) => one.type === 'voice-request').length;
      const spoken = own.filter(({ event: one }) => one.type === 'sentence-end').length;
      const isVoice = asked > spoken;
      return (operation === 'tts' && isVoice) || (operation === 'brain' && !isVoice)
        ? { at, turn: event.reply, text: `a reply failed: ${event.code}` }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Who failed most often; else who was first in the chain. */
function whoOf({ entries, head }: CallStory, { operation }: Part): string {
  const failed = entries.find(({ event }) => event.type === 'provider-failed' && event.operation === operation)?.event;
  return failed?.type === 'provider-failed' ? failed.provider : head.providers[operation];
}

/** A tool longer than that keeps the caller waiting beyond its filler. */
const SLOW_TOOL_MS = 4_000;

export function toolFindings({ endedAt, entries }: CallStory): readonly Finding[] {
  const events = entries.map(({ event }) => event);
  const failed = events.flatMap((event) =>
    event.type !== 'tool-end'
      ? []
      : event.exchanges.flatMap(({ failed, name }) => (failed ? [{ name, at: event.at, turn: event.of }] : [])),
  );
  const rounds = events.flatMap((event, i) => {
    if (event.type !== 'tool-start') return [];
    // Tools go on, and end, whatever becomes of the reply that asked for them.
    const end = events.slice(i).find((later) => later.type === 'tool-end' && later.of === event.reply);
    return [{ at: event.at, turn: event.reply, ms: (end?.at ?? endedAt) - event.at }];
  });
  const slow = rounds.filter(({ ms }) => ms > SLOW_TOOL_MS);
  return [
    ...finding(
      'tool-failed',
      'felt',
      failed.map(({ at, name, turn }) => ({ at, turn, text: `${name} failed` })),
      failed[0] ? { who: failed[0].name } : {},
    ),
    ...finding(
      'tool-slow',
      'felt',
      slow.map(({ at, ms, turn }) => ({ at, turn, text: `${length(ms)} for a round of tools` })),
      { harmMs: slow.reduce((total, { ms }) => total + ms - SLOW_TOOL_MS, 0) },
    ),
  ];
}
