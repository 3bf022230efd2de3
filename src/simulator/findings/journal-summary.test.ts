import { expect, test } from 'vitest';
import type { CallEffect, CallEventBody } from '../../core/call-event.ts';
import { readJournalLine, summariseJournal } from './journal-summary.ts';

type Line = readonly [at: number, event: CallEventBody, ...effects: CallEffect[]];

function summarise(...lines: Line[]) {
  const texts = lines.map(([at, event, ...effects]) =>
    JSON.stringify({ event: { ...event, at }, effects, state: 'LISTENING' }),
  );
  return summariseJournal(
    texts.flatMap((text) => {
      const line = readJournalLine(text);
      return line && 'event' in line ? line : [];
    }),
  );
}

test('the timing of each answer is kept with the moment it became audible', () => {
  const { replies } = summarise(
    [0, { type: 'call-start' }, { type: 'greeting-start', reply: 1 }],
    [40, { type: 'playout-start', reply: 1 }],
    [3_200, { type: 'speech-end', since: 3_000 }],
    [3_320, { type: 'transcript-final', text: 'A cleaning.' }],
    [3_450, { type: 'deadline' }, { type: 'answer-start', reply: 2 }],
    [3_452, { type: 'voice-request', reply: 2, text: 'Which day?' }],
    [3_560, { type: 'playout-start', reply: 2 }],
  );
  expect(replies).toEqual([
    {
      reply: 2,
      audibleAt: 3_560,
      recognitionMs: 320,
      endpointingMs: 450,
      brainMs: 2,
      voiceMs: 108,
      totalMs: 560,
    },
  ]);
});

test('turns, outcome and end are taken from effects and events', () => {
  const outcome = { status: 'completed', flow: 'book', slots: { day: 'monday' } } as const;
  const turn = { who: 'agent', text: 'Hello.', from: 40, to: 900 } as const;
  expect(
    summarise(
      [900, { type: 'mark', reply: 1, generation: 0, playedMs: 860, last: true }, { type: 'turn-finished', turn }],
      [950, { type: 'outcome', reply: 1, outcome }],
      [990, { type: 'stream-end', reason: 'caller-hung-up' }, { type: 'call-close', reason: 'caller-hung-up' }],
    ),
  ).toEqual({ turns: [turn], replies: [], outcome, endReason: 'caller-hung-up' });
});

test('the head says who served the call', () => {
  const servedBy = { agent: 'Desk', providers: { stt: 'fake', brain: 'flow', tts: 'flite' }, caveats: ['no ears'] };
  expect(readJournalLine(JSON.stringify({ journal: 1, ...servedBy, settings: {} }))).toEqual(servedBy);
});

test('a torn line and strangers are passed over', () => {
  for (const text of ['{"event":{"type":"dead', '', 'null', '[]', '7', '{"event":{"at":"x"}}']) {
    expect(readJournalLine(text)).toBeUndefined();
  }
});
