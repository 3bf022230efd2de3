/**
 * OpenAI's transcription sessions on 127.0.0.1: the realtime protocol, with an ear for loudness only. A committed
 * utterance with sound is answered with the next of the words that it was given.
 */
import type { IncomingMessage } from 'node:http';
import { FrameAssembler, SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { rmsOfFrame } from '../../audio/level.ts';
import type { Behaviour, Loopback } from '../misbehaviour.ts';
import { type LoopbackLine, openSocketLoopback } from '../wire/socket-loopback.ts';

export interface OpenAiTranscriptionLoopbackOptions {
  /** What is heard, utterance by utterance; nothing once they are used up. */
  readonly words: readonly string[];
  readonly behave?: Behaviour;
}

export interface OpenAiTranscriptionLoopback extends Loopback {
  /** Audio of all connections: what OpenAI would be paid for. */
  readonly appendedMs: number;
  /** The session of each accepted `session.update`, as it came. */
  readonly sessions: readonly SessionRequest[];
}

export interface SessionRequest {
  readonly type?: string;
  readonly audio?: {
    readonly input?: {
      readonly format?: { readonly type?: string };
      readonly transcription?: { readonly model?: string; readonly language?: string; readonly languages?: string[] };
      readonly turn_detection?: unknown;
    };
  };
}

interface ClientEvent {
  readonly type?: string;
  readonly event_id?: string;
  readonly audio?: string;
  readonly session?: SessionRequest;
}

interface Shared {
  readonly words: readonly string[];
  readonly sessions: SessionRequest[];
  appendedBytes: number;
  /** Transcripts that went out: one that was lost is told again. */
  given: number;
  items: number;
}

const KEY = 'loopback-openai-key';
const LOUD_RMS = 200;
const SPEECH_FRAMES = 3;
/** A model that streams says a word for every 200 ms of sound. */
const DELTA_FRAMES = 10;
/** OpenAI's shortest commit, 100 ms. */
const MIN_COMMIT_BYTES = 800;
const OUT_OF_ORDER_MS = 100;
const ERROR_CODES: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['invalid_request_error', 'unsupported_country_region_territory'],
  429: ['requests', 'rate_limit_exceeded'],
};

export async function openOpenAiTranscriptionLoopback(
  options: OpenAiTranscriptionLoopbackOptions,
): Promise<OpenAiTranscriptionLoopback> {
  const shared: Shared = { words: options.words, sessions: [], appendedBytes: 0, given: 0, items: 0 };
  const server = await openSocketLoopback({
    behave: options.behave,
    check: checkRequest,
    refusal: (status) => {
      const [type, code] = ERROR_CODES[status] ?? [status < 500 ? 'invalid_request_error' : 'server_error', null];
      return { body: { error: { message: `Refused: ${KEY}.`, type, param: null, code } } };
    },
    accept: (line) => new Listener(line, shared).start(),
  });
  return {
    env: { OPENAI_API_KEY: KEY, OPENAI_STT_BASE_URL: `http://${server.host}/v1` },
    sessions: shared.sessions,
    get appendedMs() {
      return (shared.appendedBytes * 1000) / SAMPLE_RATE_HZ;
    },
    get requests() {
      return server.requests;
    },
    get open() {
      return server.open;
    },
    close: () => server.close(),
  };
}

function checkRequest(request: IncomingMessage): number | undefined {
  const url = new URL(request.url ?? '', 'http://127.0.0.1');
  if (url.pathname !== '/v1/realtime') return 404;
  if (request.headers.authorization !== `Bearer ${KEY}`) return 401;
  return url.searchParams.get('intent') === 'transcription' && !url.searchParams.has('model') ? undefined : 400;
}

class Listener {
  readonly #line: LoopbackLine;
  readonly #shared: Shared;
  #frames = new FrameAssembler((frame) => this.#hear(frame));
  #events = 0;
  #isConfigured = false;
  #streams = false;
  #bufferBytes = 0;
  #loudFrames = 0;
  #wordsShown = 0;
  #itemId = '';
  #previousItemId: string | null = null;

  constructor(line: LoopbackLine, shared: Shared) {
    this.#line = line;
    this.#shared = shared;
  }

  start(): void {
    this.#line.onMessage((data) => this.#obey(JSON.parse(String(data)) as ClientEvent));
    this.#beginItem();
    this.#say({ type: 'session.created', session: { type: 'realtime', object: 'realtime.session', id: 'sess_1' } });
  }

