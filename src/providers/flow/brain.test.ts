import { describe, expect, test } from 'vitest';
import { uninterruptible } from '../../text/line.ts';
import { brainConformance } from '../conformance/brain.ts';
import type { BrainEvent, HistoryTurn } from '../contracts.ts';
import { flowBrain } from './brain.ts';
import { flow } from './flow.ts';

const english = flow({
  name: 'visit',
  language: 'en-US',
  questions: [
    { slot: 'day', kind: 'date', ask: 'Which day?' },
    { slot: 'time', kind: 'time', ask: 'What time?' },
  ],
});
const hebrew = flow({
  name: 'visit',
  language: 'he-IL',
  questions: [{ slot: 'day', kind: 'date', ask: 'באיזה יום?' }],
});

brainConformance('flow, English', () => flowBrain(english));
brainConformance('flow, Hebrew', () => flowBrain(hebrew), { language: 'he-IL' });

const caller = (text: string): HistoryTurn => ({ who: 'caller', text });
const agent = (text: string): HistoryTurn => ({ who: 'agent', text });
const interrupted = (text: string): HistoryTurn => ({ who: 'agent', text, interrupted: true });

async function respond(history: readonly HistoryTurn[], opening = false): Promise<BrainEvent[]> {
  const session = flowBrain(english).open({ callSid: 'CA00', language: 'en-US' });
  const events: BrainEvent[] = [];
  const request = { reply: 1, opening, history };
  for await (const event of session.respond(request, new AbortController().signal)) events.push(event);
  return events;
}

const spoken = (events: readonly BrainEvent[]) =>
  events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
const types = (events: readonly BrainEvent[]) => events.map((event) => event.type);

test('uninterruptible words are a piece of their own', async () => {
  const opening = uninterruptible('This call is recorded.');
  const session = flowBrain(flow({ ...english, opening })).open({ callSid: 'CA00', language: 'en-US' });
  const events: BrainEvent[] = [];
  const request = { reply: 1, opening: true, history: [] };
  for await (const event of session.respond(request, new AbortController().signal)) events.push(event);
  expect(events.at(-1)).toEqual({ type: 'text', text: 'This call is recorded.', uninterruptible: true });
});

describe('the session of a flow', () => {
  test('opens with the first question and what it expects', async () => {
    const events = await respond([agent('Good morning.')], true);
    expect(types(events)).toEqual(['expect', 'text']);
    expect(spoken(events)).toEqual(['Which day?']);
  });

  test('says nothing when the greeting asks the first question, but expects its answer', async () => {
    const session = flowBrain({ ...english, opening: '' }).open({ callSid: 'CA00', language: 'en-US' });
    const events: BrainEvent[] = [];
    const request = { reply: 1, opening: true, history: [] };
    for await (const event of session.respond(request, new AbortController().signal)) events.push(event);
    expect(types(events)).toEqual(['expect']);
  });

  test('asks the standing question again when it opens in the middle of a conversation', async () => {
    expect(spoken(await respond([agent('Which day?'), caller('monday')], true))).toEqual(['What time?']);
  });

  test('gives the outcome once, with the reply that completes it, and hangs up', async () => {
    const history = [caller('monday'), agent('What time?'), caller('ten'), agent('Is that right?'), caller('yes')];
    const events = await respond(history);
    expect(types(events)).toEqual(['text', 'outcome', 'hang-up']);
    const slots = { day: 'monday', time: '10:00' };
    expect(events[1]).toEqual({ type: 'outcome', outcome: { status: 'completed', flow: 'visit', slots } });
    expect(types(await respond([...history, agent('Thank you'), caller('thanks')]))).toEqual(['text', 'hang-up']);
  });

  test('a question that was interrupted stands', async () => {
    expect(spoken(await respond([caller('monday'), interrupted('What'), caller('ten')]))).toEqual([
      'So I have: on Monday, ten in the morning. Is that right?',
    ]);
  });

  test('caller turns without an agent turn between them are one answer', async () => {
    const apart = await respond([agent('Which day?'), caller('monday'), caller('at ten')]);
    expect(apart).toEqual(await respond([agent('Which day?'), caller('monday at ten')]));
    expect(spoken(apart)[0]).toContain('ten in the morning');
  });

  test('tools of another brain say nothing, neither to it nor between two caller turns', async () => {
    const exchanges = [{ id: '1', name: 'find_day', arguments: '{}', result: 'tuesday' }];
    const tools: HistoryTurn = { who: 'tool', exchanges };
    const plain = [agent('Which day?'), caller('monday'), caller('at ten')];
    const mixed = [agent('Which day?'), caller('monday'), tools, caller('at ten'), tools];
    expect(await respond(mixed)).toEqual(await respond(plain));
    expect(flowBrain(english).startsAnew).toBe(true);
  });
});
