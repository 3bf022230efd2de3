import { describe, expect, test } from 'vitest';
import { ProviderError } from '../core/errors.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { brainConformance } from './conformance/brain.ts';
import { testContext } from './conformance/context.ts';
import { sttConformance } from './conformance/stt.ts';
import { ttsConformance } from './conformance/tts.ts';
import type { Brain } from './contracts.ts';
import { createFakeBrain } from './fake/brain.ts';
import { createFakeSpeechToText } from './fake/speech-to-text.ts';
import { createFakeTextToSpeech } from './fake/text-to-speech.ts';
import { type EndedRequest, meteredBrain, meteredRecogniser, meteredVoice, type ProviderMeter } from './metered.ts';

const slow = { KAV_FAKE_STT_MS: '300', KAV_FAKE_BRAIN_MS: '700', KAV_FAKE_TTS_MS: '120' };
const shared = new VirtualClock();
const advance = (ms: number) => shared.advance(ms);
const silent: ProviderMeter = { clock: shared, onUse: () => {}, onFirst: () => {}, onEnd: () => {} };

sttConformance('metered', () => meteredRecogniser(createFakeSpeechToText(testContext(shared, slow)), silent), {
  advance,
});
brainConformance('metered', () => meteredBrain(createFakeBrain(testContext(shared, slow)), silent), { advance });
ttsConformance('metered', () => meteredVoice(createFakeTextToSpeech(testContext(shared, slow)), silent), { advance });

function meterOf(clock: VirtualClock) {
  const firsts: string[] = [];
  const ends: EndedRequest[] = [];
  const uses: string[] = [];
  const meter: ProviderMeter = {
    clock,
    onUse: ({ amount, callSid, operation, provider, unit }) =>
      uses.push(`${callSid} ${operation} ${provider} ${amount} ${unit}`),
    onFirst: ({ callSid, firstMs, operation, provider }) =>
      firsts.push(`${callSid} ${operation} ${provider} ${firstMs}`),
    onEnd: (request) => ends.push(request),
  };
  return { firsts, ends, uses, meter };
}

const request = { reply: 2, opening: false, history: [{ who: 'caller', text: 'hello' } as const] };
const call = { callSid: 'CA1', language: 'en-US' };

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

describe('a meter', () => {
  test('tells of a brain when its first text came, and that it was done', async () => {
    const clock = new VirtualClock();
    const { ends, firsts, meter } = meterOf(clock);
    const session = meteredBrain(createFakeBrain(testContext(clock, slow)), meter).open(call);
    const answer = collect(session.respond(request, new AbortController().signal));
    await clock.advance(1_000);
    expect(await answer).toHaveLength(2);
    expect(firsts).toEqual(['CA1 brain fake 700']);
    expect(ends).toMatchObject([{ end: 'done', firstMs: 700, ms: 700, startedAt: 0 }]);
  });

  test('tells of a request that was not wanted any more, and of one that failed, with its code', async () => {
    const clock = new VirtualClock();
    const { ends, firsts, meter } = meterOf(clock);
    const abort = new AbortController();
    const session = meteredBrain(createFakeBrain(testContext(clock, slow)), meter).open(call);
    const answer = collect(session.respond(request, abort.signal));
    answer.catch(() => {}); // read below, after the abort
    await clock.advance(300);
    abort.abort(new DOMException('stop', 'AbortError'));
    await expect(answer).rejects.toThrow('stop');
    const failure = new ProviderError(
      { provider: 'x', operation: 'brain', code: 'provider-timeout', retryable: true },
      'late',
    );
    const failing: Brain = {
      name: 'x',
      open: () => ({
        // biome-ignore lint/correctness/useYield: it fails before its first event
        async *respond() {
          throw failure;
        },
        close: async () => {},
      }),
      close: async () => {},
    };
    await expect(collect(meteredBrain(failing, meter).open(call).respond(request, abort.signal))).rejects.toBe(failure);
    expect(firsts).toEqual([]);
    expect(ends.map(({ code, end }) => [end, code])).toEqual([
      ['cancelled', undefined],
      ['failed', 'provider-timeout'],
    ]);
  });

  test('tells of a recogniser how long its words took after the end of speech', async () => {
    const clock = new VirtualClock();
    const { ends, firsts, meter } = meterOf(clock);
    const session = meteredRecogniser(createFakeSpeechToText(testContext(clock, slow)), meter).open({
      ...call,
      onEvent: () => {},
    });
    session.speechStarted();
    await clock.advance(800);
    session.speechEnded();
    await clock.advance(1_000);
    session.speechEnded();
    await session.close();
    expect(firsts).toEqual(['CA1 stt fake 300']);
    expect(ends.map(({ end }) => end)).toEqual(['done', 'cancelled']);
  });

  test('tells of the characters that a voice was sent, of a sentence that was not wanted too', async () => {
    const clock = new VirtualClock();
    const { meter, uses } = meterOf(clock);
    const session = meteredVoice(createFakeTextToSpeech(testContext(clock)), meter).open(call);
    await collect(session.synthesize('Hello. 👋', new AbortController().signal));
    session.synthesize('Never spoken.', AbortSignal.abort());
    await session.close();
    expect(uses).toEqual(['CA1 tts fake 8 characters', 'CA1 tts fake 13 characters']);
  });

  test('tells of the audio that a recogniser was given, every ten seconds and at the end', async () => {
    const { meter, uses } = meterOf(shared);
    const session = meteredRecogniser(createFakeSpeechToText(testContext(shared)), meter).open({
      ...call,
      onEvent: () => {},
    });
    for (let i = 0; i < 575; i++) session.write(new Uint8Array(160));
    expect(uses).toEqual(['CA1 stt fake 10 seconds']);
    await session.close();
    expect(uses).toEqual(['CA1 stt fake 10 seconds', 'CA1 stt fake 1.5 seconds']);
  });

  test('tells of the tokens that a model reported', async () => {
    const { meter, uses } = meterOf(shared);
    const brain = {
      name: 'counts',
      open: () => ({
        async *respond() {
          yield { type: 'text', text: 'Hello.' } as const;
          yield { type: 'usage', inputTokens: 120, outputTokens: 7 } as const;
        },
        close: async () => {},
      }),
      close: async () => {},
    };
    await collect(meteredBrain(brain, meter).open(call).respond(request, new AbortController().signal));
    expect(uses).toEqual(['CA1 brain counts 120 input-tokens', 'CA1 brain counts 7 output-tokens']);
  });
});
