import { describe, expect, test } from 'vitest';
import { toneMulaw } from '../../audio/tone.ts';
import { serializeWav } from '../../audio/wav.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { ttsConformance } from '../conformance/tts.ts';
import { createFakeTextToSpeech } from '../fake/text-to-speech.ts';
import { ProviderHealth } from './health.ts';
import { call, fail, hear, openChain, ScriptedVoice, SENTENCE, speak, type VoiceAct } from './voice.fixture.ts';
import { createResilientVoice } from './voice.ts';

const sends = (...pieces: Uint8Array[]): VoiceAct => ({
  kind: 'send',
  chunks: pieces.map((data) => ({ encoding: 'mulaw', data })),
});

describe('conformance', () => {
  const make = (acts: readonly VoiceAct[] | undefined, env = {}) => {
    const clock = new VirtualClock();
    const chain = acts ? [{ provider: new ScriptedVoice({ clock, name: 'failing', acts }) }] : [];
    const provider = createFakeTextToSpeech({ clock, env, warn: () => {} });
    return {
      advance: (ms: number) => clock.advance(ms),
      create: () => {
        const health = new ProviderHealth({ clock, onNews: () => {} });
        return createResilientVoice([...chain, { provider }], { clock, health, onNews: () => {} });
      },
    };
  };
  const alone = make(undefined);
  ttsConformance('resilient: fake', alone.create, alone);
  const slow = make(undefined, { KAV_FAKE_TTS_MS: '300' });
  ttsConformance('resilient: slow fake', slow.create, slow);
  const behind = make([fail]);
  ttsConformance('resilient: failing, fake', behind.create, behind);
  const mute = make([{ kind: 'mute' }]);
  ttsConformance('resilient: mute, fake', mute.create, mute);
});

describe('a voice that speaks', () => {
  test('is passed on chunk by chunk, and nobody else is opened', async () => {
    const chain = openChain({}, {});
    const { heard, error } = await hear(chain);
    expect([heard, error]).toEqual([SENTENCE, undefined]);
    expect(chain.scripted.map(({ opened }) => opened.length)).toEqual([1, 0]);
    expect(chain.switches()).toEqual([]);
    expect(chain.clock.alarms).toBe(0);
  });

  test('is not hurried while it sends anything within two seconds', async () => {
    const chain = openChain({ acts: [{ kind: 'speak', firstByteMs: 999 }] }, {});
    expect((await hear(chain)).heard).toBe(SENTENCE);
  });

  test('may take the time that it is known to need for its first byte', async () => {
    const late = { acts: [{ kind: 'speak', firstByteMs: 2_900 } as const] };
    const patient = openChain({ ...late, firstByteMs: 3_000 }, {});
    expect((await hear(patient)).heard).toBe(SENTENCE);
    expect(patient.switches()).toEqual([]);
    const hurried = openChain(late, {});
    expect((await hear(hurried)).heard).toContain(SENTENCE);
    expect(hurried.switches()).toEqual(['first → second']);
  });

  test('holds back 80 ms and no more', async () => {
    const chain = openChain({ acts: [{ kind: 'stall', after: 2 }] });
    const stream = chain.session.synthesize(SENTENCE, new AbortController().signal)[Symbol.asyncIterator]();
    expect((await stream.next()).done).toBe(false);
    expect((await stream.next()).done).toBe(false);
    await stream.return?.(undefined);
    await chain.clock.advance(0);
    expect(chain.scripted[0]?.aborted).toBe(1);
    expect(chain.clock.alarms).toBe(0);
  });

  test('unspeakable text asks nobody', async () => {
    const chain = openChain({});
    expect((await hear(chain, '… ?!')).chunks).toEqual([]);
    expect(chain.scripted[0]?.asked).toEqual([]);
  });

  test('the voice of each entry, and the one asked for to the first that has none', async () => {
    const chain = openChain({ voice: 'own', acts: [fail] }, { acts: [fail] }, {});
    const session = chain.voice.open({ ...call, voice: 'wanted' });
    await hear({ ...chain, session });
    expect(chain.scripted.map(({ opened }) => opened.at(-1)?.voice)).toEqual(['own', 'wanted', undefined]);
  });
});

