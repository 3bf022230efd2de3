import type { CallEffect, CallEvent } from '../core/call-event.ts';
import type { WatchFeed } from '../observe/watch-feed.ts';
import type { Journal, JournalEntry, JournalHead } from './journal.ts';

/** What a watcher is told of a call's steps. */
const EVENTS: ReadonlySet<string> = new Set<CallEvent['type']>([
  ...(['call-start', 'call-resume', 'speech-start', 'speech-end', 'playout-start', 'mark'] as const),
  ...(['recogniser-lost', 'reply-error', 'provider-failed', 'provider-switched', 'media-silent', 'call-bug'] as const),
]);
const EFFECTS: ReadonlySet<string> = new Set<CallEffect['type']>(['answer-start', 'line-start', 'barge-in', 'hang-up']);
/** Names, never what was said. */
const FIELDS = ['reply', 'code', 'provider', 'operation', 'from', 'to', 'line', 'reason', 'silentMs'] as const;

/** The same journals, and a watcher told of what happens in each call. */
export function watchedJournals(
  journals: { open(head: JournalHead): Journal },
  feed: WatchFeed,
): { open(head: JournalHead): Journal } {
  return {
    open: (head) => {
      const journal = journals.open(head);
      const tell = createTeller(head.callSid, feed);
      return {
        write: (entry) => {
          journal.write(entry);
          if (feed.isWatched) tell(entry);
        },
        close: () => journal.close(),
      };
    },
  };
}

function createTeller(callSid: string, feed: WatchFeed): (entry: JournalEntry) => void {
  let hasPlayed = false;
  const say = (step: CallEvent | CallEffect): void => {
    const told = FIELDS.flatMap((name) => (name in step ? [[name, step[name as keyof typeof step]]] : []));
    feed.tell({ ...Object.fromEntries(told), event: step.type, call_sid: callSid });
  };
  return ({ effects, event }) => {
    // Of marks, which come twice a second, only the first says something new.
    const isKnown = event.type === 'mark' && (hasPlayed || event.playedMs === 0);
    if (EVENTS.has(event.type) && !isKnown) say(event);
    if (event.type === 'mark' && event.playedMs > 0) hasPlayed = true;
    if (event.type === 'transcript-final') {
      feed.tell({ event: event.type, call_sid: callSid, chars: event.text.length });
    }
    for (const effect of effects) if (EFFECTS.has(effect.type)) say(effect);
  };
}
