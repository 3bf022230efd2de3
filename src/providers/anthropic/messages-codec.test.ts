import { readFileSync } from 'node:fs';
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, test } from 'vitest';
import { END_CALL, type ModelRequest, type ToolUse } from '../model/prompt.ts';
import type { ModelPart } from '../model/reply.ts';
import { EventReader, serializeRequest } from './messages-codec.ts';

function read(file: string): ModelPart[] {
  const lines = readFileSync(new URL(`./fixtures/${file}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const reader = new EventReader();
  const parts = lines.flatMap((line) => [...reader.read(JSON.parse(line) as RawMessageStreamEvent)]);
  return parts.filter(({ type }) => type !== 'progress');
}

describe("Anthropic's events", () => {
  test('text, with what came from the cache in its price', () => {
    expect(read('text')).toEqual([
      { type: 'text', text: 'Hello' },
      { type: 'text', text: '!' },
      { type: 'usage', inputTokens: 125, outputTokens: 15 },
      { type: 'finish', reason: 'complete', detail: 'end_turn' },
    ]);
  });

  test('tool calls after words, one without arguments', () => {
    expect(read('tool-use')).toEqual([
      { type: 'text', text: 'Okay, let' },
      { type: 'text', text: ' me look:' },
      {
        type: 'tool-call',
        id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
        name: 'get_weather',
        arguments: '{"location": "San Francisco, CA", "unit": "fahrenheit"}',
      },
      { type: 'tool-call', id: 'toolu_02', name: 'get_time', arguments: '' },
      { type: 'usage', inputTokens: 472, outputTokens: 89 },
      { type: 'finish', reason: 'complete', detail: 'tool_use' },
    ]);
  });

  test('thoughts are not spoken, and a limit is told', () => {
    expect(read('thinking')).toEqual([
      { type: 'text', text: 'Nine.' },
      { type: 'usage', inputTokens: 30, outputTokens: 20 },
      { type: 'finish', reason: 'cut-short', detail: 'max_tokens' },
    ]);
  });

  test('a refusal', () => {
    expect(read('refusal').at(-1)).toEqual({ type: 'finish', reason: 'refused', detail: 'refusal' });
  });
});

describe("Anthropic's request", () => {
  const use = (wireId: string, failed = false): ToolUse => ({
    id: 'x',
    wireId,
    name: 'find',
    arguments: { a: 1 },
    result: 'none',
    failed,
  });
  const request: ModelRequest = {
    system: 'Be brief.',
    turns: [
      { role: 'user', text: 'hello' },
      { role: 'tools', text: 'One moment.', uses: [use('call_1_0'), use('call_1_1', true)] },
      { role: 'user', text: 'are you there' },
    ],
    tools: [END_CALL],
    toolsAllowed: true,
  };

  test('alternates roles: results and the words after them are one message', () => {
    const tool_use = { type: 'tool_use', name: 'find', input: { a: 1 } };
    expect(serializeRequest('claude-haiku-4-5', request)).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'hello' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'One moment.' },
            { ...tool_use, id: 'call_1_0' },
            { ...tool_use, id: 'call_1_1' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1_0', content: 'none' },
            { type: 'tool_result', tool_use_id: 'call_1_1', content: 'none', is_error: true },
            { type: 'text', text: 'are you there' },
          ],
        },
      ],
      tools: [{ name: 'end_call', input_schema: { type: 'object', properties: {} } }],
    });
  });

  test('keeps the summary out of what is cached', () => {
    const { system } = serializeRequest('m', { ...request, summary: 'Dana called.' });
    expect(system).toMatchObject([{ text: 'Be brief.' }, { type: 'text', text: 'Dana called.' }]);
    expect((system as object[])[1]).not.toHaveProperty('cache_control');
  });

  test('forbids tools by choice, because the history may hold some', () => {
    const body = serializeRequest('m', { ...request, toolsAllowed: false });
    expect(body).toMatchObject({ tool_choice: { type: 'none' }, tools: [{}] });
  });
});
