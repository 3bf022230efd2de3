import type { WebSocket } from 'ws';
import { z } from 'zod';
import { toneMulaw, tonePcm } from '../../audio/tone.ts';
import type { Behaviour, Misbehaviour } from '../misbehaviour.ts';

export interface LoopbackState {
  readonly behave: Behaviour;
  requests: number;
  open: number;
  connections: number;
  readonly texts: string[];
  readonly generations: Readonly<Record<string, unknown>>[];
  readonly cancelled: string[];
  readonly timers: Set<NodeJS.Timeout>;
}

const CHUNK_MS = 400;
const CHARACTER_MS = 60;
const KEPT = 200;

const generation = z.strictObject({
  model_id: z.string().regex(/^sonic/),
  transcript: z.string().min(1),
  voice: z.strictObject({ mode: z.literal('id'), id: z.string().min(1) }),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
  context_id: z.string().regex(/^[\w-]+$/),
  output_format: z.strictObject({
    container: z.literal('raw'),
    encoding: z.literal('pcm_mulaw'),
    sample_rate: z.literal(8000),
  }),
  add_timestamps: z.boolean().optional(),
  continue: z.boolean().optional(),
});
const cancellation = z.strictObject({ context_id: z.string(), cancel: z.literal(true) });

/** The vendor's body of an error, as an answer and as a message. https://docs.cartesia.ai/use-the-api/api-errors */
export function refusal(status: number): Readonly<Record<string, unknown>> {
  const names: Readonly<Record<number, string>> = {
    400: 'invalid_request',
    401: 'unauthorized',
    402: 'quota_exceeded',
    404: 'not_found',
    429: 'concurrency_limited',
  };
  const error_code = names[status] ?? 'internal_error';
  return {
    error_code,
    title: 'Refused',
    message: 'The loopback refuses.',
    request_id: '550e8400-e29b-41d4-a716-446655440000',
  };
}

/** One connection; contexts that were cancelled say nothing more. */
export function serveSocket(state: LoopbackState, socket: WebSocket): void {
  const live = new Map<string, string>();
  state.open++;
  socket.on('close', () => {
    state.open--;
  });
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const json = parseJson(data.toString());
    const cancel = cancellation.safeParse(json);
    if (cancel.success) {
      keep(state.cancelled, live.get(cancel.data.context_id) ?? 'unknown');
      live.delete(cancel.data.context_id);
      return;
    }
    const request = generation.safeParse(json);
    if (!request.success) {
      const contextId = z.object({ context_id: z.string() }).safeParse(json).data?.context_id;
      fail(socket, 400, contextId);
      return;
    }
    keep(state.generations, request.data);
    keep(state.texts, request.data.transcript);
    live.set(request.data.context_id, request.data.transcript);
    generate(state, { socket, live }, request.data);
  });
}

interface Connection {
  readonly socket: WebSocket;
  readonly live: Map<string, string>;
}

function generate(state: LoopbackState, connection: Connection, request: z.infer<typeof generation>): void {
  const told = state.behave(state.requests++);
  if (told?.kind === 'mute') return;
  const { socket, live } = connection;
  const { context_id, transcript } = request;
  const say = () => {
    if (!live.has(context_id)) return;
    if (told?.kind === 'status') fail(socket, told.status, context_id);
    else sendSpeech(state, connection, { contextId: context_id, text: transcript, told });
  };
  if (told?.kind === 'slow') later(state, told.ms, say);
  else setImmediate(say);
}

interface Sentence {
  readonly contextId: string;
  readonly text: string;
  readonly told: Misbehaviour | undefined;
}

function sendSpeech(state: LoopbackState, { socket, live }: Connection, { contextId, text, told }: Sentence): void {
  const common = { done: false, status_code: 206, context_id: contextId };
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'timestamps', ...common, word_timestamps: timestampsOf(text) });
  let left = told && 'after' in told ? told.after : Number.POSITIVE_INFINITY;
  for (const chunk of soundOf(text, told)) {
    if (left-- <= 0) break;
    send({ type: 'chunk', ...common, step_time: 12.3, data: Buffer.from(chunk).toString('base64') });
  }
  if (told?.kind === 'stall') return;
  if (told?.kind === 'cut') later(state, 20, () => socket.terminate());
  else if (told?.kind === 'garbage') socket.send('{"type":"chunk","data":7');
  else {
    live.delete(contextId);
    send({ type: 'done', ...common, done: true });
  }
}

/** Words as the vendor times them: in seconds, each from its first character to its last. */
function timestampsOf(text: string): object {
  const words = [...text.matchAll(/\S+/gu)];
  const seconds = (character: number) => (character * CHARACTER_MS) / 1000;
  return {
    words: words.map(([word]) => word),
    start: words.map(({ index }) => seconds(index)),
    end: words.map(({ 0: word, index }) => seconds(index + word.length)),
  };
}

function* soundOf(text: string, told: Misbehaviour | undefined): Generator<Uint8Array> {
  if (told?.kind === 'no-audio') return;
  if (told?.kind === 'wav-header') yield wavHeader();
  for (let leftMs = [...text].length * CHARACTER_MS; leftMs > 0; leftMs -= CHUNK_MS) {
    const durationMs = Math.min(CHUNK_MS, leftMs);
    if (told?.kind === 'wrong-rate') {
      yield new Uint8Array(tonePcm({ frequencyHz: 440, durationMs, sampleRateHz: 24_000 }).buffer);
    } else yield toneMulaw({ frequencyHz: 440, durationMs });
  }
}

/** µ-law, mono, 8000 Hz, of a length that was not known when it was written. */
function wavHeader(): Uint8Array {
  const bytes = Buffer.alloc(44, 'RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x07\0\x01\0', 'latin1');
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(8000, 28);
  bytes.writeUInt32LE(0x0008_0001, 32);
  bytes.write('data\xff\xff\xff\xff', 36, 'latin1');
  return bytes;
}

function fail(socket: WebSocket, status: number, contextId: string | undefined): void {
  const context = contextId === undefined ? {} : { context_id: contextId };
  socket.send(JSON.stringify({ type: 'error', done: true, status_code: status, ...refusal(status), ...context }));
}

function later(state: LoopbackState, ms: number, act: () => void): void {
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    act();
  }, ms);
  state.timers.add(timer);
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT) list.shift();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
