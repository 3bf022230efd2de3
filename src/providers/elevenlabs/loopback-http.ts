import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type LoopbackState, later, nextRequest, refusal, soundOf, voicePath } from './loopback-shared.ts';

const speechRequest = z.strictObject({
  text: z.string().min(1),
  model_id: z.string(),
  language_code: z.string().optional(),
});

/** `POST /v1/text-to-speech/{voice_id}/stream`, and 404 for the rest. */
export function answerHttp(state: LoopbackState, request: IncomingMessage, response: ServerResponse): void {
  state.open++;
  response.once('close', () => {
    state.open--;
  });
  state.urls.push(request.url ?? '/');
  text(request).then(
    (body) => answer(state, request, { response, body }),
    () => response.destroy(),
  );
}

interface Exchange {
  readonly response: ServerResponse;
  readonly body: string;
}

function answer(state: LoopbackState, request: IncomingMessage, { response, body }: Exchange): void {
  const url = new URL(request.url ?? '/', 'http://loopback');
  const parsed = speechRequest.safeParse(parseJson(body));
  const told = nextRequest(state, parsed.data?.text ?? '');
  if (told?.kind === 'status') return refuse(response, told.status, { retryAfterSeconds: told.retryAfterSeconds });
  if (request.method !== 'POST' || voicePath(url.pathname) !== 'stream') return refuse(response, 404);
  if (request.headers['xi-api-key'] !== state.key) return refuse(response, 401);
  if (url.searchParams.get('output_format') !== 'ulaw_8000') return refuse(response, 400);
  if (!request.headers['content-type']?.startsWith('application/json') || !parsed.success) {
    return refuse(response, 422, {
      body: JSON.stringify({ detail: [{ loc: ['body'], msg: 'invalid', input: body }] }),
    });
  }
  if (told?.kind === 'mute') return;
  const chunks = [...soundOf(parsed.data.text, told)];
  const after = told && 'after' in told ? told.after : undefined;
  const start = () => {
    response.writeHead(200, { 'content-type': 'audio/basic' });
    response.flushHeaders();
    for (const chunk of chunks.slice(0, after)) response.write(chunk);
    if (told?.kind === 'garbage') response.socket?.write('this is no chunk length\r\n');
    // Bytes that were written before the cut should arrive before it.
    else if (told?.kind === 'cut') response.write('', () => later(state, 20, () => response.destroy()));
    else if (told?.kind !== 'stall') response.end();
  };
  if (told?.kind === 'slow') later(state, told.ms, start);
  else start();
}

interface RefusalDetails {
  readonly retryAfterSeconds?: number | undefined;
  readonly body?: string;
}

function refuse(response: ServerResponse, status: number, details: RefusalDetails = {}): void {
  const { retryAfterSeconds, body = refusal(status) } = details;
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', `${retryAfterSeconds}`);
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
