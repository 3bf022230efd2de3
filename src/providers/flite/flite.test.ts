import { describe, expect, test } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { testContext } from '../conformance/context.ts';
import { ttsConformance } from '../conformance/tts.ts';
import type { AudioChunk, TextToSpeechOptions } from '../contracts.ts';
import { createFlite } from './client.ts';

const createVoice = () => createFlite(testContext(new VirtualClock()));

ttsConformance('flite', createVoice);

async function speak(
  text: string,
  options: Partial<TextToSpeechOptions> = {},
  voice = createVoice(),
): Promise<AudioChunk[]> {
  const session = voice.open({ callSid: 'CA00', language: 'en-US', ...options });
  const chunks: AudioChunk[] = [];
  for await (const chunk of session.synthesize(text, new AbortController().signal)) chunks.push(chunk);
  return chunks;
}

describe('flite', () => {
  test('cuts a sentence into µ-law chunks of 300 ms', async () => {
    const chunks = await speak('We are open every day from nine until six.');
    expect(chunks.length).toBeGreaterThan(4);
    for (const chunk of chunks.slice(0, -1)) {
      expect(chunk.encoding).toBe('mulaw');
      expect(chunk.data.length).toBe(2_400);
    }
  });

  test('has distinct voices, and repeats itself to the byte', async () => {
    const voice = createVoice();
    const [slt, rms, again] = [
      await speak('Hello.', {}, voice),
      await speak('Hello.', { voice: 'rms' }, voice),
      await speak('Hello.', { voice: 'slt' }, voice),
    ];
    expect(again).toEqual(slt);
    expect(rms).not.toEqual(slt);
    await voice.close();
  });

  test.each([
    [{ language: 'he-IL' }, 'English only'],
    [{ voice: 'siri' }, 'no voice "siri"'],
  ])('refuses %j', async (options, message) => {
    const error = await speak('Hello.', options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'provider-misconfigured', retryable: false });
    expect(String(error)).toContain(message);
  });

  test('reads no more than two minutes of one text', async () => {
    const chunks = await speak('and another thing '.repeat(300));
    expect(chunks.reduce((sum, { data }) => sum + data.length, 0) / 8_000).toBeLessThan(180);
  });

  test('a request that hangs is given up, and the next one gets a new thread', async () => {
    const clock = new VirtualClock();
    const voice = createFlite(testContext(clock));
    const hanging = speak('This one is lost.', {}, voice);
    clock.advanceTo(10_000);
    await expect(hanging).rejects.toMatchObject({ code: 'provider-timeout', retryable: true });
    expect((await speak('This one is not.', {}, voice)).length).toBeGreaterThan(0);
    expect(clock.alarms).toBe(0);
    await voice.close();
  });

  test('a sentence asked for after the close fails', async () => {
    const voice = createVoice();
    await voice.close();
    await expect(speak('Hello.', {}, voice)).rejects.toMatchObject({ code: 'provider-unavailable' });
  });
});
