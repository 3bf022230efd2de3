import { beforeAll, describe, expect, test } from 'vitest';
import { FRAME_BYTES, FRAME_MS } from '../audio/frame.ts';
import { decodeMulaw } from '../audio/mulaw.ts';
import { dtmfMulaw } from '../audio/tone.ts';
import { loadEngine } from '../providers/flite/engine.ts';
import type { DetectorFactory, DetectorOptions, SpeechDetector } from './detector.ts';
import { joined, MS, mixed, random, silence, syllables, toMulaw, whiteNoise } from './signals.fixture.ts';
import { createSileroDetectors } from './silero-detector.ts';

type Ear = Pick<SpeechDetector, 'push'>;

interface TimedEdge {
  readonly type: string;
  readonly atMs: number;
  readonly sinceMs: number;
}

const OPTIONS: DetectorOptions = { rmsFloor: 210, sustainFrames: 8 };
/** None with a pause inside. */
const SENTENCES = ['I would like to book a table.', 'Only on Thursday please.', 'My name is Miller.', 'Stop it now!'];
/** Active speech of −26 dBov, as the telephone network aims at. */
const SPEECH_RMS = 1640;

let detectors: DetectorFactory;
let sentences: Float64Array[];

beforeAll(async () => {
  detectors = await createSileroDetectors();
  const speak = await loadEngine();
  sentences = SENTENCES.map((text) => levelled(Float64Array.from(decodeMulaw(speak(text, 'slt')))));
});

/** Without the silence at its ends, and as loud as `SPEECH_RMS`. */
function levelled(samples: Float64Array): Float64Array {
  const isSound = (sample: number) => Math.abs(sample) > 300;
  const sound = samples.subarray(samples.findIndex(isSound), samples.findLastIndex(isSound) + 1);
  const rms = Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length);
  return sound.map((sample) => (sample * SPEECH_RMS) / rms);
}

function listen(samples: Float64Array | Uint8Array, detector: Ear = detectors.open(OPTIONS)): TimedEdge[] {
  const audio = samples instanceof Uint8Array ? samples : toMulaw(samples);
  const edges: TimedEdge[] = [];
  const frame = new Uint8Array(FRAME_BYTES);
  for (let at = 0; at + FRAME_BYTES <= audio.length; at += FRAME_BYTES) {
    frame.set(audio.subarray(at, at + FRAME_BYTES));
    const edge = detector.push(frame);
    const atMs = at / MS + FRAME_MS;
    if (edge) edges.push({ type: edge.type, atMs, sinceMs: atMs - edge.agoMs });
  }
  return edges;
}

function startsAndEnds(edges: readonly TimedEdge[]): TimedEdge[] {
  return edges.filter(({ type }) => type !== 'speech-sustained');
}

describe('speech', () => {
  test.each([Number.POSITIVE_INFINITY, 20, 10])(
    'is found, each sentence once, at a signal-to-noise ratio of %d dB',
    (snrDb) => {
      for (const [i, sentence] of sentences.entries()) {
        const speechMs = sentence.length / MS;
        const speech = joined(silence(4000), sentence, silence(1500));
        const noise = whiteNoise(speech.length / MS, SPEECH_RMS * 10 ** (-snrDb / 20), i + 1);
        const edges = listen(mixed(speech, noise));
        expect(edges.map(({ type }) => type)).toEqual(['speech-start', 'speech-sustained', 'speech-end']);
        const [start, end] = startsAndEnds(edges) as [TimedEdge, TimedEdge];
        expect(start.atMs).toBeGreaterThan(4000);
        expect(start.atMs).toBeLessThanOrEqual(4240);
        expect(Math.abs(start.sinceMs - 4000)).toBeLessThanOrEqual(140);
        expect(end.atMs - 4000 - speechMs).toBeGreaterThan(80);
        expect(end.atMs - 4000 - speechMs).toBeLessThanOrEqual(420);
        expect(Math.abs(end.sinceMs - 4000 - speechMs)).toBeLessThanOrEqual(160);
      }
    },
  );

  test('is still found when it has been silent for a minute', () => {
    const speech = sentences[0]!;
    const edges = listen(joined(silence(500), speech, silence(60_000), speech, silence(500)));
    expect(startsAndEnds(edges).map(({ type }) => type)).toEqual([
      'speech-start',
      'speech-end',
      'speech-start',
      'speech-end',
    ]);
  });

  test('gives the same edges for the same frames, whoever else is on the line', () => {
    const audio = mixed(joined(...sentences.flatMap((sentence) => [silence(700), sentence])), whiteNoise(9000, 300));
    const alone = listen(audio);
    expect(alone.length).toBeGreaterThan(6);
    const other = detectors.open(OPTIONS);
    const one = detectors.open(OPTIONS);
    const between = {
      push: (frame: Uint8Array) => {
        other.push(frame.toReversed());
        return one.push(frame);
      },
    };
    expect(listen(audio, between)).toEqual(alone);
  });
});

