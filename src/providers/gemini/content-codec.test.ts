import { readFileSync } from 'node:fs';
import { ApiError, type GenerateContentResponse } from '@google/genai';
import { describe, expect, test } from 'vitest';
import { END_CALL, type ModelRequest } from '../model/prompt.ts';
import type { ModelPart } from '../model/reply.ts';
import { readChunk, Signatures, serializeRequest } from './content-codec.ts';
import { errorOfGemini } from './errors.ts';

const textOf = (file: string): string => readFileSync(new URL(`./fixtures/${file}`, import.meta.url), 'utf8');

function read(file: string, signatures = new Signatures()): ModelPart[] {
  let minted = 0;
  const lines = textOf(`${file}.jsonl`).trim().split('\n');
  return lines.flatMap((line) => [
    ...readChunk(JSON.parse(line) as GenerateContentResponse, signatures, () => `minted_${minted++}`),
  ]);
}

describe("Gemini's chunks", () => {
  test('text', () => {
    const parts = read('text');
    expect(parts.filter(({ type }) => type === 'text')).toEqual([
      { type: 'text', text: 'Good' },
      { type: 'text', text: ' morning.' },
    ]);
    expect(parts.slice(-2)).toEqual([
      { type: 'usage', inputTokens: 8, outputTokens: 4 },
      { type: 'finish', reason: 'complete', detail: 'STOP' },
    ]);
  });

  test('function calls, signed and not; thoughts are paid for and not spoken', () => {
    const signatures = new Signatures();
    const parts = read('function-call', signatures);
    expect(parts.filter(({ type }) => type === 'tool-call')).toEqual([
      { type: 'tool-call', id: 'call_a1', name: 'get_weather', arguments: '{"location":"Paris"}' },
      { type: 'tool-call', id: 'minted_0', name: 'get_time', arguments: '{}' },
    ]);
    expect(parts.filter(({ type }) => type === 'text')).toEqual([]);
    expect(parts).toContainEqual({ type: 'usage', inputTokens: 61, outputTokens: 52 });
    expect([signatures.of('call_a1'), signatures.of('minted_0')]).toEqual(['CiQB0e2Kb2s=', undefined]);
  });

  test.each([
    ['blocked-prompt', 'PROHIBITED_CONTENT'],
    ['blocked-answer', 'SAFETY'],
  ])('%s is refused', (file, detail) => {
    expect(read(file).at(-1)).toEqual({ type: 'finish', reason: 'refused', detail });
  });
});

describe("Gemini's request", () => {
  const use = { wireId: 'w', name: 'find', arguments: { a: 1 }, result: 'none' };
  const request: ModelRequest = {
    system: 'Be brief.',
    summary: 'Dana called.',
    turns: [
      { role: 'user', text: 'hello' },
      {
        role: 'tools',
        text: 'One moment.',
        uses: [
          { ...use, id: 'known', failed: false },
          { ...use, id: 'second', failed: true },
        ],
      },
    ],
    tools: [END_CALL],
    toolsAllowed: false,
  };
  const serialize = (model: string, signatures = new Signatures()) => serializeRequest(model, request, signatures);

  test('holds calls, responses and the choice of no tool', () => {
    const signatures = new Signatures();
    signatures.keep('known', 'signed');
    expect(serialize('gemini-3.5-flash', signatures)).toEqual({
      model: 'gemini-3.5-flash',
      contents: [
        { role: 'user', parts: [{ text: 'hello' }] },
        {
          role: 'model',
          parts: [
            { text: 'One moment.' },
            { functionCall: { id: 'known', name: 'find', args: { a: 1 } }, thoughtSignature: 'signed' },
            { functionCall: { id: 'second', name: 'find', args: { a: 1 } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'known', name: 'find', response: { output: 'none' } } },
            { functionResponse: { id: 'second', name: 'find', response: { error: 'none' } } },
          ],
        },
      ],
      config: {
        systemInstruction: 'Be brief.\n\nDana called.',
        thinkingConfig: { thinkingLevel: 'MINIMAL' },
        tools: [
          {
            functionDeclarations: [
              { name: 'end_call', description: END_CALL.description, parametersJsonSchema: END_CALL.parameters },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: 'NONE' } },
      },
    });
  });

  test('signs the first call of another model with the word for it', () => {
    const [, calls] = serialize('gemini-3.5-flash').contents as { parts: object[] }[];
    expect(calls?.parts[1]).toMatchObject({ thoughtSignature: 'skip_thought_signature_validator' });
    expect(calls?.parts[2]).not.toHaveProperty('thoughtSignature');
  });

  test.each([
    ['gemini-2.5-flash-lite', { thinkingBudget: 0 }],
    ['gemini-3-flash-preview', { thinkingLevel: 'MINIMAL' }],
    ['gemini-3.1-pro-preview', { thinkingLevel: 'LOW' }],
    ['gemini-flash-latest', undefined],
  ])('%s thinks %j', (model, thinkingConfig) => {
    expect(serialize(model).config.thinkingConfig).toEqual(thinkingConfig);
  });

  test('remembers no more signatures than a call needs', () => {
    const signatures = new Signatures();
    for (let i = 0; i < 100; i++) signatures.keep(`${i}`, 's');
    expect([signatures.of('35'), signatures.of('36')]).toEqual([undefined, 's']);
  });
});

describe("Gemini's errors", () => {
  const who = { provider: 'gemini', operation: 'brain' } as const;

  test('the wait is in the body', () => {
    const error = errorOfGemini(who, new ApiError({ status: 429, message: textOf('error-quota.json') }));
    expect(error).toMatchObject({ code: 'provider-failed', retryable: true, retryAfterMs: 34_500, status: 429 });
    expect(error.message).toBe('gemini brain: HTTP 429, RESOURCE_EXHAUSTED');
  });

  test('a wrong key is a 400', () => {
    const error = errorOfGemini(who, new ApiError({ status: 400, message: textOf('error-key.json') }));
    expect(error).toMatchObject({ code: 'provider-misconfigured', retryable: false });
  });
});
