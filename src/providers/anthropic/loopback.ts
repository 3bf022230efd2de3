/** Anthropic's messages, on this machine: https://docs.claude.com/en/docs/build-with-claude/streaming */
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
export function openAnthropicLoopback(options: ModelLoopbackOptions): Promise<ModelLoopback> {
  return openModelLoopback(
    DIALECT,
    (origin) => ({ ANTHROPIC_API_KEY: LOOPBACK_KEY, ANTHROPIC_BASE_URL: origin }),
    options,
  );
}

const DIALECT: ModelDialect = {
  path: /^\/v1\/messages$/,
  // Either is taken; the SDK sends the second.
  keyOf: (headers) => headers['x-api-key']?.toString() ?? headers.authorization?.replace(/^Bearer /, ''),
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
  const users = recordsOf(body['messages']).filter(({ role }) => role === 'user');
  const blocks = users.map(({ content }) => recordsOf(content));
  const last = blocks.at(-1) ?? [];
  const choice = body['tool_choice'] as Record<string, unknown> | undefined;
  return {
    ...callerOf(blocks.map((own) => textsOf(own, 'text', 'text').join('\n'))),
    toolResults: last.at(-1)?.['type'] === 'tool_result' ? textsOf(last, 'tool_result', 'content') : [],
    toolsOffered: choice?.['type'] === 'none' ? [] : recordsOf(body['tools']).map(({ name }) => String(name)),
  };
}

function textsOf(blocks: readonly Readonly<Record<string, unknown>>[], type: string, key: string): string[] {
  return blocks.filter((block) => block['type'] === type).map((block) => String(block[key]));
}

type WireCall = readonly [name: string, json: string];

function serializeAnswer(text: string, calls: readonly WireCall[], { body }: LoopbackRequest): readonly string[] {
  const event = (type: string, fields: object): string => serializeSse({ type, ...fields }, type);
  const block = (index: number, content_block: object, deltas: readonly object[]): string[] => [
    event('content_block_start', { index, content_block }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
  const words = tokensOf(text).map((piece) => ({ type: 'text_delta', text: piece }));
  const textBlocks = text === '' ? [] : [block(0, { type: 'text', text: '' }, words)];
  const callBlocks = calls.map(([name, json], place) => {
    const id = `toolu_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    const pieces = ['', ...(json.match(/[\s\S]{1,5}/gu) ?? [])];
    const deltas = pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    return block(textBlocks.length + place, { type: 'tool_use', id, name, input: {} }, deltas);
  });
  const [first = [], ...others] = [...textBlocks, ...callBlocks];
  const stop_reason = calls.length > 0 ? 'tool_use' : 'end_turn';
  const output_tokens = tokensOf(text + calls.flat().join(' ')).length;
  return [
    event('message_start', { message: messageHead(body) }),
    ...first.slice(0, 1),
    event('ping', {}),
    ...first.slice(1),
    ...others.flat(),
    event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } }),
    event('message_stop', {}),
  ];
}

function messageHead(body: Readonly<Record<string, unknown>>): object {
  return {
    id: `msg_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    model: body['model'],
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: Math.ceil(JSON.stringify(body).length / 4),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 1,
    },
  };
}

/** https://docs.claude.com/en/api/errors */
function refusalOf(status: number): unknown {
  const type = ERROR_TYPES[status] ?? 'api_error';
  return { type: 'error', error: { type, message: 'As told by the loopback.' }, request_id: `req_${status}` };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};