describe('what is not speech', () => {
  const next = random(5);
  const burst = (ms: number, rms: number) => whiteNoise(ms, rms, Math.floor(next() * 1000));

  test('silence', () => {
    expect(listen(silence(5000))).toEqual([]);
  });

  test.each([100, 400, 1500, 5000])('steady white noise of RMS %i, and the moment it sets in', (rms) => {
    expect(listen(joined(silence(1000), whiteNoise(10_000, rms), silence(1000)))).toEqual([]);
  });

  test('bursts of noise', () => {
    const bursts = [60, 120, 250, 500, 1000].flatMap((ms) => [burst(ms, 3000), silence(400)]);
    expect(listen(joined(silence(500), ...bursts))).toEqual([]);
  });

  test('clicks and knocks', () => {
    const knocks = Array.from({ length: 20 }, (_, i) => {
      const sound = whiteNoise(5 + 4 * i, 12_000, i + 1).map(
        (sample, at, all) => sample * Math.exp((-5 * at) / all.length),
      );
      return joined(sound, silence(150 + 13 * i));
    });
    expect(listen(joined(silence(500), ...knocks))).toEqual([]);
  });

  test('a cough: two bursts that fade, the second half voiced', () => {
    const cough = [90, 200].map((ms, i) =>
      burst(ms, 5000).map((sample, at, all) => {
        const voice = i === 0 ? 0 : 3000 * Math.sign(Math.sin((2 * Math.PI * 130 * at) / 8000));
        return (sample + voice) * Math.exp((-4 * at) / all.length);
      }),
    );
    expect(listen(joined(silence(500), ...cough, silence(1000)))).toEqual([]);
  });

  test('keys', () => {
    const keys = [...'1234567890*#'].flatMap((key) => [dtmfMulaw(key, 120), toMulaw(silence(100))]);
    expect(listen(Buffer.concat([toMulaw(silence(500)), ...keys]))).toEqual([]);
  });
});

describe('agentSpeaking', () => {
  test('asks more of a sound, and speech passes nevertheless', () => {
    for (const sentence of sentences) {
      const detector = detectors.open(OPTIONS);
      detector.agentSpeaking(true);
      const [start] = listen(joined(silence(1000), sentence, silence(500)), detector);
      expect(start?.type).toBe('speech-start');
      expect(start!.atMs).toBeLessThanOrEqual(1300);
    }
  });
});

describe('confidence', () => {
  test('is 0 in silence, nearly 1 in speech, and takes 200 ms from the one to the other', () => {
    const detector = detectors.open(OPTIONS);
    listen(silence(1000), detector);
    expect(detector.confidence).toBe(0);
    listen(syllables(200, 9000), detector);
    expect(detector.confidence).toBeGreaterThan(0.5);
    listen(syllables(1000, 9000), detector);
    expect(detector.confidence).toBeGreaterThan(0.9);
    listen(silence(600), detector);
    expect(detector.confidence).toBeLessThan(0.05);
  });
});

describe('cost', () => {
  test('a frame leaves a few boxed numbers to the garbage collector, and no array of samples', () => {
    const detector = detectors.open(OPTIONS);
    const audio = toMulaw(joined(syllables(20_000, 9000), silence(20_000)));
    listen(audio, detector);
    const frame = new Uint8Array(FRAME_BYTES);
    const frames = audio.length / FRAME_BYTES;
    const used = process.memoryUsage().heapUsed;
    for (let at = 0; at < audio.length; at += FRAME_BYTES) {
      for (let i = 0; i < FRAME_BYTES; i++) frame[i] = audio[at + i]!;
      detector.push(frame);
    }
    expect((process.memoryUsage().heapUsed - used) / frames).toBeLessThan(300);
  });

  test('a closed detector hears nothing more, and may be closed again', () => {
    const detector = detectors.open(OPTIONS);
    detector.close();
    detector.close();
    expect(listen(joined(silence(500), sentences[0]!), detector)).toEqual([]);
  });
});
