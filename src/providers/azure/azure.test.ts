import { readFileSync } from 'node:fs';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { ConfigError, ProviderError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { hostileTexts } from '../conformance/settle.ts';
import { ttsConformance } from '../conformance/tts.ts';
import type { AudioChunk, ProviderContext, TextToSpeech } from '../contracts.ts';
import type { Misbehaviour } from '../misbehaviour.ts';
import { type AzureLoopback, openAzureLoopback } from './loopback.ts';
import { type AzureOptions, parseOptions } from './options.ts';
import { serializeSsml } from './ssml.ts';
import { openTextToSpeech } from './text-to-speech.ts';

const clock = createRealClock();
const SENTENCE = 'Your appointment is on Tuesday.';
const SENTENCE_BYTES = SENTENCE.length * 480;
const never = new AbortController().signal;
const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

async function openVoice(loopback: AzureLoopback, model?: string, context: Partial<ProviderContext> = {}) {
  const offer = await openTextToSpeech({ clock, env: loopback.env, warn: () => {}, ...context }, model);
  if (!offer.ok) throw new Error(offer.reason);
  return offer.provider;
}

async function collect(stream: AsyncIterable<AudioChunk>, into: AudioChunk[] = []): Promise<AudioChunk[]> {
  for await (const chunk of stream) into.push(chunk);
  return into;
}

const bytesOf = (chunks: readonly AudioChunk[]): number => chunks.reduce((sum, { data }) => sum + data.length, 0);
const openCall = (voice: TextToSpeech, language = 'en-US') => voice.open({ callSid: 'CA00', language });

async function failure(stream: AsyncIterable<AudioChunk>): Promise<{ chunks: AudioChunk[]; error: ProviderError }> {
  const chunks: AudioChunk[] = [];
  const error = await collect(stream, chunks).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return { chunks, error: error as ProviderError };
}

for (const language of ['en-US', 'he-IL']) {
  describe(language, () => {
    let loopback: AzureLoopback;
    let voices: TextToSpeech[] = [];
    beforeAll(async () => {
      loopback = await openAzureLoopback();
      voices = [await openVoice(loopback), await openVoice(loopback)];
    });
    afterAll(async () => {
      await Promise.all(voices.map((voice) => voice.close()));
      await vi.waitFor(() => expect(loopback.open).toBe(0));
      await loopback.close();
    });
    ttsConformance('azure', () => voices.shift()!, { language });
  });
}

describe('SSML', () => {
  test('as documented, with its text escaped', () => {
    const speech = { text: 'שלום & ברכה, <רגע>', voice: 'he-IL-HilaNeural', language: 'he-IL' };
    expect(serializeSsml(speech)).toBe(fixture('sentence.ssml'));
  });

  test.each(hostileTexts)('stays well-formed with %s, as text and as an attribute', (_label, text) => {
    const errors: Error[] = [];
    const parser = new SaxesParser({ xmlns: true });
    parser.on('error', (error) => errors.push(error));
    let heard = '';
    parser.on('text', (piece) => {
      heard += piece;
    });
    parser.write(serializeSsml({ text: `${text}\ufffe\uffff\u0085]]>`, voice: text, language: text })).close();
    expect(errors).toEqual([]);
    expect(heard.match(/[\p{L}\p{N}]/gu)?.join('')).toBe(text.match(/[\p{L}\p{N}]/gu)?.join(''));
  });
});

describe('options', () => {
  const url = (env: Record<string, string>): string =>
    (parseOptions({ AZURE_SPEECH_KEY: 'k', ...env }, undefined) as AzureOptions).url;

  test.each([
    [{ AZURE_SPEECH_REGION: 'westeurope' }, 'https://westeurope.tts.speech.microsoft.com/cognitiveservices/v1'],
    [{ AZURE_SPEECH_ENDPOINT: 'http://127.0.0.1:81/' }, 'http://127.0.0.1:81/cognitiveservices/v1'],
    [
      { AZURE_SPEECH_ENDPOINT: 'https://westeurope.api.cognitive.microsoft.com/' },
      'https://westeurope.tts.speech.microsoft.com/cognitiveservices/v1',
    ],
    [
      { AZURE_SPEECH_ENDPOINT: 'https://mine.cognitiveservices.azure.com' },
      'https://mine.cognitiveservices.azure.com/tts/cognitiveservices/v1',
    ],
    [
      { AZURE_SPEECH_ENDPOINT: 'https://eastus.tts.speech.microsoft.com/cognitiveservices/v1' },
      'https://eastus.tts.speech.microsoft.com/cognitiveservices/v1',
    ],
  ])('%j', (env, expected) => {
    expect(url(env)).toBe(expected);
  });

  test('a key without a place, a wrong place, a wrong key and a wrong voice are told', () => {
    expect(parseOptions({ AZURE_SPEECH_REGION: 'westeurope' }, undefined)).toContain('AZURE_SPEECH_KEY');
    expect(() => url({})).toThrow(/AZURE_SPEECH_REGION.*AZURE_SPEECH_ENDPOINT/);
    expect(() => url({ AZURE_SPEECH_REGION: 'West Europe' })).toThrow(ConfigError);
    expect(() => url({ AZURE_SPEECH_ENDPOINT: 'westeurope' })).toThrow(ConfigError);
    expect(() => url({ AZURE_SPEECH_KEY: 'sec\nret' })).toThrow(ConfigError);
    expect(() => parseOptions({ AZURE_SPEECH_KEY: 'k', AZURE_SPEECH_REGION: 'eastus' }, 'Hila')).toThrow(ConfigError);
  });
});

describe('the voice', () => {
  test.each([
    ['he-IL', undefined, undefined, 'he-IL-HilaNeural'],
    ['iw-IL', undefined, undefined, 'he-IL-HilaNeural'],
    ['he-IL', 'he-IL-AvriNeural', undefined, 'he-IL-AvriNeural'],
    ['he-IL', 'he-IL-HilaNeural', 'he-IL-AvriNeural', 'he-IL-AvriNeural'],
    ['en-GB', undefined, undefined, 'en-US-JennyNeural'],
    ['he-IL', undefined, 'en-US-AvaMultilingualNeural', 'en-US-AvaMultilingualNeural'],
  ])('for %s, azure:%s, agent %s is %s, without a warning', async (language, model, voice, expected) => {
    const loopback = await openAzureLoopback();
    const warn = vi.fn();
    const tts = await openVoice(loopback, model, { warn });
    await collect(tts.open({ callSid: 'CA00', language, ...(voice ? { voice } : {}) }).synthesize('Hello.', never));
    expect(loopback.voices).toEqual([expected]);
    expect(warn).not.toHaveBeenCalled();
    await tts.close();
    await loopback.close();
  });

  test('of another language is told once, and speaks', async () => {
    const loopback = await openAzureLoopback();
    const lines: string[] = [];
    const tts = await openVoice(loopback, undefined, { warn: (line) => lines.push(line) });
    for (const callSid of ['CA00', 'CA01']) {
      await collect(tts.open({ callSid, language: 'he-IL', voice: 'en-US-GuyNeural' }).synthesize('שלום', never));
    }
    await collect(openCall(tts, 'fr-FR').synthesize('Bonjour.', never));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/en-US-GuyNeural does not speak he-IL/);
    expect(loopback.texts).toEqual(['שלום', 'שלום', 'Bonjour.']);
    await tts.close();
    await loopback.close();
  });

  test('says nothing, and asks for nothing, without a letter', async () => {
    const loopback = await openAzureLoopback();
    const voice = await openVoice(loopback);
    expect(await collect(openCall(voice).synthesize('… — ?!', never))).toEqual([]);
    expect(loopback.requests).toBe(0);
    await voice.close();
    await loopback.close();
  });
});

