import { expect, test } from 'vitest';
import { createLiveView, formatStamp, type ViewItem, viewJournalEntry } from './live-view.ts';

function show(items: readonly ViewItem[], color = false): string[] {
  const lines: string[] = [];
  const view = createLiveView({ write: (line) => lines.push(line), color });
  for (const item of items) view.show(item);
  return lines;
}

test('a call reads as a conversation', () => {
  const lines = show([
    { type: 'notice', text: 'POST /webhook/incoming_call: 200 in 4 ms' },
    { type: 'agent', at: 320, text: 'Hello.' },
    { type: 'caller', at: 4_210, text: 'A cleaning.', manner: '' },
    { type: 'agent-sound', at: 320, lengthMs: 1_500 },
    { type: 'heard-as', at: 5_000, text: 'a cleaning' },
    { type: 'state', at: 5_100, state: 'THINKING' },
    { type: 'barge-in', at: 61_000, heardMs: 1_250 },
    { type: 'outcome', at: 65_000, outcome: { status: 'completed', flow: 'book', slots: { day: 'monday' } } },
    { type: 'complaint', text: '31951 bad' },
  ]);
  expect(lines).toEqual([
    '                  POST /webhook/incoming_call: 200 in 4 ms',
    '00:00.3  agent    Hello.',
    '00:04.2  caller   A cleaning.',
    '00:05.0    heard  "a cleaning"',
    '00:05.1    state  THINKING',
    '01:01.0  barge-in after 1.3 s of the reply',
    '01:05.0  outcome  book completed · day: monday',
    '         warning  31951 bad',
  ]);
});

test('without a journal the agent is at least audible', () => {
  expect(show([{ type: 'agent-sound', at: 320, lengthMs: 1_500 }])).toEqual(['00:00.3  agent    (speaks for 1.5 s)']);
});

test('colours are for terminals', () => {
  const item: ViewItem = { type: 'agent', at: 0, text: 'Hi.' };
  expect(show([item])[0]).not.toContain('\u001b');
  expect(show([item], true)[0]).toContain('\u001b[32m');
});

test('a line of the journal may show several things', () => {
  const items = viewJournalEntry({
    event: { type: 'speech-start', since: 900, at: 1_000 },
    effects: [
      { type: 'barge-in', reply: 1, heardMs: 500 },
      { type: 'state-change', state: 'LISTENING' },
      { type: 'reply-cancel', reply: 1 },
    ],
    state: 'LISTENING',
  });
  expect(items.map(({ type }) => type)).toEqual(['barge-in', 'state']);
});

test('stamps are minutes, seconds and tenths, never rounded up', () => {
  expect([0, 99, 59_999, 60_000, 754_321].map(formatStamp)).toEqual([
    ...['00:00.0', '00:00.0', '00:59.9', '01:00.0', '12:34.3'],
  ]);
});
