/** What the caller did, as the journal has it, and as it would be noticed with another `bargeInMs`. */
import { FRAME_MS } from '../audio/frame.ts';
import type { CallEvent } from '../core/call-event.ts';
import type { Recording } from './recording.ts';
import type { Speech } from './speeches.ts';

export interface IndexedEvent {
  readonly event: CallEvent;
  /** Its step in the journal; between two steps where it is put in. */
  readonly index: number;
}

/**
 * All events but the verdicts, which a fork gives itself. A detector counts frames with speech: with another
 * `bargeInMs` speech becomes more than a noise so much sooner or later, if it lasts so long. The frames are not in a
 * journal; all of a speech is taken to count.
 */
export function eventsUnder(recording: Recording, bargeInMs: number): readonly IndexedEvent[] {
  const { events, settings, speeches } = recording;
  const all = events
    .map((event, index): IndexedEvent => ({ event, index }))
    .filter(({ event }) => event.type !== 'endpoint-judged');
  const laterMs = wholeFrames(bargeInMs) - wholeFrames(settings.bargeInMs);
  if (laterMs === 0) return all;
  const moved = speeches.flatMap((speech) => sustainedUnder(speech, recording, { bargeInMs, laterMs }));
  return [...all.filter(({ event }) => event.type !== 'speech-sustained'), ...moved].sort(
    (a, b) => a.event.at - b.event.at || a.index - b.index,
  );
}

const wholeFrames = (ms: number): number => Math.round(ms / FRAME_MS) * FRAME_MS;

interface Shift {
  readonly bargeInMs: number;
  readonly laterMs: number;
}

function sustainedUnder(speech: Speech, { events }: Recording, { bargeInMs, laterMs }: Shift): readonly IndexedEvent[] {
  const { endSince = Number.POSITIVE_INFINITY, since, startAt, startIndex, sustainedIndex } = speech;
  const was = sustainedIndex === undefined ? undefined : events[sustainedIndex]!.at;
  // Speech that was none for `bargeInMs` so far can only become it with a smaller one.
  const at = was === undefined ? (laterMs < 0 ? since + bargeInMs : Number.POSITIVE_INFINITY) : was + laterMs;
  if (at > endSince || !Number.isFinite(at)) return [];
  return [
    { event: { type: 'speech-sustained', at: Math.max(startAt, at) }, index: sustainedIndex ?? startIndex + 0.5 },
  ];
}
