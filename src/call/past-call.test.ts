import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fact, type FactBody, factKey } from '../core/fact.ts';
import { pastFromFacts } from './past-call.ts';

const START = Date.parse('2026-01-01T10:00:00Z');
let second = 0;

function fact(body: FactBody, fence = 1): Fact {
  const at = new Date(START + second++ * 1_000).toISOString();
  return { ...body, key: factKey(body), tenant: 'default', callSid: 'CA1', node: 'n', fence, at };
}

const turn = (index: number, who: 'caller' | 'agent', text: string): Fact =>
  fact({ type: 'turn', index, who, text, fromMs: index * 1_000, toMs: index * 1_000 + 500 });

const opened = fact({ type: 'call-opened', accountSid: 'AC1', from: '+1', to: '+2', agent: 'a', language: 'en' }, 0);
const started = fact({ type: 'stream-started', streamSid: 'MZ1', attempt: 1 });
const turns = [turn(0, 'agent', 'Hello.'), turn(1, 'caller', 'two rooms'), turn(2, 'agent', 'Where?')];
const used = { id: 'call_0', name: 'book', arguments: '{}', result: '1' };
const tool = fact({ type: 'tool-effect', index: 0, afterTurns: 2, ...used });
const outcomes = [0, 1].map((index) =>
  fact({ type: 'outcome', index, outcome: { status: 'completed', flow: 'f', slots: { rooms: `${index}` } } }),
);
const heard = [
  fact({ type: 'heard', reply: 2, afterTurns: 1, text: 'two rooms' }),
  fact({ type: 'heard', reply: 3, afterTurns: 3, text: 'in' }),
  fact({ type: 'heard', reply: 4, afterTurns: 3, text: 'in Haifa' }),
];
const consent = fact({ type: 'consent', index: 0, subject: 'recording', given: true });
const all = [consent, opened, started, ...turns, tool, ...outcomes, ...heard];

describe('a call that is read back', () => {
  test('has its turns, tools, outcome and time, and the words that nobody answered', () => {
    expect(pastFromFacts(all, START + 60_000)).toEqual({
      call: { callSid: 'CA1', accountSid: 'AC1', from: '+1', to: '+2' },
      turns: [
        { who: 'agent', text: 'Hello.', from: 0, to: 500 },
        { who: 'caller', text: 'two rooms', from: 1_000, to: 1_500 },
        { who: 'agent', text: 'Where?', from: 2_000, to: 2_500 },
        { who: 'caller', text: 'in Haifa', from: 2_500, to: 2_500 },
      ],
      recordedTurns: 3,
      tools: [{ after: 2, exchanges: [used] }],
      outcome: { status: 'completed', flow: 'f', slots: { rooms: '1' } },
      outcomes: 2,
      consent: true,
      notes: [],
      acts: 0,
      isMuted: false,
      consents: 1,
      openedAt: Date.parse(opened.at),
      elapsedMs: 60_000 - (Date.parse(started.at) - START),
      streams: 1,
    });
  });

  test('is the same in whatever order the facts come', () => {
    const expected = pastFromFacts(all, START + 60_000);
    const orders = fc.shuffledSubarray(all, { minLength: all.length });
    const property = fc.property(orders, (order) => {
      expect(pastFromFacts(order, START + 60_000)).toEqual(expected);
    });
    fc.assert(property);
  });

  test('ends before the first turn that is missing', () => {
    const past = pastFromFacts([opened, started, turns[0]!, turns[2]!], START);
    expect(past).toMatchObject({ recordedTurns: 1, turns: [{ text: 'Hello.' }] });
  });

  test('is unknown while nobody has told that it was opened', () => {
    expect(pastFromFacts([started, ...turns], START)).toBeUndefined();
  });
});
