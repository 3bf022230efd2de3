import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { serializeWav } from '../../audio/wav.ts';
import { createRealClock } from '../../call/real-clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { ttsConformance } from '../conformance/tts.ts';
import type { AudioChunk, ProviderContext, TextToSpeech } from '../contracts.ts';
import type { Loopback, Misbehaviour } from '../misbehaviour.ts';
import { openOpenAiVoiceLoopback } from './loopback-tts.ts';
import { PcmError, PcmReader } from './pcm-reader.ts';
import { openTextToSpeech } from './text-to-speech.ts';

async function voiceAt(env: ProviderContext['env'], clock: ProviderContext['clock'] = createRealClock()) {
  const offer = await openTextToSpeech({ clock, env, warn: () => {} });
  if (!offer.ok) throw new Error(offer.reason);
  return offer.provider;
}

async function collect(stream: AsyncIterable<AudioChunk>): Promise<AudioChunk[]> {
  const chunks: AudioChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const durationMs = (chunks: readonly AudioChunk[]): number =>
  chunks.reduce(
    (sum, chunk) => sum + (chunk.encoding === 'pcm16' ? (chunk.data.length * 1000) / chunk.sampleRateHz : 0),
    0,
  );

describe("OpenAI's voice", () => {
  let loopback: Loopback;
  const voices: TextToSpeech[] = [];
  beforeAll(async () => {
    loopback = await openOpenAiVoiceLoopback();
    for (let i = 0; i < 3; i++) voices.push(await voiceAt(loopback.env));
  });
  afterAll(async () => {
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    for (const voice of voices) await voice.close();
    await loopback.close();
  });

  ttsConformance('openai', () => voices.pop()!, { language: 'he-IL' });
});

describe("OpenAI's voice on a bad day", () => {
  const cleanUps: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  async function open(fault?: Misbehaviour) {
    const loopback = await openOpenAiVoiceLoopback(fault ? { behave: () => fault } : {});
    const clock = new VirtualClock();
    const voice = await voiceAt(loopback.env, clock);
    cleanUps.push(
      () => voice.close(),
      () => loopback.close(),
    );
    const session = voice.open({ callSid: 'CA00', language: 'en-US' });
    const speak = (signal = new AbortController().signal) =>
      session.synthesize('A secret sentence.', signal)[Symbol.asyncIterator]();
    return {
      loopback,
      clock,
      speak,
      say: () => collect(session.synthesize('A secret sentence.', new AbortController().signal)),
    };
  }

  test.each<[Misbehaviour, object]>([
    [
      { kind: 'status', status: 401 },
      { code: 'provider-misconfigured', retryable: false },
    ],
    [
      { kind: 'status', status: 429, retryAfterSeconds: 3 },
      { retryable: true, retryAfterMs: 3_000 },
    ],
    [
      { kind: 'status', status: 500 },
      { code: 'provider-failed', retryable: true },
    ],
    [{ kind: 'no-audio' }, { code: 'provider-failed', retryable: true }],
    [
      { kind: 'garbage', after: 0 },
      { code: 'provider-failed', retryable: true },
    ],
    [
      { kind: 'cut', after: 0 },
      { code: 'provider-unavailable', retryable: true },
    ],
    [
      { kind: 'cut', after: 2 },
      { code: 'provider-unavailable', retryable: true },
    ],
  ])('%j', async (fault, expected) => {
    const { say, loopback } = await open(fault);
    const error = await say().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ provider: 'openai', operation: 'tts', ...expected });
    expect(String(error)).not.toContain('secret');
    expect(loopback.requests).toBe(1);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
  });

  test.each([
    [{ kind: 'wav-header' }, 24_000],
    [{ kind: 'wrong-rate' }, 16_000],
  ] as const)('%j: the header is not heard, and its rate holds', async (fault, sampleRateHz) => {
    const { say } = await open(fault);
    const chunks = await say();
    expect(new Set(chunks.map((chunk) => chunk.encoding === 'pcm16' && chunk.sampleRateHz))).toEqual(
      new Set([sampleRateHz]),
    );
    expect(durationMs(chunks)).toBe(18 * 60);
    expect(Math.abs(chunks[0]!.data[0]!)).toBeLessThan(10);
  });

  test.each([
    [{ kind: 'mute' }, 0, 1_000],
    [{ kind: 'stall', after: 2 }, 1, 2_000],
  ] as const)('%j', async (fault, chunksFirst, waitMs) => {
    const { speak, loopback, clock } = await open(fault);
    const stream = speak();
    for (let i = 0; i < chunksFirst; i++) expect((await stream.next()).done).toBe(false);
    const rest = (async () => {
      while (!(await stream.next()).done);
    })().catch((thrown: unknown) => thrown);
    await vi.waitFor(async () => {
      if (loopback.requests > 0) await clock.advance(500);
      expect(loopback).toMatchObject({ requests: 1, open: 0 });
    });
    expect(await rest).toMatchObject({ code: 'provider-timeout' });
    expect(clock.now()).toBeGreaterThanOrEqual(waitMs);
    expect(clock.alarms).toBe(0);
  });

  test('an abort is seen on the wire', async () => {
    const { speak, loopback } = await open({ kind: 'stall', after: 2 });
    const abort = new AbortController();
    const stream = speak(abort.signal);
    await stream.next();
    abort.abort(new Error('enough'));
    await expect(
      (async () => {
        while (!(await stream.next()).done);
      })(),
    ).rejects.toThrow('enough');
    await vi.waitFor(() => expect(loopback.open).toBe(0));
  });

  test('a listener that leaves is too', async () => {
    const { speak, loopback } = await open({ kind: 'stall', after: 2 });
    const stream = speak();
    await stream.next();
    await stream.return?.(undefined);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
  });

  test('without a key it says what to do', async () => {
    const offer = await openTextToSpeech({ clock: new VirtualClock(), env: {}, warn: () => {} });
    expect(offer).toEqual({ ok: false, reason: expect.stringContaining('OPENAI_API_KEY is not set') });
  });
});

