/** Gemini's streamed content generation, on this machine: https://ai.google.dev/api/generate-content */
import { randomUUID } from 'node:crypto';
import {
  callerOf,
  LOOPBACK_KEY,
  type LoopbackRequest,
  type ModelAnswer,
  type ModelDialect,
  type ModelLoopback,
  type ModelLoopbackOptions,
  openModelLoopback,
  recordsOf,
  serializeSse,
  tokensOf,
} from '../model/loopback.ts';

/** Speaks the real protocol on 127.0.0.1. */
export function openGeminiLoopback(options: ModelLoopbackOptions): Promise<ModelLoopback> {
  return openModelLoopback(DIALECT, (origin) => ({ GEMINI_API_KEY: LOOPBACK_KEY, GEMINI_BASE_URL: origin }), options);
}

const DIALECT: ModelDialect = {
  path: /^\/v1(?:beta)?\/models\/[\w.-]+:streamGenerateContent\?alt=sse$/,
  keyOf: (headers) => String(headers['x-goog-api-key']),
  read: readBody,
  serialize: serializeAnswer,
  // Arguments are an object here: what the model gets wrong is told as a finish reason.
  serializeBrokenCall: (_tool, request) => [chunkOf(request, [], 'MALFORMED_FUNCTION_CALL', 0)],
  refusal: refusalOf,
};

type JsonRecord = Readonly<Record<string, unknown>>;

function readBody(body: Record<string, unknown>): Omit<LoopbackRequest, 'path' | 'body'> {
  const users = recordsOf(body['contents']).filter(({ role }) => role === 'user');
  const parts = users.map((content) => recordsOf(content['parts']));
  const texts = parts.map((own) => own.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n'));
  const config = (body['toolConfig'] as JsonRecord | undefined)?.['functionCallingConfig'] as JsonRecord | undefined;
  const tools = recordsOf(body['tools']).flatMap((tool) => recordsOf(tool['functionDeclarations']));
  return {
    ...callerOf(texts),
    toolResults: (parts.at(-1) ?? []).flatMap(resultOf),
    toolsOffered: config?.['mode'] === 'NONE' ? [] : tools.map(({ name }) => String(name)),
  };
}

function resultOf(part: JsonRecord): string[] {
  const response = (part['functionResponse'] as JsonRecord | undefined)?.['response'] as JsonRecord | undefined;
  return response ? [String(response['output'] ?? response['error'])] : [];
}

function serializeAnswer({ text = '', toolCalls = [] }: ModelAnswer, request: LoopbackRequest): readonly string[] {
  const pieces = tokensOf(text);
  const calls = toolCalls.map(({ name, arguments: args }, place) => ({
    functionCall: { id: randomUUID().slice(0, 8), name, args },
    ...(place === 0 ? { thoughtSignature: Buffer.from(`signed ${name}`).toString('base64') } : {}),
  }));
  return [
    ...pieces.map((piece, place) => chunkOf(request, [{ text: piece }], undefined, place + 1)),
    ...calls.map((call, place) => chunkOf(request, [call], undefined, pieces.length + place + 1)),
    chunkOf(request, [{ text: '' }], 'STOP', pieces.length + calls.length),
  ];
}

function chunkOf(
  { body }: LoopbackRequest,
  parts: readonly unknown[],
  finishReason: string | undefined,
  candidatesTokenCount: number,
): string {
  const promptTokenCount = Math.ceil(JSON.stringify(body).length / 4);
  const candidate = { content: { parts, role: 'model' }, ...(finishReason ? { finishReason } : {}), index: 0 };
  return serializeSse({
    candidates: [candidate],
    usageMetadata: {
      promptTokenCount,
      candidatesTokenCount,
      totalTokenCount: promptTokenCount + candidatesTokenCount,
    },
    modelVersion: 'gemini-loopback',
    responseId: 'loopback',
  });
}

/** https://ai.google.dev/gemini-api/docs/troubleshooting */
function refusalOf(status: number, retryAfterSeconds?: number): unknown {
  const error = { code: status, message: 'As told by the loopback.', status: STATUS_NAMES[status] ?? 'INTERNAL' };
  if (retryAfterSeconds === undefined) return { error };
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` };
  return { error: { ...error, details: [retry] } };
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};
