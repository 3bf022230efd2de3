import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { brainConformance } from '../conformance/brain.ts';
import { testContext } from '../conformance/context.ts';
import { sttConformance } from '../conformance/stt.ts';
import { ttsConformance } from '../conformance/tts.ts';
import type { AudioChunk, BrainEvent, SpeechEvent } from '../contracts.ts';
import { createFakeBrain, FAKE_REPLY } from './brain.ts';
import { createFakeSpeechToText, FAKE_TRANSCRIPT } from './speech-to-text.ts';
import { createFakeTextToSpeech } from './text-to-speech.ts';

const clock = new VirtualClock();
const advance = (ms: number) => clock.advance(ms);
const slow = { KAV_FAKE_STT_MS: '300', KAV_FAKE_BRAIN_MS: '700', KAV_FAKE_TTS_MS: '120' };

sttConformance('fake', () => createFakeSpeechToText(testContext(clock)), { advance });
sttConformance('fake, slow', () => createFakeSpeechToText(testContext(clock, slow)), { advance });
brainConformance('fake', () => createFakeBrain(testContext(clock)), { advance });
brainConformance('fake, slow', () => createFakeBrain(testContext(clock, slow)), { advance });
ttsConformance('fake', () => createFakeTextToSpeech(testContext(clock)), { advance });
ttsConformance('fake, slow', () => createFakeTextToSpeech(testContext(clock, slow)), { advance });

const signal = new AbortController().signal;

/** What arrives, each with the time of its arrival, while the clock runs for two seconds. */
async function timed<T>(own: VirtualClock, stream: AsyncIterable<T>): Promise<[number, T][]> {
  const seen: [number, T][] = [];
  const reading = (async () => {
    for await (const item of stream) seen.push([own.now(), item]);
  })();
  await own.advance(2_000);
  await reading;
  return seen;
}

describe('the fake recogniser', () => {
  test('half of the words during the speech, all of them KAV_FAKE_STT_MS after its end', async () => {
    const own = new VirtualClock();
    const heard: [number, SpeechEvent][] = [];
    const session = createFakeSpeechToText(testContext(own, slow)).open({
      callSid: 'CA00',
      language: 'he-IL',
      onEvent: (event) => heard.push([own.now(), event]),
    });
    session.speechStarted();
    await own.advance(1_000);
    session.speechEnded();
    await own.advance(1_000);
    expect(heard).toEqual([
      [400, { type: 'partial', text: 'I would like to' }],
      [1_300, { type: 'final', text: FAKE_TRANSCRIPT }],
    ]);
    expect(own.alarms).toBe(0);
  });

  test('a word shorter than the wait for a partial has its partial at its end', async () => {
    const own = new VirtualClock();
    const heard: [number, string][] = [];
    const recogniser = createFakeSpeechToText(testContext(own));
    const session = recogniser.open({
      callSid: 'CA00',
      language: 'en-US',
      onEvent: ({ type }) => heard.push([own.now(), type]),
    });
    session.speechStarted();
    await own.advance(100);
    session.speechEnded();
    await own.advance(1_000);
    expect(heard).toEqual([
      [100, 'partial'],
      [150, 'final'],
    ]);
  });
});

describe('the fake brain', () => {
  test('two sentences, one event each, KAV_FAKE_BRAIN_MS after the question', async () => {
    const own = new VirtualClock();
    const session = createFakeBrain(testContext(own, slow)).open({ callSid: 'CA00', language: 'en-US' });
    const request = { reply: 1, opening: false, history: [{ who: 'caller', text: 'hello' }] } as const;
    const expected: [number, BrainEvent][] = FAKE_REPLY.map((text) => [700, { type: 'text', text }]);
    expect(await timed(own, session.respond(request, signal))).toEqual(expected);
  });

  test('nothing when it opens', async () => {
    const own = new VirtualClock();
    const session = createFakeBrain(testContext(own, slow)).open({ callSid: 'CA00', language: 'en-US' });
    expect(await timed(own, session.respond({ reply: 1, opening: true, history: [] }, signal))).toEqual([]);
  });
});

describe('the fake voice', () => {
  const own = new VirtualClock();
  const voice = createFakeTextToSpeech(testContext(own));
  const speak = async (text: string): Promise<AudioChunk[]> => {
    const session = voice.open({ callSid: 'CA00', language: 'en-US' });
    return (await timed(own, session.synthesize(text, signal))).map(([, chunk]) => chunk);
  };
  const bytesOf = (chunks: AudioChunk[]) => chunks.reduce((sum, { data }) => sum + data.length, 0);

  test('60 ms for each character', async () => {
    expect(bytesOf(await speak('Hello.'))).toBe(6 * 480);
    expect(bytesOf(await speak('x'.repeat(100)))).toBe(100 * 480);
  });

  test('the first byte after KAV_FAKE_TTS_MS', async () => {
    const slowClock = new VirtualClock();
    const session = createFakeTextToSpeech(testContext(slowClock, slow)).open({
      callSid: 'CA00',
      language: 'en-US',
    });
    const times = (await timed(slowClock, session.synthesize('A long sentence.', signal))).map(([at]) => at);
    expect(new Set(times)).toEqual(new Set([120]));
  });

  test('different sentences have different pitches, the same sentence the same', async () => {
    const pitches = await Promise.all(
      ['One.', 'Two.', 'Ten.', 'Six.'].map(async (text) => (await speak(text))[0]?.data),
    );
    expect(new Set(pitches.map((data) => String(data))).size).toBeGreaterThan(1);
    expect((await speak('One.'))[0]).toEqual((await speak('One.'))[0]);
  });

  test('hundreds of sentences share the same few bytes', async () => {
    const buffers = new Set<ArrayBufferLike>();
    for (let i = 0; i < 300; i++) for (const { data } of await speak(`Sentence ${i}.`)) buffers.add(data.buffer);
    expect(buffers.size).toBeLessThanOrEqual(8);
  });

  test('chunks join without a jump', async () => {
    const [first, second] = await speak('Long enough for two.');
    const third = (await speak('Long enough for two.'))[2];
    expect(second?.data).toEqual(third?.data);
    expect(first?.data.subarray(80)).toEqual(second?.data.subarray(80));
  });
});

describe('delays', () => {
  test.each(['soon', '-1', '1.5', '60001', '1e3', 'NaN'])('%j is refused by name', (value) => {
    const make = () => createFakeTextToSpeech(testContext(clock, { KAV_FAKE_TTS_MS: value }));
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(/^KAV_FAKE_TTS_MS: /);
    expect(() => createFakeBrain(testContext(clock, { KAV_FAKE_BRAIN_MS: value }))).toThrow(/^KAV_FAKE_BRAIN_MS: /);
    expect(() => createFakeSpeechToText(testContext(clock, { KAV_FAKE_STT_MS: value }))).toThrow(/^KAV_FAKE_STT_MS: /);
  });

  test.each(['', ' ', '0', '60000'])('%j is taken', (value) => {
    expect(createFakeTextToSpeech(testContext(clock, { KAV_FAKE_TTS_MS: value })).name).toBe('fake');
  });
});
