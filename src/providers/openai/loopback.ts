/** OpenAI's chat completions, on this machine: https://platform.openai.com/docs/api-reference/chat-streaming */
import { randomUUID } from 'node:crypto';
import {
  callerOf,
  LOOPBACK_KEY,
  type LoopbackRequest,
  type ModelDialect,
  type ModelLoopback,
  type ModelLoopbackOptions,
  openModelLoopback,
  recordsOf,
  serializeSse,
  tokensOf,
} from '../model/loopback.ts';

/** Speaks the real protocol on 127.0.0.1. */
export function openOpenAiLoopback(options: ModelLoopbackOptions): Promise<ModelLoopback> {
  return openModelLoopback(
    DIALECT,
    (origin) => ({ OPENAI_API_KEY: LOOPBACK_KEY, OPENAI_BASE_URL: `${origin}/v1` }),
    options,
  );
}

const DIALECT: ModelDialect = {
  path: /^\/v1\/chat\/completions$/,
  keyOf: ({ authorization }) => authorization?.replace(/^Bearer /, ''),
  read: readBody,
  serialize: ({ text = '', toolCalls = [] }, request) =>
    serializeAnswer(
      text,
      toolCalls.map(({ name, arguments: value }) => [name, JSON.stringify(value)] as const),
      request,
    ),
  serializeBrokenCall: (tool, request) => serializeAnswer('', [[tool, '{"name": "Dana", "phone']], request),
  refusal: refusalOf,
};

function readBody(body: Record<string, unknown>): Omit<LoopbackRequest, 'path' | 'body'> {
  const messages = recordsOf(body['messages']);
  const textOf = (message: Readonly<Record<string, unknown>>): string => String(message['content'] ?? '');
  const lastSpoken = messages.findLastIndex(({ role }) => role !== 'tool');
  return {
    ...callerOf(messages.filter(({ role }) => role === 'user').map(textOf)),
    toolResults: messages.slice(lastSpoken + 1).map(textOf),
    toolsOffered: body['tool_choice'] === 'none' ? [] : recordsOf(body['tools']).map(toolName),
  };
}

function toolName(tool: Readonly<Record<string, unknown>>): string {
  return String((tool['function'] as Record<string, unknown> | undefined)?.['name']);
}

type WireCall = readonly [name: string, json: string];

function serializeAnswer(text: string, calls: readonly WireCall[], { body }: LoopbackRequest): readonly string[] {
  const head = {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: String(body['model']),
    service_tier: 'default',
    system_fingerprint: 'fp_loopback',
  };
  const chunk = (delta: unknown, finish_reason: string | null = null): string =>
    serializeSse({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null });
  const asksUsage = (body['stream_options'] as Record<string, unknown> | undefined)?.['include_usage'] === true;
  return [
    chunk({ role: 'assistant', content: calls.length > 0 && text === '' ? null : '', refusal: null }),
    ...tokensOf(text).map((content) => chunk({ content })),
    ...calls.flatMap((call, index) => callDeltas(call, index).map((delta) => chunk({ tool_calls: [delta] }))),
    chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    ...(asksUsage ? [serializeSse({ ...head, choices: [], usage: usageOf(body, text, calls) })] : []),
    serializeSse('[DONE]'),
  ];
}

function callDeltas([name, json]: WireCall, index: number): readonly unknown[] {
  const pieces = json.match(/[\s\S]{1,5}/gu) ?? [];
  return [
    {
      index,
      id: `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
      type: 'function',
      function: { name, arguments: '' },
    },
    ...pieces.map((piece) => ({ index, function: { arguments: piece } })),
  ];
}

function usageOf(body: unknown, text: string, calls: readonly WireCall[]): unknown {
  const prompt_tokens = Math.ceil(JSON.stringify(body).length / 4);
  const completion_tokens = tokensOf(text + calls.flat().join(' ')).length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** https://platform.openai.com/docs/guides/error-codes */
function refusalOf(status: number): unknown {
  const [type, code, message] = REFUSALS[status] ?? ['server_error', null, 'The server had an error.'];
  return { error: { message, type, param: null, code } };
}

const REFUSALS: Readonly<Record<number, readonly [type: string, code: string | null, message: string]>> = {
  400: ['invalid_request_error', null, 'We could not parse the JSON body of your request.'],
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided: loop********-key.'],
  403: ['invalid_request_error', 'unsupported_country_region_territory', 'Country, region, or territory not supported'],
  404: ['invalid_request_error', 'model_not_found', 'The model does not exist or you do not have access to it.'],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached.'],
};
