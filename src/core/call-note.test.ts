import { expect, test } from 'vitest';
import { type CallState, initialCall, step } from './call.ts';
import type { CallEvent } from './call-event.ts';
import { type CallNote, isNote } from './call-note.ts';
import { defaultSettings } from './settings.ts';

/** One of each kind: a kind that is missing here does not compile. */
const ONE_OF_EACH = {
  'provider-answer': { type: 'provider-answer', operation: 'stt', provider: 'a', afterMs: 5 },
  'provider-failed': { type: 'provider-failed', operation: 'tts', provider: 'a', code: 'provider-failed' },
  'provider-switched': { type: 'provider-switched', operation: 'brain', from: 'a', to: 'b' },
  'provider-reconnected': { type: 'provider-reconnected', provider: 'a', replayedMs: 900 },
  'provider-breaker': { type: 'provider-breaker', operation: 'brain', provider: 'a', state: 'open' },
  'media-gap': { type: 'media-gap', gaps: 1, gapMs: 60 },
  'media-silent': { type: 'media-silent', silentMs: 2_000 },
  'playout-underrun': { type: 'playout-underrun', times: 1, lateMs: 80 },
  'process-late': { type: 'process-late', lateMs: 200 },
  'stream-error': { type: 'stream-error', code: 31_924 },
  cost: { type: 'cost', currency: 'USD', total: 0.01, items: [] },
  'call-bug': { type: 'call-bug', error: 'TypeError: x' },
} as const satisfies Readonly<Record<CallNote['type'], CallNote>>;

const CALL: readonly CallEvent[] = [
  { type: 'call-start', at: 0 },
  { type: 'voice-request', reply: 1, text: 'Hello.', at: 5 },
  { type: 'sentence-start', reply: 1, text: 'Hello.', at: 10 },
  { type: 'playout-start', reply: 1, at: 11 },
  { type: 'hand-over', withinMs: 5_000, at: 20 },
  { type: 'speech-start', since: 100, at: 200 },
  { type: 'speech-sustained', at: 300 },
  { type: 'stream-end', reason: 'caller-hung-up', at: 400 },
];

test('a note changes nothing in any state of a call, and wants nothing', () => {
  let state: CallState = initialCall;
  for (const event of CALL) {
    for (const note of Object.values(ONE_OF_EACH)) {
      const told: CallEvent = { ...note, at: event.at };
      expect(isNote(told)).toBe(true);
      const [after, effects] = step(state, told, defaultSettings);
      expect(after).toBe(state);
      expect(effects).toEqual([]);
    }
    expect(isNote(event)).toBe(false);
    state = step(state, event, defaultSettings)[0];
  }
});
