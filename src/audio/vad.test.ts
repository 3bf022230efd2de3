import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FRAME_BYTES, FRAME_MS } from './frame.ts';
import { encodeMulaw, MULAW_SILENCE } from './mulaw.ts';
import { toneMulaw } from './tone.ts';
import { EnergyVad, type EnergyVadOptions } from './vad.ts';

interface TimedEdge {
  readonly type: string;
  readonly atMs: number;
  readonly sinceMs: number;
}

const SILENT_FRAME = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);

function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * 8).fill(MULAW_SILENCE);
}

function tone(durationMs: number, amplitude = 8000): Uint8Array {
  return toneMulaw({ frequencyHz: 500, durationMs, amplitude });
}

function frames(audio: Uint8Array): Uint8Array[] {
  const count = Math.floor(audio.length / FRAME_BYTES);
  return Array.from({ length: count }, (_, i) => audio.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES));
}

/** Starts and ends; whether speech was sustained is another question. */
function listen(vad: EnergyVad, ...pieces: readonly Uint8Array[]): TimedEdge[] {
  return allEdges(vad, ...pieces).filter(({ type }) => type !== 'speech-sustained');
}

function allEdges(vad: EnergyVad, ...pieces: readonly Uint8Array[]): TimedEdge[] {
  const edges: TimedEdge[] = [];
  frames(Buffer.concat(pieces)).forEach((frame, i) => {
    const edge = vad.push(frame);
    const atMs = (i + 1) * FRAME_MS;
    if (edge) edges.push({ type: edge.type, atMs, sinceMs: atMs - edge.agoMs });
  });
  return edges;
}

