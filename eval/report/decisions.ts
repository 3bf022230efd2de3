/** What Kav judged and decided in one call, from its journal, in the words of the picture. */
import type { JournalEntry } from '../../src/call/journal.ts';
import type { CallEffect, CallEvent } from '../../src/core/call-event.ts';

export interface Decision {
  readonly at: number;
  readonly name: string;
  /** All of it, for who wants to know. */
  readonly about: string;
}

/** Told elsewhere in the picture, or too often to be told. */
const TOLD_EFFECTS: ReadonlySet<string> = new Set(['turn-finished', 'state-change', 'call-close']);
const TOLD_EVENTS: ReadonlySet<string> = new Set([
  'call-start',
  'deadline',
  'mark',
  'playout-dry',
  'playout-start',
  'reply-end',
  'sentence-end',
  'sentence-start',
  'speech-end',
  'speech-start',
  'speech-sustained',
  'stream-end',
  'transcript-final',
  'transcript-partial',
  'voice-request',
]);

/** In the order of time. A verdict that only says the same again is not told again. */
export function decisionsOf(entries: readonly JournalEntry[]): readonly Decision[] {
  let verdict = '';
  return entries.flatMap(({ effects, event }): readonly Decision[] => {
    const name = nameOfEvent(event);
    const isRepeated = event.type === 'endpoint-judged' && name === verdict;
    if (event.type === 'endpoint-judged') verdict = name;
    if (event.type === 'speech-end') verdict = '';
    const own = TOLD_EVENTS.has(event.type) || isRepeated ? [] : [{ at: event.at, name, about: told(event.at, event) }];
    const wanted = effects.filter(({ type }) => !TOLD_EFFECTS.has(type));
    return [
      ...own,
      ...wanted.map((effect) => ({ at: event.at, name: nameOfEffect(effect), about: told(event.at, event, effect) })),
    ];
  });
}

const told = (at: number, ...parts: readonly object[]): string =>
  `${at} ms\n${parts.map((part) => JSON.stringify(part)).join('\n→ ')}`;

function nameOfEvent(event: CallEvent): string {
  if (event.type !== 'endpoint-judged') return event.type;
  return `wait ${event.waitMs} ms: ${event.reasons.join(', ')}`;
}

const nameOfEffect = (effect: CallEffect): string =>
  'reply' in effect ? `${effect.type} ${effect.reply}` : effect.type;
