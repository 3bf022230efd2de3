/** Speech without words, made from numbers alone: for callers whose language no local voice speaks, and for tests. */
import { SAMPLE_RATE_HZ } from './frame.ts';

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;

/** Formants of five vowels (Peterson and Barney, JASA 24, 1952: men). */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [530, 1840, 2480],
  [570, 840, 2410],
  [300, 870, 2240],
] as const;

/** A linear congruential generator (Numerical Recipes, section 7.1): the same numbers on every machine. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Syllables of a buzz through three resonators, with short pauses between: near enough to speech for any detector. Samples
 * of 8000 Hz on the 16-bit scale, `peak` at the loudest.
 */
export function babble(ms: number, peak: number, seed = 1): Float64Array {
  const next = numbers(seed);
  const out = new Float64Array(ms * SAMPLES_PER_MS);
  for (let at = 0, n = 0; at < out.length; n++) {
    const length = Math.round((140 + 120 * next()) * SAMPLES_PER_MS);
    const vowel = VOWELS[n % VOWELS.length]!;
    const sound = buzz(length, 100 + 50 * next());
    for (const hz of vowel) resonate(sound, hz);
    const loudest = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let i = 0; i < length && at + i < out.length; i++) {
      out[at + i] = (peak * Math.sin((Math.PI * i) / length) * sound[i]!) / loudest;
    }
    at += length + Math.round(60 * next() * SAMPLES_PER_MS);
  }
  return out;
}

/** Pulses at a pitch that falls by a fifth. */
function buzz(length: number, hz: number): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0, phase = 0; i < length; i++) {
    phase += (hz * (1 - (0.2 * i) / length)) / SAMPLE_RATE_HZ;
    if (phase < 1) continue;
    phase -= 1;
    out[i] = 1;
  }
  return out;
}

/** Two poles with a bandwidth of 90 Hz, in place. */
function resonate(samples: Float64Array, hz: number): void {
  const radius = Math.exp((-Math.PI * 90) / SAMPLE_RATE_HZ);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE_HZ);
  for (let i = 0, last = 0, before = 0; i < samples.length; i++) {
    const value = samples[i]! + turn * last - radius * radius * before;
    before = last;
    last = value;
    samples[i] = value;
  }
}
