/** What the console shows of why a call went as it did, from the journals of all its streams. */
import type { JournalEntry, ReadJournal } from '../../call/journal.ts';
import { CAUSES, type Finding } from '../../why/causes/cause.ts';
import { findCauses } from '../../why/rca.ts';
import { sentencesOf } from '../../why/sentences.ts';
import { storyOf, type TurnStory } from '../../why/story.ts';
import { barsOf } from '../../why/waterfall.ts';
import type { CallStory } from '../contract/calls.ts';

/** Times count from the begin of the first stream. */
export function tellStory(journals: readonly ReadJournal[]): CallStory {
  const streams = journals.map((journal) => streamStory(journal, offsetOf(journal, journals[0]!)));
  const durationMs = streams.reduce((latest, stream) => Math.max(latest, stream.durationMs), 0);
  return {
    durationMs,
    states: withoutHoles(streams.flatMap(({ states }) => states)),
    speech: streams.flatMap(({ speech }) => speech),
    bargeIns: streams.flatMap(({ bargeIns }) => bargeIns),
    tools: streams.flatMap(({ tools }) => tools),
    replies: streams.flatMap(({ replies }) => replies),
    causes: streams.flatMap(({ causes }) => causes),
  };
}

/** A stream that goes on with a call knows how long the call had lasted. */
function offsetOf({ entries, head }: ReadJournal, first: ReadJournal): number {
  const event = entries.find((entry) => entry.event.type === 'call-resume')?.event;
  if (event?.type === 'call-resume') return event.elapsedMs;
  const offset = Date.parse(head.startedAt) - Date.parse(first.head.startedAt);
  return Number.isFinite(offset) ? Math.max(0, offset) : 0;
}

function streamStory(journal: ReadJournal, offset: number): CallStory {
  const story = storyOf(journal);
  const { entries } = journal;
  return {
    durationMs: offset + story.endedAt,
    states: statesOf(entries, offset, story.endedAt),
    speech: speechOf(entries, offset, story.endedAt),
    bargeIns: entries.flatMap(({ effects, event }) =>
      effects.flatMap((effect) =>
        effect.type === 'barge-in' ? [{ at: offset + event.at, reply: effect.reply, heardMs: effect.heardMs }] : [],
      ),
    ),
    tools: toolsOf(entries, offset, story.endedAt),
    replies: story.turns.map((turn) => replyOf(turn, offset)),
    causes: findCauses(story).map((finding) => causeOf(finding, offset)),
  };
}

function statesOf(entries: readonly JournalEntry[], offset: number, endedAt: number): CallStory['states'] {
  const states: CallStory['states'] = [];
  for (const { event, state } of entries) {
    const last = states.at(-1);
    if (last?.state === state) continue;
    if (last) last.toMs = offset + event.at;
    states.push({ state, fromMs: offset + event.at, toMs: offset + endedAt });
  }
  return states;
}

/** Between two streams nobody speaks; the agent listens for the caller to be there again. */
function withoutHoles(states: CallStory['states']): CallStory['states'] {
  const whole: CallStory['states'] = [];
  for (const stretch of states) {
    const at = whole.at(-1)?.toMs ?? 0;
    if (stretch.fromMs > at) whole.push({ state: 'LISTENING', fromMs: at, toMs: stretch.fromMs });
    const fromMs = Math.max(at, stretch.fromMs);
    if (stretch.toMs > fromMs) whole.push({ ...stretch, fromMs });
  }
  return whole;
}

function speechOf(entries: readonly JournalEntry[], offset: number, endedAt: number): CallStory['speech'] {
  const speech: CallStory['speech'] = [];
  let from: number | undefined;
  for (const { event } of entries) {
    if (event.type === 'speech-start') from ??= event.since;
    if (event.type !== 'speech-end' || from === undefined) continue;
    speech.push({ fromMs: offset + from, toMs: offset + Math.max(from, event.since) });
    from = undefined;
  }
  if (from !== undefined) speech.push({ fromMs: offset + from, toMs: offset + Math.max(from, endedAt) });
  return speech;
}

function toolsOf(entries: readonly JournalEntry[], offset: number, endedAt: number): CallStory['tools'] {
  const started = new Map<number, number>();
  const tools: CallStory['tools'] = [];
  for (const { event } of entries) {
    if (event.type === 'tool-start') started.set(event.reply, event.at);
    if (event.type !== 'tool-end') continue;
    const fromMs = offset + (started.get(event.of) ?? event.at);
    started.delete(event.of);
    for (const { failed, name } of event.exchanges) {
      tools.push({ name, failed: failed === true, fromMs, toMs: offset + event.at });
    }
  }
  // Cut off in the middle: their names would have come with their end.
  for (const at of started.values())
    tools.push({ name: '', failed: true, fromMs: offset + at, toMs: offset + endedAt });
  return tools;
}

function replyOf(turn: TurnStory, offset: number): CallStory['replies'][number] {
  const { end, endedAt, entries, frameAt, heard, kind, said, speechEnd, startedAt } = turn;
  return {
    reply: turn.turn,
    kind,
    said,
    heard,
    end,
    startedAt: offset + startedAt,
    endedAt: offset + endedAt,
    latencyMs: speechEnd === undefined || frameAt === undefined ? null : frameAt - speechEnd,
    bars: barsOf(turn).map(({ from, label, to }) => ({ name: label, fromMs: offset + from, toMs: offset + to })),
    sentences: entries.flatMap((entry) => sentencesOf(entry).map((text) => ({ at: offset + entry.event.at, text }))),
  };
}

function causeOf({ cause, evidence, who }: Finding, offset: number): CallStory['causes'][number] {
  const at = evidence[0]?.at;
  const detail = evidence.map(({ text }) => text).join('; ');
  return {
    cause,
    ...CAUSES[cause],
    at: at === undefined ? null : offset + at,
    detail: who === undefined ? detail : `${who}: ${detail}`,
  };
}
