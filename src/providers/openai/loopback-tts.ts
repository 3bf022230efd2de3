/** OpenAI's speech endpoint, on this machine: https://platform.openai.com/docs/api-reference/audio/createSpeech */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tonePcm } from '../../audio/tone.ts';
import { serializeWav } from '../../audio/wav.ts';
import type { Behaviour, Loopback, Misbehaviour } from '../misbehaviour.ts';
import { LOOPBACK_KEY } from '../model/loopback.ts';
import { PCM_RATE_HZ } from './pcm-reader.ts';

const MS_PER_CHARACTER = 60;
/** Odd, so that samples are cut in the middle. */
const CHUNK_BYTES = 9_601;
/** "The maximum length is 4096 characters." */
const MAX_CHARACTERS = 4_096;
const WRONG_RATE_HZ = 16_000;

/** Speaks the real protocol on 127.0.0.1, and in tones of 60 ms for each character. */
export async function openOpenAiVoiceLoopback({ behave }: { readonly behave?: Behaviour } = {}): Promise<Loopback> {
  const counts = { requests: 0, open: 0 };
  const timers = new Set<NodeJS.Timeout>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || request.url !== '/v1/audio/speech') return refuse(response, 404);
    const fault = behave?.(counts.requests++);
    counts.open++;
    response.once('close', () => counts.open--);
    const input = parseInput(await readBody(request));
    if (request.headers.authorization !== `Bearer ${LOOPBACK_KEY}`) return refuse(response, 401);
    if (input === undefined) return refuse(response, 400);
    if (fault?.kind === 'slow') await new Promise<void>((resolve) => timers.add(setTimeout(resolve, fault.ms)));
    await speak(response, input, fault);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()); // the client went away while it was being served
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { OPENAI_API_KEY: LOOPBACK_KEY, OPENAI_TTS_BASE_URL: `http://127.0.0.1:${port}/v1` },
    get requests() {
      return counts.requests;
    },
    get open() {
      return counts.open;
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function speak(response: ServerResponse, input: string, fault: Misbehaviour | undefined): Promise<void> {
  if (fault?.kind === 'mute') return;
  if (fault?.kind === 'status') return refuse(response, fault.status, fault.retryAfterSeconds);
  const hasJson = fault?.kind === 'garbage' && fault.after === 0;
  response.writeHead(200, { 'content-type': hasJson ? 'application/json' : 'audio/pcm' });
  response.flushHeaders();
  const chunks = hasJson ? [Buffer.from('{"audio": "')] : chunksOf(bodyOf(input, fault));
  const broken = fault?.kind === 'stall' || fault?.kind === 'cut' ? fault : undefined;
  for (const chunk of chunks.slice(0, broken?.after ?? chunks.length)) {
    response.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (broken?.kind === 'stall') return;
  if (broken?.kind === 'cut') return void response.destroy();
  response.end();
}

function bodyOf(input: string, fault: Misbehaviour | undefined): Buffer {
  if (fault?.kind === 'no-audio') return Buffer.alloc(0);
  const sampleRateHz = fault?.kind === 'wrong-rate' ? WRONG_RATE_HZ : PCM_RATE_HZ;
  const samples = toneFor([...input].length, sampleRateHz);
  const hasHeader = fault?.kind === 'wav-header' || fault?.kind === 'wrong-rate';
  if (hasHeader) return Buffer.from(serializeWav({ sampleRateHz, channels: [samples] }));
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** A second of tone, again and again. */
function toneFor(characters: number, sampleRateHz: number): Int16Array {
  const samples = new Int16Array((characters * MS_PER_CHARACTER * sampleRateHz) / 1000);
  const second = tonePcm({ frequencyHz: 440, durationMs: 1_000, sampleRateHz });
  for (let at = 0; at < samples.length; at += second.length) {
    samples.set(second.subarray(0, samples.length - at), at);
  }
  return samples;
}

function chunksOf(body: Buffer): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += CHUNK_BYTES) chunks.push(body.subarray(at, at + CHUNK_BYTES));
  return chunks;
}

function refuse(response: ServerResponse, status: number, retryAfterSeconds?: number): void {
  const retry = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  response.writeHead(status, { 'content-type': 'application/json', ...retry });
  const [type, code] = ERRORS[status] ?? ['server_error', null];
  response.end(JSON.stringify({ error: { message: 'As told by the loopback.', type, param: null, code } }));
}

const ERRORS: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ['invalid_request_error', 'string_above_max_length'],
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'unknown_url'],
  429: ['requests', 'rate_limit_exceeded'],
};

/** The text to speak, if the request is one that OpenAI takes. */
function parseInput(text: string): string | undefined {
  try {
    const { input, model, voice, response_format: format } = JSON.parse(text) as Record<string, unknown>;
    const isTaken = typeof input === 'string' && input !== '' && [...input].length <= MAX_CHARACTERS;
    return isTaken && model && voice && format === 'pcm' ? input : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