function prng(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Gaussian noise through one pole: 0 is white, 0.9 falls by 6 dB per octave from 130 Hz. */
function noise(options: { ms: number; rms: number; pole?: number; seed?: number }): Float64Array {
  const random = prng(options.seed ?? 1);
  const pole = options.pole ?? 0;
  const gain = options.rms * Math.sqrt(1 - pole ** 2);
  const samples = new Float64Array(options.ms * 8);
  let last = 0;
  for (let i = 0; i < samples.length; i++) {
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    last = pole * last + gain * gauss;
    samples[i] = last;
  }
  return samples;
}

/** Noise in syllables of 120–280 ms with dips between them, as loud as asked while a syllable lasts. */
function speechLike(options: { ms: number; rms: number; seed?: number }): Float64Array {
  const random = prng((options.seed ?? 1) + 77);
  const samples = noise({ ms: options.ms, rms: options.rms, pole: 0.8, seed: options.seed ?? 1 });
  for (let at = 0; at < samples.length; ) {
    const syllable = Math.round((120 + 160 * random()) * 8);
    const dip = Math.round((40 + 60 * random()) * 8);
    for (let i = 0; i < syllable && at + i < samples.length; i++) {
      samples[at + i]! *= Math.min(1, 2.2 * Math.sin((Math.PI * i) / syllable));
    }
    for (let i = syllable; i < syllable + dip && at + i < samples.length; i++) samples[at + i]! *= 0.02;
    at += syllable + dip;
  }
  return samples;
}

function encode(...layers: readonly Float64Array[]): Uint8Array {
  const length = Math.max(...layers.map((layer) => layer.length));
  const samples = new Int16Array(length);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (const layer of layers) sum += layer[i] ?? 0;
    samples[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return encodeMulaw(samples);
}

function rmsAt(dbov: number): number {
  return 32_768 * 10 ** (dbov / 20);
}

function pad(samples: Float64Array, beforeMs: number, afterMs: number): Float64Array {
  const padded = new Float64Array(samples.length + (beforeMs + afterMs) * 8);
  padded.set(samples, beforeMs * 8);
  return padded;
}

describe('edges', () => {
  test('silence has none', () => {
    const vad = new EnergyVad();
    expect(listen(vad, silence(10_000))).toEqual([]);
    expect(vad.speaking).toBe(false);
  });

  test('a tone burst has a start 60 ms in and an end 200 ms after, both dated back', () => {
    expect(listen(new EnergyVad(), silence(1000), tone(600), silence(1000))).toEqual([
      { type: 'speech-start', atMs: 1060, sinceMs: 1000 },
      { type: 'speech-end', atMs: 1800, sinceMs: 1600 },
    ]);
  });

  test('the frames asked for are the frames waited for', () => {
    const options: Partial<EnergyVadOptions> = { startFrames: 5, endFrames: 25 };
    expect(listen(new EnergyVad(options), silence(100), tone(400), silence(1000))).toEqual([
      { type: 'speech-start', atMs: 200, sinceMs: 100 },
      { type: 'speech-end', atMs: 1000, sinceMs: 500 },
    ]);
  });

  test('a 40 ms click does not start, nor do several', () => {
    const clicks = Array.from({ length: 10 }, () => [tone(40, 30_000), silence(60)]).flat();
    expect(listen(new EnergyVad(), silence(500), ...clicks, silence(500))).toEqual([]);
  });

  test('a 20 ms click does not start wherever it falls', () => {
    for (let shift = 0; shift < FRAME_BYTES; shift += 8) {
      const lead = new Uint8Array(8000 + shift).fill(MULAW_SILENCE);
      expect(listen(new EnergyVad(), lead, tone(20, 30_000), silence(500))).toEqual([]);
    }
  });

  test('a gap shorter than the hangover does not end', () => {
    const edges = listen(new EnergyVad(), tone(400), silence(180), tone(400), silence(400));
    expect(edges.map((edge) => edge.type)).toEqual(['speech-start', 'speech-end']);
  });

  test('a level between the two thresholds keeps speech going but does not start it', () => {
    // Not for longer than a second, after which a level without a gap passes for noise.
    const between = tone(700, 180 * Math.SQRT2);
    expect(listen(new EnergyVad(), between)).toEqual([]);
    const vad = new EnergyVad();
    expect(listen(vad, tone(200), between).map((edge) => edge.type)).toEqual(['speech-start']);
    expect(vad.speaking).toBe(true);
  });

  test('the absolute floor is an option', () => {
    const quiet = tone(400, 500);
    expect(listen(new EnergyVad({ rmsFloor: 400 }), quiet)).toEqual([]);
    expect(listen(new EnergyVad({ rmsFloor: 300 }), quiet)).toHaveLength(1);
  });

  test('starts and ends alternate, a start first, whatever comes', () => {
    const piece = fc.oneof(
      fc.record({ ms: fc.integer({ min: 20, max: 900 }), amplitude: fc.integer({ min: 0, max: 20_000 }) }),
      fc.record({ ms: fc.constant(3000), amplitude: fc.constantFrom(0, 150, 700) }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.boolean(), (pieces, tonal) => {
        const vad = new EnergyVad();
        const audio = pieces.map(({ ms, amplitude }) =>
          tonal ? tone(ms, amplitude) : encode(noise({ ms, rms: amplitude / 2, seed: ms })),
        );
        const edges = listen(vad, ...audio);
        edges.forEach((edge, i) => {
          expect(edge.type).toBe(i % 2 === 0 ? 'speech-start' : 'speech-end');
          expect(edge.sinceMs).toBeGreaterThanOrEqual(edges[i - 1]?.sinceMs ?? 0);
        });
        expect(vad.speaking).toBe(edges.length % 2 === 1);
      }),
      { numRuns: 50 },
    );
  });

  test('a reset forgets speech and noise', () => {
    const vad = new EnergyVad();
    listen(vad, encode(noise({ ms: 4000, rms: 600 })), tone(200, 20_000));
    expect(vad.speaking).toBe(true);
    vad.reset();
    expect(vad.speaking).toBe(false);
    expect(vad.noiseRms).toBe(0);
    expect(listen(vad, silence(100), tone(200))).toEqual([{ type: 'speech-start', atMs: 160, sinceMs: 100 }]);
  });
});

describe('speech', () => {
  test.each([-26, -38])('speech at %i dBov on a clean line is one utterance', (dbov) => {
    for (let seed = 1; seed <= 10; seed++) {
      const audio = encode(pad(speechLike({ ms: 3000, rms: rmsAt(dbov), seed }), 1000, 1000));
      const edges = listen(new EnergyVad(), audio);
      expect(edges.map((edge) => edge.type)).toEqual(['speech-start', 'speech-end']);
      expect(edges[0]!.sinceMs).toBeGreaterThanOrEqual(980);
      expect(edges[0]!.sinceMs).toBeLessThan(1120);
      expect(edges[1]!.sinceMs).toBeGreaterThan(3800);
      expect(edges[1]!.sinceMs).toBeLessThanOrEqual(4020);
    }
  });

  test.each([
    [-26, 0],
    [-26, 0.9],
    [-38, 0],
    [-16, 0],
  ])('speech at %i dBov, 20 dB over steady noise (pole %f), is all that is found', (dbov, pole) => {
    for (let seed = 1; seed <= 5; seed++) {
      const speech = pad(speechLike({ ms: 2000, rms: rmsAt(dbov), seed }), 6000, 4000);
      const audio = encode(speech, noise({ ms: 12_000, rms: rmsAt(dbov - 20), pole, seed }));
      const edges = listen(new EnergyVad(), audio).filter((edge) => edge.atMs > 2000);
      expect(edges.map((edge) => edge.type)).toEqual(['speech-start', 'speech-end']);
      expect(edges[0]!.sinceMs).toBeGreaterThanOrEqual(5980);
      expect(edges[0]!.sinceMs).toBeLessThan(6120);
      expect(edges[1]!.sinceMs).toBeGreaterThan(7800);
      expect(edges[1]!.sinceMs).toBeLessThan(8060);
    }
  });

  test('half a minute of speech without a pause does not lift the noise estimate into it', () => {
    const level = rmsAt(-26);
    const vad = new EnergyVad();
    let highest = 0;
    for (const frame of frames(encode(speechLike({ ms: 30_000, rms: level })))) {
      vad.push(frame);
      highest = Math.max(highest, vad.noiseRms);
    }
    expect(vad.speaking).toBe(true);
    expect(highest).toBeLessThan(level / 4);
  });
});

describe('sustained speech', () => {
  const burst = (ms: number) => encode(speechLike({ ms, rms: 2000 }));

  test('is told once, between start and end, after so many frames with speech', () => {
    const edges = allEdges(new EnergyVad({ sustainFrames: 8 }), silence(1000), burst(1000), silence(400));
    expect(edges.map(({ type }) => type)).toEqual(['speech-start', 'speech-sustained', 'speech-end']);
    expect(edges[1]!.atMs - edges[0]!.sinceMs).toBeLessThanOrEqual(240);
  });

  test('the wait for the end of a short noise does not count', () => {
    const edges = allEdges(new EnergyVad({ sustainFrames: 8 }), silence(1000), tone(100), silence(400));
    expect(edges.map(({ type }) => type)).toEqual(['speech-start', 'speech-end']);
  });
});

describe('noise', () => {
  test.each([0, 0.9])('a noisy line (pole %f) gives no false start after two seconds', (pole) => {
    for (const rms of [100, 164, 400, 1000, 3000]) {
      const vad = new EnergyVad();
      const edges = listen(vad, encode(noise({ ms: 60_000, rms, pole, seed: rms })));
      expect(edges.filter((edge) => edge.type === 'speech-start' && edge.atMs > 2000)).toEqual([]);
      expect(vad.speaking).toBe(false);
      expect(vad.noiseRms / rms).toBeGreaterThan(0.7);
      expect(vad.noiseRms / rms).toBeLessThan(1.1);
    }
  });

  test.each([0, 0.9])('noise (pole %f) that sets in during the call is given up within five seconds', (pole) => {
    for (const rms of [300, 1000, 3000]) {
      for (const before of [silence(4000), encode(noise({ ms: 4000, rms: 20 }))]) {
        const edges = listen(new EnergyVad(), before, encode(noise({ ms: 30_000, rms, pole, seed: rms })));
        expect(edges.map((edge) => edge.type)).toEqual(['speech-start', 'speech-end']);
        expect(edges[1]!.atMs).toBeLessThan(9000);
      }
    }
  });

  test('noise that swells to six times its level in four seconds is followed without a start', () => {
    const swell = noise({ ms: 12_000, rms: 100 });
    swell.forEach((sample, i) => {
      swell[i] = sample * 6 ** Math.min(1, Math.max(0, (i / 8 - 4000) / 4000));
    });
    const vad = new EnergyVad();
    expect(listen(vad, encode(swell))).toEqual([]);
    expect(vad.noiseRms).toBeGreaterThan(500);
  });

  test('once the noise is gone, quiet speech is found within a second', () => {
    const vad = new EnergyVad();
    const after = noise({ ms: 1000, rms: 20 });
    listen(vad, encode(noise({ ms: 10_000, rms: 1000 })), encode(after));
    expect(vad.noiseRms).toBeLessThan(40);
    expect(listen(vad, encode(speechLike({ ms: 1000, rms: rmsAt(-38) })))).toHaveLength(1);
  });

  test('a minute of digital silence leaves the estimate as it was', () => {
    const vad = new EnergyVad();
    const line = (seed: number) => encode(noise({ ms: 5000, rms: 400, seed }));
    listen(vad, line(1));
    const before = vad.noiseRms;
    for (let i = 0; i < 3000; i++) expect(vad.push(SILENT_FRAME)).toBeUndefined();
    expect(vad.noiseRms).toBe(before);
    expect(listen(vad, line(2))).toEqual([]);
  });

  test('digital silence ends speech like any other', () => {
    const edges = listen(new EnergyVad(), encode(speechLike({ ms: 1000, rms: 2000 })), silence(400));
    expect(edges.at(-1)?.type).toBe('speech-end');
  });
});
