import { describe, expect, test } from 'vitest';
import type { BrainRequest, HistoryTurn } from '../contracts.ts';
import { requestAfter, takeoverBy } from './brain-takeover.ts';

const caller = (text: string): HistoryTurn => ({ who: 'caller', text });
const agent = (text: string): HistoryTurn => ({ who: 'agent', text });
const tool: HistoryTurn = { who: 'tool', exchanges: [{ id: 'a', name: 'find', arguments: '{}', result: '{}' }] };
const ask = (history: readonly HistoryTurn[], opening = false): BrainRequest => ({ reply: 7, opening, history });

const before = [agent('Good morning.'), caller('I want a flat'), agent('Where?'), caller('Haifa')];
const opened: BrainRequest = { reply: 7, opening: true, history: [] };

describe('what a flow sees after it took over', () => {
  const takeover = takeoverBy(1, ask(before));

  test('first an opening, whatever was said', () => {
    expect(requestAfter(takeover, ask(before))).toEqual(opened);
  });

  test('the same again while the caller has heard nothing of it', () => {
    expect(requestAfter(takeover, ask([...before.slice(0, -1), caller('Haifa, near the sea')]))).toEqual(opened);
    expect(requestAfter(takeover, ask([...before, caller('near the sea')]))).toEqual(opened);
    expect(requestAfter(takeover, ask(before.slice(0, -1)))).toEqual(opened);
  });

  test('from then on what was said since', () => {
    const since = [agent('Your name?'), caller('Dana')];
    expect(requestAfter(takeover, ask([...before, ...since]))).toEqual(ask(since));
  });

  test('tools of another brain change nothing, wherever the history keeps them', () => {
    const late = takeoverBy(1, ask([...before, agent('One moment.'), tool]));
    const since = [agent('One moment. Your name?'), caller('Dana')];
    expect(requestAfter(late, ask([...before, tool, ...since]))).toEqual(ask([tool, ...since]));
  });

  test('no summary of what it must not know', () => {
    expect(requestAfter(takeover, { ...ask(before), summary: { text: 'wants a flat', turns: 2 } })).toEqual(opened);
  });
});

describe('a flow that is there from the beginning', () => {
  test.each([
    ['the first of the chain', 0, ask(before)],
    ['the one that opens the call', 1, ask([], true)],
    ['after the greeting', 1, ask([agent('Good morning.')], true)],
  ])('%s sees everything', (_who, index, request) => {
    const takeover = takeoverBy(index, request);
    expect(requestAfter(takeover, request)).toBe(request);
    expect(requestAfter(takeover, ask(before)).history).toBe(before);
  });
});
