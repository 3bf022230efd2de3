import { describe, expect, test } from 'vitest';
import type { BrainRequest, HistoryTurn } from '../contracts.ts';
import { END_CALL, modelRequest, summaryRequest } from './prompt.ts';

const call = { callSid: 'CA00', language: 'he-IL', instructions: ' Sell flats. ' };
const caller = (text: string): HistoryTurn => ({ who: 'caller', text });
const agent = (text: string, interrupted = false): HistoryTurn => ({ who: 'agent', text, interrupted });
const tool = (...names: string[]): HistoryTurn => ({
  who: 'tool',
  exchanges: names.map((name) => ({ id: `id of ${name}`, name, arguments: '{"a":1}', result: 'done' })),
});
const request = (history: readonly HistoryTurn[], more: Partial<BrainRequest> = {}) =>
  modelRequest(call, { reply: 1, opening: false, history, ...more });
const turns = (...history: HistoryTurn[]) => request(history).turns.map(({ role, text }) => [role, text]);

describe('what a model is told', () => {
  test('rules for the telephone, the language by name, and the task', () => {
    const { system, tools } = request([caller('hi')]);
    expect(system).toContain('Hebrew (Israel)');
    expect(system).toContain('read out by a voice');
    expect(system).toContain('misheard');
    expect(system.endsWith('Your task:\nSell flats.')).toBe(true);
    expect(tools).toEqual([END_CALL]);
  });

  test('no task without instructions, and a language that is none by its own word', () => {
    const bare = { callSid: 'CA00', language: '??' };
    const { system } = modelRequest(bare, { reply: 1, opening: false, history: [] });
    expect(system).not.toContain('Your task');
    expect(system).toContain('Speak ??,');
  });

  test("an agent's tool cannot take the place of the end of the call", () => {
    const own = { ...END_CALL, description: 'Something else.' };
    expect(modelRequest({ ...call, tools: [own] }, { reply: 1, opening: false, history: [] }).tools).toEqual([
      END_CALL,
    ]);
  });

  test('the caller first and last, whatever the history', () => {
    expect(turns()).toEqual([['user', expect.stringMatching(/^\[.*\]$/)]]);
    expect(turns(agent('Good morning.'))).toEqual([
      ['user', expect.stringMatching(/^\[.*\]$/)],
      ['assistant', 'Good morning.'],
      ['user', expect.stringMatching(/^\[.*\]$/)],
    ]);
  });

  test('neighbours are merged, what was not heard is left out, what was cut is marked', () => {
    expect(
      turns(caller('hello'), agent(' ', true), caller(' are you there '), agent('Yes, how can I', true), caller('')),
    ).toEqual([
      ['user', 'hello\nare you there'],
      ['assistant', 'Yes, how can I —'],
      ['user', expect.stringMatching(/^\[.*understood.*\]$/)],
    ]);
  });

  test('what was said before tools belongs to them', () => {
    expect(turns(caller('book it'), agent('One moment.'), tool('book'), tool('mail'), caller('well?'))).toEqual([
      ['user', 'book it'],
      ['tools', 'One moment.'],
      ['tools', ''],
      ['user', 'well?'],
    ]);
  });

  test('tools have ids of their place, which a summary does not move', () => {
    const history = [caller('a'), tool('x', 'y'), caller('b'), tool('z')];
    const ids = (more: Partial<BrainRequest>) =>
      request(history, more).turns.flatMap((turn) =>
        turn.role === 'tools' ? turn.uses.map(({ wireId }) => wireId) : [],
      );
    expect(ids({})).toEqual(['call_1_0', 'call_1_1', 'call_3_0']);
    expect(ids({ summary: { text: 's', turns: 2 } })).toEqual(['call_3_0']);
  });

  test.each(['{"a":', '[1]', '"a"', 'null', ''])('arguments %j are an empty object', (json) => {
    const exchanges = [{ id: '1', name: 'x', arguments: json, result: 'r', failed: true as const }];
    const [, turn] = request([caller('a'), { who: 'tool', exchanges }]).turns;
    expect(turn).toMatchObject({ uses: [{ arguments: {}, failed: true, id: '1' }] });
  });

  test('a summary stands for the first turns', () => {
    const history = [caller('early'), agent('early too'), agent('late'), caller('latest')];
    const { summary, turns: rest } = request(history, { summary: { text: ' Dana called. ', turns: 2 } });
    expect(summary).toMatch(/\nDana called\.$/);
    expect(rest.map(({ text }) => text).slice(1)).toEqual(['late', 'latest']);
  });

  test('half characters do not leave the house', () => {
    const [turn] = request([caller('half \ud83d a face')]).turns;
    expect(turn?.text.isWellFormed()).toBe(true);
  });

  test('a request for a summary has the call as one text, and no tools', () => {
    const { system, turns: material, tools } = summaryRequest(call, [agent('Good', true), caller('hi'), tool('book')]);
    expect(system).toContain('Hebrew');
    expect(material).toEqual([{ role: 'user', text: 'Agent: Good —\nCaller: hi\nTool book {"a":1}: done' }]);
    expect(tools).toEqual([]);
  });
});
