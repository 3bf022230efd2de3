/**
 * A stand-in for Azure Speech on 127.0.0.1: `POST /cognitiveservices/v1` with the vendor's checks and statuses. It
 * speaks a tone, 60 ms for a character, in chunks of 400 ms.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { SaxesParser } from 'saxes';
import { toneMulaw, tonePcm } from '../../audio/tone.ts';
import type { Behaviour, Loopback, Misbehaviour } from '../misbehaviour.ts';
import { OUTPUT_FORMAT } from './options.ts';
import { VOICE_NAME } from './voices.ts';

export interface AzureLoopback extends Loopback {
  /** The last sentences that were asked for, oldest first, at most 200. */
  readonly texts: readonly string[];
  /** The voices that were asked for with them. */
  readonly voices: readonly string[];
}

export interface AzureLoopbackOptions {
  readonly behave?: Behaviour;
}

interface State {
  readonly behave: Behaviour;
  requests: number;
  open: number;
  readonly texts: string[];
  readonly voices: string[];
  readonly timers: Set<NodeJS.Timeout>;
}

const KEY = 'azure-loopback-key';
const CHUNK_MS = 400;
const CHARACTER_MS = 60;
const KEPT = 200;

export async function openAzureLoopback({
  behave = () => undefined,
}: AzureLoopbackOptions = {}): Promise<AzureLoopback> {
  const state: State = { behave, requests: 0, open: 0, texts: [], voices: [], timers: new Set() };
  const server = createServer((request, response) => {
    state.open++;
    response.once('close', () => {
      state.open--;
    });
    readText(request).then(
      (body) => answer(state, request, { response, body }),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { AZURE_SPEECH_KEY: KEY, AZURE_SPEECH_ENDPOINT: `http://127.0.0.1:${port}` },
    get requests() {
      return state.requests;
    },
    get open() {
      return state.open;
    },
    texts: state.texts,
    voices: state.voices,
    close: async () => {
      for (const timer of state.timers) clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Exchange {
  readonly response: ServerResponse;
  readonly body: string;
}

function answer(state: State, request: IncomingMessage, { response, body }: Exchange): void {
  const speech = parseSsml(body);
  const told = state.behave(state.requests++);
  const status = told?.kind === 'status' ? told.status : statusFor(request, speech);
  if (status !== 200 || !speech) {
    if (told?.kind === 'status' && told.retryAfterSeconds !== undefined) {
      response.setHeader('retry-after', `${told.retryAfterSeconds}`);
    }
    response.writeHead(status).end();
    return;
  }
  keep(state.texts, speech.text);
  keep(state.voices, speech.voice);
  if (told?.kind === 'mute') return;
  if (told?.kind === 'slow') later(state, told.ms, () => send(state, response, { text: speech.text, told }));
  else send(state, response, { text: speech.text, told });
}

/** The vendor's own reasons: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech */
function statusFor({ method, url, headers }: IncomingMessage, speech: Speech | undefined): number {
  if (method !== 'POST' || url !== '/cognitiveservices/v1') return 404;
  if (headers['ocp-apim-subscription-key'] !== KEY) return 401;
  if (headers['content-type'] !== 'application/ssml+xml') return 415;
  const agent = headers['user-agent'] ?? '';
  if (headers['x-microsoft-outputformat'] !== OUTPUT_FORMAT || agent === '' || agent.length >= 255) return 400;
  return speech && VOICE_NAME.test(speech.voice) ? 200 : 400;
}

interface Speech {
  readonly text: string;
  readonly voice: string;
}

/** The words and the voice; undefined when it is not well-formed, or is not a sentence in one voice. */
function parseSsml(body: string): Speech | undefined {
  const open: string[] = [];
  let text = '';
  let voice = '';
  let isWrong = false;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', () => {
    isWrong = true;
  });
  parser.on('opentag', (tag) => {
    open.push(tag.local);
    if (tag.uri !== 'http://www.w3.org/2001/10/synthesis') isWrong = true;
    if (tag.local === 'speak' && !tag.attributes['xml:lang']?.value) isWrong = true;
    if (tag.local === 'voice') voice = tag.attributes['name']?.value ?? '';
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.on('text', (piece) => {
    if (open.join('/') === 'speak/voice') text += piece;
    else isWrong = true;
  });
  parser.write(body).close();
  return isWrong || voice === '' ? undefined : { text, voice };
}

interface Sentence {
  readonly text: string;
  readonly told: Misbehaviour | undefined;
}

function send(state: State, response: ServerResponse, { text, told }: Sentence): void {
  response.writeHead(200, { 'content-type': 'audio/basic' });
  response.flushHeaders();
  let left = told && 'after' in told ? told.after : Number.POSITIVE_INFINITY;
  for (const chunk of soundOf(text, told)) {
    if (left-- <= 0) break;
    response.write(chunk);
  }
  if (told?.kind === 'garbage') response.socket?.write('this is no chunk length\r\n');
  // Bytes that were written before the cut should arrive before it.
  else if (told?.kind === 'cut') response.write('', () => later(state, 20, () => response.destroy()));
  else if (told?.kind !== 'stall') response.end();
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

function later(state: State, ms: number, act: () => void): void {
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    act();
  }, ms);
  state.timers.add(timer);
}

function keep(list: string[], item: string): void {
  list.push(item);
  if (list.length > KEPT) list.shift();
}