describe('Azure misbehaves', () => {
  const withFault = async (
    told: Misbehaviour,
    run: (voice: TextToSpeech, loopback: AzureLoopback) => Promise<void>,
  ) => {
    const loopback = await openAzureLoopback({ behave: () => told });
    const voice = await openVoice(loopback);
    await run(voice, loopback);
    await voice.close();
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await loopback.close();
  };

  test.each(JSON.parse(fixture('statuses.json')) as { status: number; code: string; retryable: boolean }[])(
    'status $status',
    async ({ status, code, retryable }) => {
      await withFault({ kind: 'status', status, retryAfterSeconds: 3 }, async (voice, { env }) => {
        const { chunks, error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(chunks).toEqual([]);
        expect(error).toMatchObject({ code, retryable, status, retryAfterMs: 3_000, provider: 'azure' });
        expect(error.message).not.toContain(env['AZURE_SPEECH_KEY']);
      });
    },
  );

  test('a wrong key is the operator’s to mend; nobody there may pass', async () => {
    const loopback = await openAzureLoopback();
    const wrong = await openVoice(loopback, undefined, { env: { ...loopback.env, AZURE_SPEECH_KEY: 'wrong' } });
    const { error } = await failure(openCall(wrong).synthesize(SENTENCE, never));
    expect(error).toMatchObject({ code: 'provider-misconfigured', retryable: false });
    await loopback.close();
    const { error: gone } = await failure(openCall(await openVoice(loopback)).synthesize(SENTENCE, never));
    expect(gone).toMatchObject({ code: 'provider-unavailable', retryable: true });
  });

  test('a slow answer within the budget is spoken, and a WAV header is not', async () => {
    for (const told of [{ kind: 'slow', ms: 200 }, { kind: 'wav-header' }] as const) {
      await withFault(told, async (voice) => {
        expect(bytesOf(await collect(openCall(voice).synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
      });
    }
  });

  test.each([
    [{ kind: 'cut', after: 2 }, 2, 'provider-unavailable'],
    [{ kind: 'garbage', after: 2 }, 2, 'provider-unavailable'],
    [{ kind: 'no-audio' }, 0, 'provider-failed'],
    [{ kind: 'wrong-rate' }, 0, 'provider-failed'],
  ] as const)('%j: at most %i chunks, then %s', async (told, atMost, code) => {
    await withFault(told, async (voice, loopback) => {
      const { chunks, error } = await failure(openCall(voice).synthesize(SENTENCE, never));
      expect(bytesOf(chunks)).toBeLessThanOrEqual(atMost * 3_200);
      expect(error).toMatchObject({ code, retryable: true });
      expect(loopback.requests).toBe(1);
    });
  });

  test.each([
    [{ kind: 'mute' }, 0, 1_000],
    [{ kind: 'stall', after: 2 }, 2, 2_000],
  ] as const)('%j: after %i chunks, a timeout in %i ms', async (told, count, ms) => {
    const loopback = await openAzureLoopback({ behave: () => told });
    const virtual = new VirtualClock();
    const voice = await openVoice(loopback, undefined, { clock: virtual });
    const chunks: AudioChunk[] = [];
    const work = collect(openCall(voice).synthesize(SENTENCE, never), chunks);
    await vi.waitFor(() => expect([loopback.requests, bytesOf(chunks)]).toEqual([1, count * 3_200]), { interval: 2 });
    await Promise.all([expect(work).rejects.toMatchObject({ code: 'provider-timeout' }), virtual.advance(ms)]);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    expect(virtual.alarms).toBe(0);
    await loopback.close();
  });

  test('a cancelled sentence is cut off on the wire', async () => {
    const loopback = await openAzureLoopback({ behave: () => ({ kind: 'stall', after: 1 }) });
    const voice = await openVoice(loopback);
    const abort = new AbortController();
    const stream = openCall(voice, 'he-IL').synthesize('שלום וברכה', abort.signal)[Symbol.asyncIterator]();
    expect((await stream.next()).done).toBe(false);
    expect(loopback.open).toBe(1);
    const next = stream.next();
    abort.abort();
    await expect(next).rejects.toBe(abort.signal.reason);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await loopback.close();
  });
});
