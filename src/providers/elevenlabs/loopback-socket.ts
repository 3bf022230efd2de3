import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Misbehaviour } from '../misbehaviour.ts';
import {
  CHARACTER_MS,
  CHUNK_MS,
  type LoopbackState,
  later,
  nextRequest,
  soundOf,
  statusName,
} from './loopback-shared.ts';

const clientMessage = z.strictObject({
  text: z.string().optional(),
  context_id: z.string().optional(),
  flush: z.boolean().optional(),
  close_context: z.boolean().optional(),
  close_socket: z.boolean().optional(),
});

interface Context {
  text: string;
  isSpeaking: boolean;
}

const MAX_CONTEXTS = 5;
const DEFAULT_CONTEXT = 'default';

/** One multi-context connection. A wrong key is told in a message, as the vendor does. */
export function serveSocket(state: LoopbackState, socket: WebSocket, request: IncomingMessage): void {
  const contexts = new Map<string, Context>();
  state.open++;
  socket.on('close', () => {
    state.open--;
  });
  socket.on('error', () => socket.terminate());
  if (request.headers['xi-api-key'] !== state.key) {
    fail(socket, 'invalid_api_key', 'Invalid API key');
    return;
  }
  socket.on('message', (data) => {
    const message = clientMessage.safeParse(parseJson(data.toString()));
    if (!message.success) fail(socket, 'invalid_input_message', 'Could not parse input message');
    else take(state, { socket, contexts }, message.data);
  });
}

interface Connection {
  readonly socket: WebSocket;
  readonly contexts: Map<string, Context>;
}

function take(state: LoopbackState, connection: Connection, message: z.infer<typeof clientMessage>): void {
  const { socket, contexts } = connection;
  if (message.close_socket) {
    socket.close(1000);
    return;
  }
  const id = message.context_id ?? DEFAULT_CONTEXT;
  if (message.text === '') state.keepAlives++;
  // Whatever names a new context makes it, a close alone excepted.
  const context = contexts.get(id) ?? (message.close_context ? undefined : { text: '', isSpeaking: false });
  if (!context) return;
  contexts.set(id, context);
  state.mostContexts = Math.max(state.mostContexts, contexts.size);
  if (contexts.size > MAX_CONTEXTS) {
    fail(socket, 'max_active_conversations', 'Maximum simultaneous contexts per WebSocket connection exceeded (5).');
    return;
  }
  context.text += message.text ?? '';
  if (message.flush || message.close_context) speak(state, connection, id);
}

/** The tests' client always closes what it flushes, so the end of the sentence is the end of the context. */
function speak(state: LoopbackState, { socket, contexts }: Connection, id: string): void {
  const context = contexts.get(id);
  if (!context || context.isSpeaking) return;
  context.isSpeaking = true;
  const text = context.text.trim();
  const told = nextRequest(state, text);
  if (told?.kind === 'mute') return;
  const say = () => {
    sendSpeech(state, socket, { id, text, told });
    if (!told || !('after' in told)) contexts.delete(id);
  };
  if (told?.kind === 'slow') later(state, told.ms, say);
  else if (told?.kind === 'status') fail(socket, statusName(told.status), 'The loopback refuses.');
  else setImmediate(say);
}

interface Sentence {
  readonly id: string;
  readonly text: string;
  readonly told: Misbehaviour | undefined;
}

function sendSpeech(state: LoopbackState, socket: WebSocket, { id, text, told }: Sentence): void {
  const after = told && 'after' in told ? told.after : Number.POSITIVE_INFINITY;
  let sent = 0;
  for (const chunk of soundOf(text, told)) {
    if (sent >= after) break;
    const audio = Buffer.from(chunk).toString('base64');
    const alignment = alignmentOf(text, sent);
    socket.send(JSON.stringify({ audio, isFinal: null, alignment, normalizedAlignment: alignment, contextId: id }));
    sent++;
  }
  if (told?.kind === 'stall') return;
  if (told?.kind === 'cut') later(state, 20, () => socket.terminate());
  else if (told?.kind === 'garbage') socket.send('{"audio":"AAA');
  else
    socket.send(
      JSON.stringify({ audio: null, isFinal: true, alignment: null, normalizedAlignment: null, contextId: id }),
    );
}

/** The characters that begin in the n-th chunk, each 60 ms after the one before. */
function alignmentOf(text: string, chunk: number): object {
  const fromMs = chunk * CHUNK_MS;
  const first = Math.ceil(fromMs / CHARACTER_MS);
  const chars = [...text].slice(first, Math.ceil((fromMs + CHUNK_MS) / CHARACTER_MS));
  return {
    chars,
    charStartTimesMs: chars.map((_, i) => (first + i) * CHARACTER_MS - fromMs),
    charDurationsMs: chars.map(() => CHARACTER_MS),
  };
}

function fail(socket: WebSocket, error: string, message: string): void {
  socket.send(JSON.stringify({ message, error, code: 1008 }));
  socket.close(1008, message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
