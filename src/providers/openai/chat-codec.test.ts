import { readFileSync } from 'node:fs';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { describe, expect, test } from 'vitest';
import { END_CALL, type ModelRequest } from '../model/prompt.ts';
import type { ModelPart } from '../model/reply.ts';
import { ChunkReader, serializeRequest } from './chat-codec.ts';
import { readEventData } from './event-stream.ts';

function read(file: string): ModelPart[] {
  const lines = readFileSync(new URL(`./fixtures/${file}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const reader = new ChunkReader();
  const parts = lines.flatMap((line) => [...reader.read(JSON.parse(line) as ChatCompletionChunk)]);
  return parts.filter(({ type }) => type !== 'progress');
}

const textOf = (parts: readonly ModelPart[]): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('chat completion chunks', () => {
  test('text, and its price in a chunk without choices', () => {
    const parts = read('chat-text');
    expect(textOf(parts)).toBe('שלום, איך אפשר לעזור?');
    expect(parts.slice(-2)).toEqual([
      { type: 'finish', reason: 'complete', detail: 'stop' },
      { type: 'usage', inputTokens: 19, outputTokens: 10 },
    ]);
  });

  test('parallel tool calls, their arguments in pieces', () => {
    expect(read('chat-tools')).toEqual([
      {
        type: 'tool-call',
        id: 'call_DdmO9pD3xa9XTPNJ32zg2hcA',
        name: 'get_weather',
        arguments: '{"location":"Paris, France"}',
      },
      {
        type: 'tool-call',
        id: 'call_dTaJ9x0VkQ3ZfmKbMwWfUJ0e',
        name: 'get_weather',
        arguments: '{"location":"Haifa"}',
      },
      { type: 'finish', reason: 'complete', detail: 'tool_calls' },
    ]);
  });

  test('pieces of arguments are progress', () => {
    const delta = { tool_calls: [{ index: 0, function: { arguments: '{' } }] };
    const chunk = { choices: [{ index: 0, delta, finish_reason: null }] } as unknown as ChatCompletionChunk;
    expect([...new ChunkReader().read(chunk)]).toEqual([{ type: 'progress' }]);
  });

  test('a refusal is spoken', () => {
    expect(textOf(read('chat-refusal'))).toBe("I'm sorry, I can't help with that.");
  });

  test("Ollama's calls, whole and all of index 0", () => {
    expect(read('chat-ollama-tools')).toMatchObject([
      { type: 'tool-call', id: 'call_1xk2', arguments: '{"location":"Paris"}' },
      { type: 'tool-call', id: 'call_9p0q', arguments: '{"location":"Haifa"}' },
      { type: 'finish' },
    ]);
  });

  test('calls without ids, indexes and text for arguments', () => {
    expect(read('chat-bare-tools')).toEqual([
      { type: 'tool-call', name: 'get_weather', arguments: '{"location":"Paris"}' },
      { type: 'tool-call', name: 'get_time', arguments: '{}' },
      { type: 'finish', reason: 'complete', detail: 'tool_calls' },
    ]);
  });

  test("Azure's filter", () => {
    expect(read('chat-azure-filter')).toEqual([{ type: 'finish', reason: 'cut-short', detail: 'content_filter' }]);
  });
});

describe('a chat completion request', () => {
  const request: ModelRequest = {
    system: 'Be brief.',
    summary: 'Dana called.',
    turns: [
      { role: 'user', text: 'hello' },
      {
        role: 'tools',
        text: 'One moment.',
        uses: [{ id: 'x', wireId: 'call_1_0', name: 'find', arguments: { a: 1 }, result: 'none', failed: true }],
      },
    ],
    tools: [END_CALL],
    toolsAllowed: true,
  };

  test('holds roles, calls and results in the vendor’s shape', () => {
    expect(serializeRequest('llama3.2', request)).toEqual({
      model: 'llama3.2',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be brief.\n\nDana called.' },
        { role: 'user', content: 'hello' },
        {
          role: 'assistant',
          content: 'One moment.',
          tool_calls: [{ id: 'call_1_0', type: 'function', function: { name: 'find', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1_0', content: 'none' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'end_call', description: END_CALL.description, parameters: END_CALL.parameters },
        },
      ],
    });
  });

  test('forbids tools by choice, and leaves them out when there are none', () => {
    expect(serializeRequest('m', { ...request, toolsAllowed: false })).toMatchObject({ tool_choice: 'none' });
    expect(serializeRequest('m', { ...request, tools: [] })).not.toHaveProperty('tools');
    expect(serializeRequest('m', { ...request, tools: [] })).not.toHaveProperty('tool_choice');
  });

  test.each([
    ['gpt-5.4-mini', 'none'],
    ['gpt-5.5-2026-04-23', 'none'],
    ['gpt-5-nano', 'minimal'],
    ['gpt-5.2-pro', undefined],
    ['gpt-4.1', undefined],
    ['openai/gpt-oss-20b', undefined],
  ])('%s reasons %s', (model, effort) => {
    expect(serializeRequest(model, request).reasoning_effort).toBe(effort);
  });
});

describe('the event stream', () => {
  const bytes = new TextEncoder().encode(
    ': hi\n\nevent: x\r\ndata: {"a":"שלום"}\r\n\r\ndata:{"b":2}\n\ndata: [DONE]\n\ndata: {"c":3}',
  );

  test.each([1, 2, 5, 1_000])('in pieces of %i bytes', async (size) => {
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    expect(await collect(readEventData(pieces()))).toEqual(['{"a":"שלום"}', '{"b":2}', '{"c":3}']);
  });
});

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
