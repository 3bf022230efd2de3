/** Google Cloud Text-to-Speech v1 on 127.0.0.1: a gRPC server made from the SDK's own protos, speaking in tones. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { Behaviour, Loopback, Misbehaviour } from '../misbehaviour.ts';
import type { StreamingMessage, UnaryRequest } from './tts-codec.ts';
import {
  type Refusal,
  refusalOfStatus,
  refusalOfStream,
  refusalOfText,
  refusalOfUnary,
  streamedAnswer,
  toneOf,
  unaryAnswer,
} from './tts-loopback-answers.ts';

export interface GoogleVoiceLoopbackOptions {
  readonly behave?: Behaviour;
  /** µ-law of a text; a tone of 60 ms for each character when not given. */
  readonly encode?: (text: string) => Uint8Array;
}

export interface GoogleVoiceLoopback extends Loopback {
  /** What it was asked to say, in order. */
  readonly texts: readonly string[];
}

export async function openGoogleVoiceLoopback(options: GoogleVoiceLoopbackOptions = {}): Promise<GoogleVoiceLoopback> {
  const loopback = new VoiceLoopback(options);
  await loopback.listen();
  return loopback;
}

/** Stands for a message that is none, and is sent as a field of 127 bytes that has one. */
const GARBAGE = Symbol('garbage');
const GARBAGE_BYTES = Buffer.from([0x0a, 0x7f, 0x00]);
type Answer = { readonly audioContent: Uint8Array } | typeof GARBAGE;

/** The server's half of one call, of either kind. */
interface Reply {
  /** Aborts when the caller cancels, or is gone. */
  readonly signal: AbortSignal;
  send(answer: Answer): Promise<void>;
  end(): void;
  refuse(refusal: Refusal): void;
  cut(): void;
}

type SpeechStream = ServerDuplexStream<StreamingMessage, Answer>;
type SpeechCall = ServerUnaryCall<UnaryRequest, Answer>;

class VoiceLoopback implements GoogleVoiceLoopback {
  readonly texts: string[] = [];
  readonly #options: GoogleVoiceLoopbackOptions;
  readonly #grpc = new Server();
  readonly #sockets = new Map<number, Socket>();
  readonly #calls = new Set<object>();
  /** grpc-js would hide its sockets, and to cut one is a misbehaviour: so they are accepted here. */
  readonly #listener = createServer();
  #requests = 0;

