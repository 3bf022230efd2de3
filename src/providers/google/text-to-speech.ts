/** Google Cloud Text-to-Speech: streamed where the voice can be, in telephone µ-law from the start. */
import { TextToSpeechClient } from '@google-cloud/text-to-speech';
import type { AudioChunk, Opener, ProviderContext, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { type GoogleClientOptions, googleClientOptions } from './credentials.ts';
import { readAudio, serializeStreaming, serializeUnary, splitText } from './tts-codec.ts';
import { errorOfCredentials, errorOfRequest, isRefusal, WHO } from './tts-errors.ts';
import { parseVoiceMode, type VoiceMode } from './tts-options.ts';
import { chooseVoice, type Voice } from './tts-voices.ts';
import { requestSpeech, type SpeechStub, streamSpeech } from './tts-wire.ts';

/** `google`, `google:unary`, or the family that the default voice is of, as in `google:Wavenet`. */
export const openTextToSpeech: Opener<TextToSpeech> = async (context, model) => {
  const mode = parseVoiceMode(model);
  const offer = googleClientOptions(context, context.env['GOOGLE_TTS_ENDPOINT']);
  if (!offer.ok) return offer;
  return { ok: true, provider: new GoogleVoice(context, mode, offer.options) };
};

interface Line {
  readonly client: TextToSpeechClient;
  readonly stub: SpeechStub;
}

export class GoogleVoice implements TextToSpeech {
  readonly name = 'google';
  readonly #context: ProviderContext;
  readonly #mode: VoiceMode;
  readonly #options: GoogleClientOptions;
  readonly #closing = new AbortController();
  /** Voices that were refused as a stream and did speak in one piece. */
  readonly #unaryVoices = new Set<string>();
  readonly #warned = new Set<string>();
  #line: Promise<Line> | undefined;

  constructor(context: ProviderContext, mode: VoiceMode, options: GoogleClientOptions) {
    this.#context = context;
    this.#mode = mode;
    this.#options = options;
    this.#warm();
  }

  open(options: TextToSpeechOptions): ReturnType<TextToSpeech['open']> {
    const voice = chooseVoice(options, this.#mode);
    if (!voice.speaksLanguage) this.#warnOnce(`google tts: the voice ${voice.name} does not speak ${options.language}`);
    this.#warm();
    const closing = new AbortController();
    return {
      synthesize: (text, signal) =>
        this.#synthesize(voice, text, AbortSignal.any([signal, closing.signal, this.#closing.signal])),
      close: async () => closing.abort(),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const line = this.#line;
    this.#line = undefined;
    // A client that never came to be has nothing to close.
    await line?.then(({ client }) => client.close()).catch(() => {});
  }

  async *#synthesize(voice: Voice, text: string, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    signal.throwIfAborted();
    try {
      for (const piece of splitText(text)) yield* this.#speakPiece(voice, piece, signal);
      signal.throwIfAborted();
    } catch (error) {
      signal.throwIfAborted();
      throw errorOfRequest(error);
    }
  }

  /** The text of one request. */
  async *#speakPiece(voice: Voice, text: string, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    const { stub } = await untilAborted(this.#connected(), signal);
    if (!voice.streams || this.#unaryVoices.has(voice.name ?? '')) {
      yield* spoken(oneOf(requestSpeech(stub, serializeUnary(voice, text), signal)));
      return;
    }
    let hasSpoken = false;
    try {
      for await (const chunk of spoken(streamSpeech(stub, serializeStreaming(voice, text), signal))) {
        hasSpoken = true;
        yield chunk;
      }
      return;
    } catch (error) {
      if (hasSpoken || signal.aborted || !isRefusal(error)) throw error;
    }
    yield* spoken(oneOf(requestSpeech(stub, serializeUnary(voice, text), signal)));
    this.#unaryVoices.add(voice.name ?? '');
  }

  #warnOnce(line: string): void {
    if (this.#warned.has(line)) return;
    this.#warned.add(line);
    this.#context.warn(line);
  }

  /** Has the connection made, or made again after it fell idle. Whatever fails will fail the request that needs it. */
  #warm(): void {
    if (this.#closing.signal.aborted) return;
    this.#connected().then(
      ({ stub }) => this.#closing.signal.aborted || stub.getChannel().getConnectivityState(true),
      () => {},
    );
  }

  /** A client keeps its first failure for ever, so the next request makes a new one. */
  #connected(): Promise<Line> {
    this.#line ??= connect(this.#options).catch((error: unknown) => {
      this.#line = undefined;
      throw error;
    });
    return this.#line;
  }
}

/** Reads the credentials and makes a channel; nothing is sent yet. */
async function connect(options: GoogleClientOptions): Promise<Line> {
  try {
    const client = new TextToSpeechClient({ ...options });
    return { client, stub: (await client.initialize()) as unknown as SpeechStub };
  } catch (error) {
    throw errorOfCredentials(error);
  }
}

async function* oneOf(answer: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await answer;
}

/** Throws `ProviderError` for an answer without a sound, or with one that is not the telephone's. */
async function* spoken(answer: AsyncIterable<Uint8Array>): AsyncGenerator<AudioChunk> {
  let isSilent = true;
  for await (const bytes of answer) {
    const reading = readAudio(bytes);
    if (!reading.ok) throw brokenAnswer(WHO, `the answer is ${reading.problem}`);
    if (reading.audio.length === 0) continue;
    isSilent = false;
    yield { encoding: 'mulaw', data: reading.audio };
  }
  if (isSilent) throw brokenAnswer(WHO, 'the answer has no audio');
}

/** `work`, or the signal's reason as soon as it aborts. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
