import { createServer } from 'node:net';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { ConfigError, ProviderError } from '../../core/errors.ts';
import { ttsConformance } from '../conformance/tts.ts';
import type { AudioChunk, ProviderContext, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import type { Behaviour, Misbehaviour } from '../misbehaviour.ts';
import { googleClientOptions } from './credentials.ts';
import { type GoogleVoiceLoopback, openGoogleVoiceLoopback } from './loopback-tts.ts';
import { GoogleVoice, openTextToSpeech } from './text-to-speech.ts';
import { toneOf } from './tts-loopback-answers.ts';
import { parseVoiceMode } from './tts-options.ts';

const HEBREW = 'שלום, אני לאה. איך אפשר לעזור לך היום?';
const clock = createRealClock();
const contextOf = (env: ProviderContext['env'], warn: ProviderContext['warn'] = () => {}): ProviderContext => ({
  clock,
  env,
  warn,
});

const proper = await openGoogleVoiceLoopback();
const suites = [
  ['google, streaming, English', 'en-US', undefined],
  ['google, streaming, Hebrew', 'he-IL', undefined],
  ['google, unary, English', 'en-US', 'Neural2'],
  ['google, unary, Hebrew', 'he-IL', 'unary'],
] as const;
for (const [name, language, model] of suites) {
  const context = contextOf(proper.env);
  const offer = googleClientOptions(context, proper.env['GOOGLE_TTS_ENDPOINT']);
  if (!offer.ok) throw new Error(offer.reason);
  ttsConformance(name, () => new GoogleVoice(context, parseVoiceMode(model), offer.options), { language });
}

afterAll(async () => {
  await vi.waitFor(() => expect(proper.open).toBe(0));
  await proper.close();
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Scene {
  readonly loopback: GoogleVoiceLoopback;
  readonly voice: TextToSpeech;
  readonly warnings: string[];
  speak(text: string, signal?: AbortSignal, options?: Partial<TextToSpeechOptions>): AsyncIterable<AudioChunk>;
}

async function stage(behave: Behaviour = () => undefined, model?: string): Promise<Scene> {
  const loopback = await openGoogleVoiceLoopback({ behave });
  opened.push(loopback);
  const warnings: string[] = [];
  const voice = await openVoice(loopback.env, model, (line) => warnings.push(line));
  return {
    loopback,
    voice,
    warnings,
    speak: (text, signal = new AbortController().signal, options = {}) =>
      voice.open({ callSid: 'CA00', language: 'he-IL', ...options }).synthesize(text, signal),
  };
}

async function openVoice(env: ProviderContext['env'], model?: string, warn?: ProviderContext['warn']) {
  const offer = await openTextToSpeech(contextOf(env, warn), model);
  if (!offer.ok) throw new Error(offer.reason);
  opened.push(offer.provider);
  return offer.provider;
}

async function listen(speech: AsyncIterable<AudioChunk>, into: AudioChunk[] = []): Promise<AudioChunk[]> {
  for await (const chunk of speech) into.push(chunk);
  return into;
}

const bytesOf = (chunks: readonly AudioChunk[]): Buffer =>
  Buffer.concat(chunks.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));

describe('a sentence', () => {
  test('is streamed in bare µ-law by a voice that can', async () => {
    const { loopback, speak } = await stage();
    const chunks = await listen(speak(HEBREW));
    expect(chunks.length).toBe(6);
    expect(bytesOf(chunks)).toEqual(Buffer.from(toneOf(HEBREW)));
    expect(loopback.texts).toEqual([HEBREW]);
  });

  test('comes in one piece, without its WAV header, from a voice that cannot', async () => {
    const { loopback, speak } = await stage(undefined, 'Wavenet');
    const chunks = await listen(speak(HEBREW));
    expect(chunks.length).toBe(1);
    expect(bytesOf(chunks)).toEqual(Buffer.from(toneOf(HEBREW)));
    expect(loopback.requests).toBe(1);
  });

  test('that has nothing to say asks for nothing', async () => {
    const { loopback, speak } = await stage();
    expect(await listen(speak('… ?!'))).toEqual([]);
    expect(loopback.requests).toBe(0);
  });

  test('that is longer than a request may be is spoken in order', async () => {
    const { loopback, speak } = await stage();
    const text = Array.from({ length: 2_000 }, (_, n) => `מספר ${n}`).join(' ');
    const chunks = await listen(speak(text));
    expect(loopback.requests).toBeGreaterThan(3);
    expect(loopback.texts.join(' ')).toBe(text);
    expect(bytesOf(chunks).length).toBe(loopback.texts.reduce((sum, part) => sum + part.length * 480, 0));
  });
});

describe('a voice that is refused as a stream', () => {
  test.each([400, 501])('with %s speaks in one piece from then on', async (status) => {
    const { loopback, speak } = await stage((request) => (request === 0 ? { kind: 'status', status } : undefined));
    expect((await listen(speak(HEBREW))).length).toBe(1);
    expect(loopback.requests).toBe(2);
    expect((await listen(speak(HEBREW))).length).toBe(1);
    expect(loopback.requests).toBe(3);
  });

  test('and in one piece too is not judged by it: the text was at fault', async () => {
    const { loopback, speak } = await stage((request) => (request < 2 ? { kind: 'status', status: 400 } : undefined));
    await expect(listen(speak(HEBREW))).rejects.toMatchObject({ status: 400, retryable: false });
    expect((await listen(speak(HEBREW))).length).toBe(6);
    expect(loopback.requests).toBe(3);
  });
});

test('a voice of another language is pointed out once', async () => {
  const { speak, warnings } = await stage();
  await listen(speak('Hello.', undefined, { voice: 'en-US-Chirp3-HD-Kore' }));
  await listen(speak('Hello.', undefined, { voice: 'en-US-Chirp3-HD-Kore' }));
  await listen(speak(HEBREW));
  expect(warnings).toEqual(['google tts: the voice en-US-Chirp3-HD-Kore does not speak he-IL']);
});

const WAYS = [
  ['streaming', undefined],
  ['unary', 'unary'],
] as const;

describe.each(WAYS)('a bad day of the vendor, %s', (way, model) => {
  const heardBefore = way === 'streaming' ? 2 : 0;
  const faults: readonly (readonly [Misbehaviour, Partial<ProviderError>, number])[] = [
    [{ kind: 'status', status: 401 }, { code: 'provider-misconfigured', status: 401, retryable: false }, 0],
    [{ kind: 'status', status: 403 }, { code: 'provider-misconfigured', status: 403, retryable: false }, 0],
    [{ kind: 'status', status: 404 }, { code: 'provider-failed', status: 404, retryable: false }, 0],
    [{ kind: 'status', status: 429, retryAfterSeconds: 2.5 }, { status: 429, retryable: true, retryAfterMs: 2_500 }, 0],
    [{ kind: 'status', status: 429 }, { status: 429, retryable: true, retryAfterMs: undefined }, 0],
    [{ kind: 'status', status: 500 }, { code: 'provider-failed', retryable: true }, 0],
    [{ kind: 'status', status: 503 }, { code: 'provider-unavailable', retryable: true }, 0],
    [{ kind: 'status', status: 504 }, { code: 'provider-timeout', retryable: true }, 0],
    [{ kind: 'cut', after: 2 }, { code: 'provider-unavailable', retryable: true }, heardBefore],
    [{ kind: 'garbage', after: 2 }, { code: 'provider-failed', retryable: true }, heardBefore],
    [{ kind: 'no-audio' }, { code: 'provider-failed', retryable: true }, 0],
    [{ kind: 'wrong-rate' }, { code: 'provider-failed', retryable: true }, 0],
  ];

  test.each(faults)('%j', async (misbehaviour, expected, heard) => {
    const { loopback, speak } = await stage((request) => (request === 0 ? misbehaviour : undefined), model);
    const chunks: AudioChunk[] = [];
    const error = await listen(speak(HEBREW), chunks).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject(expected);
    expect((error as ProviderError).message).not.toContain('לאה');
    expect(chunks.length).toBe(heard);
    expect(bytesOf(await listen(speak(HEBREW))).length, 'the next sentence is whole').toBe(toneOf(HEBREW).length);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
  });

  test('a WAV header where there should be none is not heard', async () => {
    const { speak } = await stage(() => ({ kind: 'wav-header' }), model);
    expect(bytesOf(await listen(speak(HEBREW)))).toEqual(Buffer.from(toneOf(HEBREW)));
  });

  test('a slow answer is an answer', async () => {
    const { speak } = await stage(() => ({ kind: 'slow', ms: 30 }), model);
    expect(bytesOf(await listen(speak(HEBREW))).length).toBe(toneOf(HEBREW).length);
  });

  test.each<Misbehaviour>([{ kind: 'mute' }, { kind: 'slow', ms: 60_000 }, { kind: 'stall', after: 2 }])(
    'an abort ends %j at once, on the wire too',
    async (misbehaviour) => {
      const { loopback, speak } = await stage(() => misbehaviour, model);
      const abort = new AbortController();
      const reason = new Error('out of time');
      const chunks: AudioChunk[] = [];
      const listening = listen(speak(HEBREW, abort.signal), chunks);
      listening.catch(() => {}); // awaited below, once the server has the request
      const heard = misbehaviour.kind === 'stall' ? heardBefore : 0;
      await vi.waitFor(() => {
        expect(loopback.open).toBe(1);
        expect(chunks.length).toBe(heard);
      });
      abort.abort(reason);
      await expect(listening).rejects.toBe(reason);
      await vi.waitFor(() => expect(loopback.open).toBe(0));
      expect(chunks.length).toBe(heard);
    },
  );

  test('a listener that leaves cancels what is still coming', async () => {
    const { loopback, speak } = await stage(() => ({ kind: 'stall', after: 1 }), 'Chirp3-HD');
    for await (const chunk of speak(HEBREW)) {
      expect(chunk.data.length).toBe(3_200);
      break;
    }
    await vi.waitFor(() => expect(loopback.open).toBe(0));
  });

  test('closing ends what is being spoken, within its second', async () => {
    const { loopback, voice, speak } = await stage(() => ({ kind: 'mute' }), model);
    const listening = listen(speak(HEBREW));
    listening.catch(() => {}); // awaited below
    await vi.waitFor(() => expect(loopback.open).toBe(1));
    const from = clock.now();
    await voice.close();
    await expect(listening).rejects.toMatchObject({ name: 'AbortError' });
    expect(clock.now() - from).toBeLessThan(1_000);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
  });
});

describe('no line to the vendor', () => {
  test('nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const voice = await openVoice({ ...proper.env, GOOGLE_TTS_ENDPOINT: `http://127.0.0.1:${port}` });
    const speech = voice.open({ callSid: 'CA00', language: 'he-IL' }).synthesize(HEBREW, new AbortController().signal);
    await expect(listen(speech)).rejects.toMatchObject({ code: 'provider-unavailable', retryable: true });
  });

  test('what listens has no TLS', async () => {
    const endpoint = proper.env['GOOGLE_TTS_ENDPOINT']!.replace('http://127.0.0.1', 'localhost');
    const voice = await openVoice({ ...proper.env, GOOGLE_TTS_ENDPOINT: endpoint });
    const speech = voice.open({ callSid: 'CA00', language: 'he-IL' }).synthesize(HEBREW, new AbortController().signal);
    await expect(listen(speech)).rejects.toMatchObject({ code: 'provider-unavailable', retryable: true });
  });
});

describe('the opener', () => {
  test('names the key that is missing', async () => {
    const offer = await openTextToSpeech(contextOf({}));
    expect(offer.ok ? '' : offer.reason).toContain('GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON');
  });

  test('refuses a family that is not there', async () => {
    await expect(openTextToSpeech(contextOf(proper.env), 'Neural3')).rejects.toBeInstanceOf(ConfigError);
  });
});