  #beginItem(): void {
    this.#itemId = `item_${++this.#shared.items}`;
    this.#bufferBytes = 0;
    this.#loudFrames = 0;
    this.#wordsShown = 0;
    this.#frames = new FrameAssembler((frame) => this.#hear(frame));
  }

  #obey(event: ClientEvent): void {
    if (event.type === 'session.update') return this.#configure(event);
    if (event.type === 'input_audio_buffer.append' && this.#isConfigured) return this.#append(event);
    if (event.type === 'input_audio_buffer.commit') return this.#commit(event);
    this.#complain('invalid_value', event);
  }

  #configure(event: ClientEvent): void {
    const { session } = event;
    const input = session?.audio?.input;
    const isRight =
      session?.type === 'transcription' && input?.format?.type === 'audio/pcmu' && input.turn_detection === null;
    if (!session || !isRight) return this.#complain('invalid_value', event);
    const model = input?.transcription?.model ?? '';
    if (model.startsWith('no-')) return this.#complain('model_not_found', event);
    this.#streams = /live|realtime/.test(model);
    this.#isConfigured = true;
    this.#shared.sessions.push(session);
    this.#say({ type: 'session.updated', session });
  }

  #append({ audio = '' }: ClientEvent): void {
    const bytes = Buffer.from(audio, 'base64');
    this.#bufferBytes += bytes.length;
    this.#shared.appendedBytes += bytes.length;
    this.#frames.push(bytes);
  }

  #hear(frame: Uint8Array): void {
    if (rmsOfFrame(frame) <= LOUD_RMS) return;
    if (++this.#loudFrames % DELTA_FRAMES === 0 && this.#streams) this.#showWord();
  }

  #wordsNow(): readonly string[] {
    return (this.#shared.words[this.#shared.given] ?? '').split(' ').filter(Boolean);
  }

  #showWord(): void {
    const word = this.#wordsNow()[this.#wordsShown];
    if (word === undefined) return;
    const delta = this.#wordsShown++ === 0 ? word : ` ${word}`;
    this.#transcription('delta', this.#itemId, { delta });
  }

  #commit(event: ClientEvent): void {
    if (this.#bufferBytes < MIN_COMMIT_BYTES) return this.#complain('input_audio_buffer_commit_empty', event);
    const itemId = this.#itemId;
    const previous_item_id = this.#previousItemId;
    this.#say({ type: 'input_audio_buffer.committed', previous_item_id, item_id: itemId });
    this.#previousItemId = itemId;
    const item = { id: itemId, type: 'message', role: 'user', status: 'completed' };
    this.#say({ type: 'conversation.item.added', previous_item_id, item });
    this.#complete(itemId);
    this.#beginItem();
  }

  #complete(itemId: string): void {
    const { misbehaviour } = this.#line;
    const isSpeech = this.#loudFrames >= SPEECH_FRAMES;
    const words = isSpeech ? this.#wordsNow() : [];
    while (this.#wordsShown < words.length) this.#showWord();
    const transcript = misbehaviour?.kind === 'empty-finals' ? '' : words.join(' ');
    const usage = { type: 'duration', seconds: Math.ceil(this.#bufferBytes / SAMPLE_RATE_HZ) };
    const tell = (): boolean => this.#transcription('completed', itemId, { transcript, usage });
    const isOdd = this.#shared.items % 2 === 1;
    const delayMs = misbehaviour?.kind === 'late-finals' ? misbehaviour.ms : OUT_OF_ORDER_MS;
    if (misbehaviour?.kind === 'late-finals' || (misbehaviour?.kind === 'out-of-order' && isOdd)) {
      this.#line.later(delayMs, tell);
      if (isSpeech) this.#shared.given++;
    } else if (tell() && isSpeech) {
      this.#shared.given++;
    }
    if (misbehaviour?.kind === 'duplicate-finals') tell();
  }

  #transcription(kind: 'delta' | 'completed', itemId: string, more: object): boolean {
    return this.#say({
      type: `conversation.item.input_audio_transcription.${kind}`,
      item_id: itemId,
      content_index: 0,
      ...more,
    });
  }

  #complain(code: string, { event_id = null }: { readonly event_id?: string | null }): void {
    const error = { type: 'invalid_request_error', code, message: 'Refused.', param: null, event_id };
    this.#say({ type: 'error', error });
  }

  #say(event: object): boolean {
    return this.#line.say({ event_id: `event_${++this.#events}`, ...event });
  }
}
