/**
 * What the shell notes in a call's journal for those who ask afterwards why it went as it did. Nothing is decided by a
 * note: the core passes it over, so that a journal with notes replays as one without. There are few in a call.
 */

import type { CallCost } from './cost.ts';

export type ProviderOperation = 'stt' | 'brain' | 'tts';

export type CallNote =
  /** A provider's first result: words, text or audio, so long after it was asked. */
  | {
      readonly type: 'provider-answer';
      readonly operation: ProviderOperation;
      readonly provider: string;
      readonly afterMs: number;
    }
  /** One request to a provider failed; another may have served in its place. */
  | {
      readonly type: 'provider-failed';
      readonly operation: ProviderOperation;
      readonly provider: string;
      readonly code: string;
    }
  /** The next of a chain does the work from here. */
  | {
      readonly type: 'provider-switched';
      readonly operation: ProviderOperation;
      readonly from: string;
      readonly to: string;
    }
  /** The recogniser's session was opened anew, and heard the last `replayedMs` again. */
  | { readonly type: 'provider-reconnected'; readonly provider: string; readonly replayedMs: number }
  /** A breaker of the process that this call shares with others. */
  | {
      readonly type: 'provider-breaker';
      readonly operation: ProviderOperation;
      readonly provider: string;
      readonly state: 'closed' | 'half-open' | 'open';
    }
  /** The carrier left out so much audio, in so many places, since the last such note. */
  | { readonly type: 'media-gap'; readonly gaps: number; readonly gapMs: number }
  /** The carrier has sent nothing for so long. */
  | { readonly type: 'media-silent'; readonly silentMs: number }
  /** The process was stalled beyond its lead, so that the caller heard a gap, since the last such note. */
  | { readonly type: 'playout-underrun'; readonly times: number; readonly lateMs: number }
  /** The process woke so late. */
  | { readonly type: 'process-late'; readonly lateMs: number }
  /** Twilio's own word for the failure of the stream, with its code where that is known. */
  | { readonly type: 'stream-error'; readonly code?: number }
  /** What this stream of the call has used and costs, by the operator's price list. */
  | ({ readonly type: 'cost' } & CallCost)
  /** A fault of Kav's own ended the call. */
  | { readonly type: 'call-bug'; readonly error: string };

const NOTES: ReadonlySet<string> = new Set<CallNote['type']>([
  'provider-answer',
  'provider-failed',
  'provider-switched',
  'provider-reconnected',
  'provider-breaker',
  'media-gap',
  'media-silent',
  'playout-underrun',
  'process-late',
  'stream-error',
  'cost',
  'call-bug',
]);

export const isNote = <E extends { readonly type: string }>(event: E): event is Extract<E, CallNote> =>
  NOTES.has(event.type);