describe('a failure before any audio', () => {
  test.each<[string, VoiceAct, number]>([
    ['an error', fail, 0],
    ['a refused key', { kind: 'fail', code: 'provider-misconfigured' }, 0],
    ['no first byte', { kind: 'mute' }, 1_000],
    ['no audio at all', { kind: 'empty' }, 0],
    ['less audio than is held back, then an error', { kind: 'cut', after: 1 }, 0],
    ['a WAV file', sends(serializeWav({ sampleRateHz: 8000, channels: [new Int16Array(8000)] })), 0],
    ['an error in JSON', sends(Buffer.from('{"error":"quota exceeded"}')), 0],
    ['16-bit samples', sends(new Uint8Array(pcm(440, 400).buffer)), 0],
    ['16-bit samples in pieces', sends(...cut(new Uint8Array(pcm(440, 400).buffer), 200)), 0],
    ['a click', sends(toneMulaw({ frequencyHz: 400, durationMs: 40 })), 0],
    ['ten minutes', sends(new Uint8Array(4_800_000).fill(0xff)), 0],
  ])('%s: the next voice says all of it', async (_what, act, atMs) => {
    const chain = openChain({ acts: [act] }, {});
    const { heard, error } = await hear(chain);
    expect([heard, error]).toEqual([SENTENCE, undefined]);
    expect(chain.scripted[1]?.askedAt).toEqual([atMs]);
    expect(chain.switches()).toEqual(['first → second']);
    expect(chain.news.filter(({ type }) => type === 'failed')).toHaveLength(1);
    expect(chain.scripted.map(({ running }) => running)).toEqual([0, 0]);
    expect(chain.clock.alarms).toBeLessThanOrEqual(act.kind === 'fail' ? 1 : 0); // the pardon of a refused key
  });

  test('the only voice is asked once more', async () => {
    const chain = openChain({ acts: [fail, speak] });
    expect((await hear(chain)).heard).toBe(SENTENCE);
    expect(chain.scripted[0]?.askedAt).toEqual([0, 100]);
  });

  test('all failed: the last error', async () => {
    const chain = openChain({ acts: [fail] }, { acts: [{ kind: 'empty' }] });
    const { heard, error } = await hear(chain);
    expect(heard).toBe('');
    expect(error).toMatchObject({ provider: 'second', code: 'provider-failed' });
    expect(chain.scripted.map(({ asked }) => asked.length)).toEqual([1, 1]);
    expect(chain.clock.alarms).toBe(0);
  });

  test('after three failures the vendor is not asked any more, in other calls either', async () => {
    const chain = openChain({ acts: [fail] }, {});
    for (let i = 0; i < 5; i++) expect((await hear(chain)).heard).toBe(SENTENCE);
    expect(chain.scripted[0]?.asked).toHaveLength(3);
    const other = { ...chain, session: chain.voice.open(call) };
    expect((await hear(other)).heard).toBe(SENTENCE);
    expect(chain.scripted[0]?.opened).toHaveLength(1);
    expect(chain.switches()).toEqual(['first → second', 'first → second']);
  });

  test('every breaker open: a ProviderError', async () => {
    const chain = openChain({ acts: [fail] });
    for (let i = 0; i < 3; i++) await hear(chain);
    expect((await hear(chain)).error).toMatchObject({ code: 'provider-unavailable', provider: 'first' });
  });
});

describe('half a sentence, then death', () => {
  test.each<[string, VoiceAct, number]>([
    ['cut', { kind: 'cut', after: 20 }, 0],
    ['stalled', { kind: 'stall', after: 20 }, 2_000],
  ])('%s: the next voice goes on with the next word', async (_how, act, atMs) => {
    for (const tells of [false, true]) {
      const chain = openChain({ acts: [act], tells }, {});
      const { heard, error } = await hear(chain);
      expect([heard, error]).toEqual(['Your appointment is |on Tuesday at half past ten.', undefined]);
      expect(chain.scripted[1]?.askedAt).toEqual([atMs]);
      expect(chain.news.filter(({ type }) => type === 'failed')).toHaveLength(1);
      expect(chain.clock.alarms).toBe(0);
    }
  });

  test('the only voice goes on itself, and a word in progress is not said again', async () => {
    const chain = openChain({ acts: [{ kind: 'cut', after: 11 }, speak] });
    await hear(chain);
    expect(chain.scripted[0]?.asked).toEqual([SENTENCE, 'is on Tuesday at half past ten.']);
  });

  test('the speed of a slow voice is learned', async () => {
    const chain = openChain({ acts: [speak, { kind: 'cut', after: 20 }], msPerCharacter: 120 }, {});
    await hear(chain, 'The first sentence ends well.');
    expect((await hear(chain)).heard).toBe('Your appointment is |on Tuesday at half past ten.');
  });

  test('nothing is left to say: it simply ends', async () => {
    const chain = openChain({ acts: [{ kind: 'cut', after: SENTENCE.length - 1 }] }, {});
    expect((await hear(chain)).error).toBeUndefined();
    expect(chain.scripted[1]?.asked).toEqual([]);
  });

  test('a voice that rambles is stopped', async () => {
    const chain = openChain({ acts: [{ kind: 'ramble' }] }, {});
    const { error, chunks } = await hear(chain, 'Yes.');
    expect(error).toBeUndefined();
    expect(chunks.reduce((sum, { data }) => sum + data.length, 0) / 8).toBeLessThan(9_100);
    expect(chain.scripted[0]?.running).toBe(0);
  });

  test('samples of another kind behind a quiet beginning are cut off, and the sentence is said', async () => {
    const quiet = new Uint8Array(1_600).fill(0xff);
    const chain = openChain({ acts: [sends(quiet, new Uint8Array(pcm(440, 400).buffer))] }, {});
    const { heard } = await hear(chain);
    expect(heard).toBe(`?${SENTENCE}`);
  });
});

function pcm(frequencyHz: number, durationMs: number): Int16Array {
  const samples = new Int16Array(24 * durationMs);
  for (let i = 0; i < samples.length; i++) samples[i] = 6_000 * Math.sin((2 * Math.PI * frequencyHz * i) / 24_000);
  return samples;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}