  constructor(options: GoogleVoiceLoopbackOptions) {
    this.#options = options;
    this.#grpc.addService(serviceDefinition(), {
      synthesizeSpeech: (call: SpeechCall, callback: sendUnaryData<Answer>) => this.#speakAtOnce(call, callback),
      streamingSynthesize: (call: SpeechStream) => this.#speakStreaming(call),
    });
    const injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#listener.on('connection', (socket) => {
      const port = socket.remotePort ?? 0;
      this.#sockets.set(port, socket);
      socket.on('close', () => this.#sockets.delete(port));
      injector.injectConnection(socket);
    });
  }

  async listen(): Promise<void> {
    await once(this.#listener.listen(0, '127.0.0.1'), 'listening');
  }

  get env(): Readonly<Record<string, string>> {
    const { port } = this.#listener.address() as AddressInfo;
    return {
      GOOGLE_TTS_ENDPOINT: `http://127.0.0.1:${port}`,
      GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON: JSON.stringify({
        type: 'service_account',
        project_id: 'loopback',
        client_email: 'voice@loopback.invalid',
        private_key: 'none: a plaintext connection carries no token',
      }),
    };
  }

  get requests(): number {
    return this.#requests;
  }

  get open(): number {
    return this.#calls.size;
  }

  async close(): Promise<void> {
    if (!this.#listener.listening) return;
    const closed = once(this.#listener.close(), 'close');
    this.#grpc.forceShutdown();
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }

  #speakAtOnce(call: SpeechCall, callback: sendUnaryData<Answer>): void {
    const { misbehaviour, signal, finished } = this.#begin(call);
    const answerWith: sendUnaryData<Answer> = (error, answer) => {
      finished();
      callback(error, answer);
    };
    const reply: Reply = {
      signal,
      send: async (answer) => answerWith(null, answer),
      end: finished,
      refuse: (refusal) => answerWith(refusal),
      cut: () => this.#cut(call.getPeer()),
    };
    const text = call.request.input?.text ?? '';
    const refusal = refusalOfUnary(call.request);
    if (refusal) return reply.refuse(refusal);
    this.texts.push(text);
    const answer = unaryAnswer(this.#encode(text), misbehaviour);
    // There is no half of a unary answer: what would go wrong after so many messages goes wrong before the only one.
    const spoiled = misbehaviour && 'after' in misbehaviour ? { ...misbehaviour, after: 0 } : misbehaviour;
    perform(reply, [answer], spoiled).catch(() => finished());
  }

  #speakStreaming(call: SpeechStream): void {
    const { misbehaviour, signal, finished } = this.#begin(call);
    const reply: Reply = {
      signal,
      send: (answer) => new Promise((resolve) => call.write(answer, () => resolve())),
      end: () => {
        finished();
        call.end();
      },
      refuse: (refusal) => {
        finished();
        call.emit('error', refusal);
      },
      cut: () => this.#cut(call.getPeer()),
    };
    this.#converse(call, reply, misbehaviour).catch(() => finished());
  }

  /** The settings, then any number of texts; the answer begins when the caller has sent them all. */
  async #converse(call: SpeechStream, reply: Reply, misbehaviour: Misbehaviour | undefined): Promise<void> {
    let isConfigured = false;
    const speech: Uint8Array[] = [];
    for await (const message of call.iterator({ destroyOnReturn: false }) as AsyncIterable<StreamingMessage>) {
      const text = message.input?.text ?? '';
      const refusal = isConfigured ? refusalOfText(text) : refusalOfStream(message);
      if (refusal) return reply.refuse(refusal);
      if (isConfigured) {
        this.texts.push(text);
        speech.push(...streamedAnswer(this.#encode(text), misbehaviour));
      }
      isConfigured = true;
    }
    await perform(reply, speech, misbehaviour);
  }

  #encode(text: string): Uint8Array {
    return (this.#options.encode ?? toneOf)(text);
  }

  #begin(call: SpeechCall | SpeechStream) {
    const misbehaviour = this.#options.behave?.(this.#requests++);
    const gone = new AbortController();
    const finished = (): void => {
      this.#calls.delete(call);
    };
    this.#calls.add(call);
    call.on('cancelled', () => {
      finished();
      gone.abort();
    });
    return { misbehaviour, signal: gone.signal, finished };
  }

  /** What was written is still delivered; then the line is dead. */
  #cut(peer: string): void {
    const socket = this.#sockets.get(Number(peer.split(':').at(-1)));
    setImmediate(() => socket?.destroy());
  }
}

async function perform(
  reply: Reply,
  speech: readonly Uint8Array[],
  misbehaviour: Misbehaviour | undefined,
): Promise<void> {
  if (misbehaviour?.kind === 'mute') return;
  if (misbehaviour?.kind === 'status') return reply.refuse(refusalOfStatus(misbehaviour));
  if (misbehaviour?.kind === 'slow') await sleep(misbehaviour.ms, undefined, { signal: reply.signal });
  const limit = misbehaviour && 'after' in misbehaviour ? misbehaviour.after : speech.length;
  for (const audioContent of speech.slice(0, limit)) {
    if (reply.signal.aborted) return;
    await reply.send({ audioContent });
  }
  if (misbehaviour?.kind === 'stall') return;
  if (misbehaviour?.kind === 'cut') return reply.cut();
  if (misbehaviour?.kind === 'garbage') await reply.send(GARBAGE);
  reply.end();
}

/** The service as the SDK ships it, but for a message that the protocol does not have. */
function serviceDefinition(): ServiceDefinition {
  const path = createRequire(import.meta.url).resolve('@google-cloud/text-to-speech/build/protos/protos.json');
  const definition = fromJSON(JSON.parse(readFileSync(path, 'utf8')), { longs: String, enums: String, defaults: true });
  const service = definition['google.cloud.texttospeech.v1.TextToSpeech'] as ServiceDefinition;
  return Object.fromEntries(Object.entries(service).map(([name, method]) => [name, withGarbage(method)]));
}

function withGarbage(method: MethodDefinition<unknown, unknown>): MethodDefinition<unknown, unknown> {
  const responseSerialize = (answer: unknown): Buffer =>
    answer === GARBAGE ? GARBAGE_BYTES : method.responseSerialize(answer);
  return { ...method, responseSerialize };
}