describe('samples in pieces', () => {
  const samples = Int16Array.from({ length: 500 }, (_, i) => 7 * i - 1_000);
  const raw = new Uint8Array(samples.buffer);
  const wav = serializeWav({ sampleRateHz: 22_050, channels: [samples] });

  function readAll(bytes: Uint8Array, pieceBytes: number): { rates: Set<number>; samples: number[] } {
    const reader = new PcmReader();
    const rates = new Set<number>();
    const all: number[] = [];
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const pcm = reader.read(bytes.subarray(at, at + pieceBytes));
      if (!pcm) continue;
      rates.add(pcm.sampleRateHz);
      all.push(...pcm.data);
    }
    return { rates, samples: all };
  }

  test.each([1, 2, 3, 7, 45, 101, 10_000])('of %i bytes', (pieceBytes) => {
    expect(readAll(raw, pieceBytes)).toEqual({ rates: new Set([24_000]), samples: [...samples] });
    expect(readAll(wav, pieceBytes)).toEqual({ rates: new Set([22_050]), samples: [...samples] });
  });

  test('a chunk between the format and the samples is skipped', () => {
    const list = Uint8Array.from([...Buffer.from('LIST'), 3, 0, 0, 0, 1, 2, 3, 0]);
    const longer = new Uint8Array([...wav.subarray(0, 36), ...list, ...wav.subarray(36)]);
    expect(readAll(longer, 11).samples).toEqual([...samples]);
  });

  test('stereo, other formats and a header without end are no answer', () => {
    const stereo = serializeWav({ sampleRateHz: 24_000, channels: [samples, samples] });
    expect(() => readAll(stereo, 100)).toThrow(PcmError);
    const float = wav.slice();
    float[20] = 3;
    expect(() => readAll(float, 100)).toThrow(/format 3/);
    const endless = new Uint8Array(70_000);
    endless.set(wav.subarray(0, 36));
    endless.set(Buffer.from('LIST'), 36);
    endless.fill(0xff, 40, 44);
    expect(() => readAll(endless, 5_000)).toThrow(/without samples/);
  });
});
