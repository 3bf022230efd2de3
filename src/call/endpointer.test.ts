import { describe, expect, test } from 'vitest';
import { type CallState, initialCall, step } from '../core/call.ts';
import type { CallEventBody } from '../core/call-event.ts';
import { defaultSettings } from '../core/settings.ts';
import { Endpointer } from './endpointer.ts';

/** A call whose greeting has been played, with an endpointer that sees each step. */
function openCall() {
  const judged: Extract<CallEventBody, { type: 'endpoint-judged' }>[] = [];
  const endpointer = new Endpointer({
    language: 'en-US',
    middleMs: 450,
    dispatch: (event) => event.type === 'endpoint-judged' && judged.push(event),
  });
  let state: CallState = initialCall;
  const at = (ms: number, ...events: CallEventBody[]) => {
    for (const body of events) {
      const event = { ...body, at: ms };
      [state] = step(state, event, defaultSettings);
      endpointer.take(event, state);
    }
  };
  at(0, { type: 'call-start' }, { type: 'sentence-start', reply: 1, text: 'Hello.' });
  at(0, { type: 'playout-start', reply: 1 }, { type: 'sentence-end', reply: 1, audioMs: 500 });
  at(10, { type: 'reply-end', reply: 1, hangUp: false });
  at(500, { type: 'mark', reply: 1, generation: 0, playedMs: 500, last: true });
  return { at, judged, endpointer };
}

describe('the endpointer', () => {
  test('judges each pause by the words so far, and says why', () => {
    const { at, judged } = openCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(1_500, { type: 'transcript-partial', text: 'I would like to' });
    expect(judged, 'nothing is judged while the caller speaks').toEqual([]);
    at(2_000, { type: 'speech-end', since: 1_800 });
    at(2_100, { type: 'transcript-final', text: 'I would like to book an appointment please' });
    expect(judged.map(({ ending }) => ending)).toEqual(['unfinished', 'complete']);
    expect(judged[0]!.waitMs).toBeGreaterThan(judged[1]!.waitMs);
    expect(judged.every(({ reasons }) => reasons.length > 0)).toBe(true);
  });

  test('a final with the words of the partial is judged again, because the core forgot the verdict', () => {
    const { at, judged } = openCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(1_500, { type: 'transcript-partial', text: 'we are' });
    at(2_000, { type: 'speech-end', since: 1_800 });
    at(2_100, { type: 'transcript-final', text: 'we are' });
    expect(judged.map(({ words }) => words)).toEqual(['we are', 'we are']);
  });

  test('what the agent asks for changes the verdict', () => {
    const ask = (kind: 'phone' | 'open') => {
      const { at, judged, endpointer } = openCall();
      endpointer.expect({ kind });
      at(1_000, { type: 'speech-start', since: 960 });
      at(2_000, { type: 'speech-end', since: 1_800 });
      at(2_100, { type: 'transcript-final', text: 'zero five two' });
      return judged.at(-1)!;
    };
    expect(ask('phone')).toMatchObject({ expects: 'phone', ending: 'unfinished' });
    expect(ask('phone').waitMs).toBeGreaterThan(ask('open').waitMs);
  });

  describe('learns the pauses of this caller', () => {
    const turn = (first: string, resumedAt: number, last: string) => {
      const call = openCall();
      call.at(1_000, { type: 'speech-start', since: 960 });
      call.at(1_900, { type: 'transcript-partial', text: first });
      call.at(2_000, { type: 'speech-end', since: 1_800 });
      call.at(resumedAt + 60, { type: 'speech-start', since: resumedAt });
      call.at(3_900, { type: 'speech-end', since: 3_700 });
      call.at(3_950, { type: 'transcript-final', text: last });
      return call;
    };

    test('after words that could have been the end they are waited for', () => {
      const { judged } = turn('I would like a table', 2_380, 'I would like a table near the door of the house');
      expect(judged.at(-1)).toMatchObject({ waitMs: 660, reasons: ['statement', 'learned-pause'] });
    });

    test('after words that could not, they say nothing about the end', () => {
      const { judged } = turn('my name is', 2_700, 'I live near the door of the house');
      expect(judged.at(-1)).toMatchObject({ waitMs: 450, reasons: ['statement'] });
    });

    test('words that come before their speech is heard make no pause of the silence before them', () => {
      const { at, judged } = openCall();
      at(1_700, { type: 'transcript-partial', text: 'this' });
      at(1_740, { type: 'speech-start', since: 1_700 });
      at(3_000, { type: 'speech-end', since: 2_800 });
      at(3_050, { type: 'transcript-final', text: 'this is near the door of the house' });
      expect(judged.at(-1)).toMatchObject({ waitMs: 450, reasons: ['statement'] });
    });
  });
});
