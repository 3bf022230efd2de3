/**
 * A Deepgram on 127.0.0.1: its live transcription protocol, with an ear for loudness only. An utterance with sound is
 * answered with the next of the words that it was given.
 */
import type { IncomingMessage } from 'node:http';
import { FRAME_BYTES, FrameAssembler, SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { rmsOfFrame } from '../../audio/level.ts';
import type { Behaviour, Loopback } from '../misbehaviour.ts';
import { type LoopbackLine, openSocketLoopback } from '../wire/socket-loopback.ts';

export interface DeepgramLoopbackOptions {
  /** What is heard, utterance by utterance; nothing once they are used up. */
  readonly words: readonly string[];
  readonly behave?: Behaviour;
  /** Without audio or KeepAlive for so long, the stream is closed. Deepgram's 10 s when left out. */
  readonly idleMs?: number;
}

export interface DeepgramLoopback extends Loopback {
  /** Path and query of each request. */
  readonly urls: readonly string[];
  /** The types of the text messages that came, of all connections. */
  readonly commands: readonly string[];
}

interface Shared {
  readonly words: readonly string[];
  readonly idleMs: number;
  readonly commands: string[];
  /** Finals that went out: a final that was lost is told again. */
  given: number;
}

const KEY = 'loopback-deepgram-key';
const LOUD_RMS = 200;
const SPEECH_FRAMES = 3;
/** An interim result for every 200 ms of sound, as long as nothing is final. */
const INTERIM_FRAMES = 10;
const PAUSE_FRAMES = 30;
const ERR_CODES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'INVALID_AUTH',
  402: 'ASR_PAYMENT_REQUIRED',
  403: 'INSUFFICIENT_PERMISSIONS',
  429: 'TOO_MANY_REQUESTS',
};

export async function openDeepgramLoopback(options: DeepgramLoopbackOptions): Promise<DeepgramLoopback> {
  const shared: Shared = { words: options.words, idleMs: options.idleMs ?? 10_000, commands: [], given: 0 };
  const urls: string[] = [];
  const server = await openSocketLoopback({
    behave: options.behave,
    check: (request) => {
      urls.push(request.url ?? '');
      return checkRequest(request);
    },
    refusal: (status) => ({
      ...(status === 400 ? { headers: ['dg-error: Bad Request: unsupported encoding'] } : {}),
      body: { err_code: ERR_CODES[status] ?? 'INTERNAL_SERVER_ERROR', err_msg: 'Refused.', request_id: REQUEST_ID },
    }),
    accept: (line) => new Listener(line, shared).start(),
  });
  return {
    env: { DEEPGRAM_API_KEY: KEY, DEEPGRAM_BASE_URL: `http://${server.host}` },
    urls,
    commands: shared.commands,
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
  if (url.pathname !== '/v1/listen') return 404;
  if (request.headers.authorization !== `Token ${KEY}`) return 401;
  const isTelephone = url.searchParams.get('encoding') === 'mulaw' && url.searchParams.get('sample_rate') === '8000';
  return isTelephone && url.searchParams.get('model') ? undefined : 400;
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000000';

class Listener {
  readonly #line: LoopbackLine;
  readonly #shared: Shared;
  readonly #frames = new FrameAssembler((frame) => this.#hear(frame));
  #heardBytes = 0;
  #finalBytes = 0;
  #framesHeard = 0;
  #loudFrames = 0;
  #quietFrames = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(line: LoopbackLine, shared: Shared) {
    this.#line = line;
    this.#shared = shared;
  }

  start(): void {
    this.#line.onMessage((data, isBinary) => this.#receive(data, isBinary));
    this.#awaitMore();
  }

  #awaitMore(): void {
    clearTimeout(this.#idle);
    this.#idle = this.#line.later(this.#shared.idleMs, () => this.#line.end(1011, 'NET-0001'));
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#awaitMore();
    // An empty message of audio means the end of it, for historical reasons of Deepgram's.
    if (isBinary && data.length === 0) return this.#closeStream();
    if (!isBinary) return this.#obey(String(data));
    this.#heardBytes += data.length;
    this.#frames.push(data);
  }

  #obey(text: string): void {
    const { type } = JSON.parse(text) as { readonly type?: string };
    this.#shared.commands.push(String(type));
    if (type === 'Finalize' && this.#heardBytes > this.#finalBytes) this.#finish({ from_finalize: true });
    else if (type === 'CloseStream') this.#closeStream();
    else if (type !== 'Finalize' && type !== 'KeepAlive') this.#line.end(1008, 'DATA-0000');
  }

  #hear(frame: Uint8Array): void {
    this.#framesHeard++;
    if (rmsOfFrame(frame) > LOUD_RMS) {
      this.#quietFrames = 0;
      if (++this.#loudFrames % INTERIM_FRAMES === 0) this.#line.say(this.#interim());
    } else if (this.#loudFrames > 0 && ++this.#quietFrames === PAUSE_FRAMES) {
      this.#finish({ speech_final: true });
    }
  }

  /** The words that fit into the sound so far. */
  #interim(): object {
    const words = this.#wordsNow().split(' ');
    return this.#results(words.slice(0, this.#loudFrames / INTERIM_FRAMES).join(' '), {
      endBytes: this.#framesHeard * FRAME_BYTES,
    });
  }

  #wordsNow(): string {
    return this.#shared.words[this.#shared.given] ?? '';
  }

  #finish(flags: { readonly from_finalize?: true; readonly speech_final?: true }): void {
    const { misbehaviour } = this.#line;
    const isSpeech = this.#loudFrames >= SPEECH_FRAMES;
    const interim = this.#interim();
    const text = isSpeech && misbehaviour?.kind !== 'empty-finals' ? this.#wordsNow() : '';
    const final = this.#results(text, { endBytes: this.#heardBytes, is_final: true, ...flags });
    this.#finalBytes = this.#heardBytes;
    this.#loudFrames = 0;
    this.#quietFrames = 0;
    if (misbehaviour?.kind === 'late-finals') {
      this.#line.later(misbehaviour.ms, () => this.#line.say(final));
      if (isSpeech) this.#shared.given++;
    } else if (this.#line.say(final) && isSpeech) {
      this.#shared.given++;
    }
    if (misbehaviour?.kind === 'duplicate-finals') this.#line.say(final);
    if (misbehaviour?.kind === 'out-of-order') this.#line.say(interim);
  }

  #results(transcript: string, more: { readonly endBytes: number; readonly is_final?: true }): object {
    const { endBytes, ...flags } = more;
    const start = this.#finalBytes / SAMPLE_RATE_HZ;
    return {
      type: 'Results',
      channel_index: [0, 1],
      duration: (endBytes - this.#finalBytes) / SAMPLE_RATE_HZ,
      start,
      is_final: false,
      speech_final: false,
      channel: { alternatives: [{ transcript, confidence: transcript === '' ? 0 : 0.99, words: [] }] },
      metadata: {
        request_id: REQUEST_ID,
        model_info: { name: 'general-nova-3', version: '2025-04-17.21547', arch: 'nova-3' },
        model_uuid: REQUEST_ID,
      },
      from_finalize: false,
      ...flags,
    };
  }

  #closeStream(): void {
    if (this.#heardBytes > this.#finalBytes) this.#finish({});
    this.#line.say({
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: REQUEST_ID,
      sha256: '0'.repeat(64),
      created: '2026-01-01T00:00:00.000Z',
      duration: this.#heardBytes / SAMPLE_RATE_HZ,
      channels: 1,
    });
    this.#line.end(1000);
  }
}
