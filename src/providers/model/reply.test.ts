import { describe, expect, test } from 'vitest';
import type { BrainEvent } from '../contracts.ts';
import { type ModelPart, replyEvents } from './reply.ts';

const who = { provider: 'acme', operation: 'brain' } as const;
const text = (words: string): ModelPart => ({ type: 'text', text: words });
const finish = (reason: 'complete' | 'cut-short' | 'refused'): ModelPart => ({ type: 'finish', reason, detail: 'why' });
const toolCall = (name: string, json = '{}', id?: string): ModelPart => ({
  type: 'tool-call',
  name,
  arguments: json,
  ...(id === undefined ? {} : { id }),
});
const usage: ModelPart = { type: 'usage', inputTokens: 3, outputTokens: 4 };

async function reply(parts: readonly ModelPart[], failure?: Error): Promise<BrainEvent[]> {
  async function* stream() {
    yield* parts;
    if (failure) throw failure;
  }
  const events: BrainEvent[] = [];
  for await (const event of replyEvents(stream(), { who, callIdPrefix: 'call_7' })) events.push(event);
  return events;
}

describe('the parts of an answer', () => {
  test('are text at once, then calls, the end of the call, and the price', async () => {
    const parts = [
      toolCall('book', '{"a":1}', 'x'),
      text('One '),
      { type: 'progress' } as const,
      text('moment.'),
      usage,
    ];
    expect(await reply([...parts, toolCall('end_call'), finish('complete'), { ...usage, outputTokens: 9 }])).toEqual([
      { type: 'text', text: 'One ' },
      { type: 'text', text: 'moment.' },
      { type: 'tool-call', id: 'x', name: 'book', arguments: '{"a":1}' },
      { type: 'hang-up' },
      { type: 'usage', inputTokens: 3, outputTokens: 9 },
    ]);
  });

  test('calls without an id, or with one that is taken, get one', async () => {
    const events = await reply([toolCall('a'), toolCall('b', '', 'x'), toolCall('c', '{}', 'x'), finish('complete')]);
    expect(events).toEqual([
      { type: 'tool-call', id: 'call_7_0', name: 'a', arguments: '{}' },
      { type: 'tool-call', id: 'x', name: 'b', arguments: '{}' },
      { type: 'tool-call', id: 'call_7_2', name: 'c', arguments: '{}' },
    ]);
  });

  test.each([
    ['nothing', [finish('complete')], true],
    ['white space', [text(' \n'), finish('complete')], true],
    ['a limit before the first word', [finish('cut-short')], true],
    ['a limit in the middle of arguments', [toolCall('a', '{"b": "c'), finish('cut-short')], true],
    ['a refusal', [finish('refused')], false],
    ['a refusal after a call', [toolCall('a'), finish('refused')], false],
    ['text without an end', [text('One')], true],
    ['a call without an end', [toolCall('a')], true],
    ['a call without a name', [toolCall(''), finish('complete')], true],
  ] as const)('%s is no answer', async (_label, parts, retryable) => {
    await expect(reply(parts)).rejects.toMatchObject({ code: 'provider-failed', retryable });
  });

  test.each(['cut-short', 'refused'] as const)('what was said before it was %s counts', async (reason) => {
    expect(await reply([text('One.'), toolCall('a', '{"b'), finish(reason)])).toEqual([{ type: 'text', text: 'One.' }]);
  });

  test('after the end a failure does not matter, before it does', async () => {
    const failure = new Error('cut');
    expect(await reply([text('One.'), finish('complete')], failure)).toEqual([{ type: 'text', text: 'One.' }]);
    await expect(reply([text('One.')], failure)).rejects.toBe(failure);
  });
});
