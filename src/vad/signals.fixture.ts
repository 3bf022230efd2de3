/** Sounds made from numbers alone, the same on every machine. On the 16-bit scale, at 8000 Hz. */
import { encodeMulaw } from '../audio/mulaw.ts';

export { babble as syllables } from '../audio/babble.ts';

export const MS = 8;

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** White noise of that RMS. */
export function whiteNoise(ms: number, rms: number, seed = 1): Float64Array {
  const next = random(seed);
  return Float64Array.from({ length: ms * MS }, () => rms * Math.sqrt(3) * (2 * next() - 1));
}

export function silence(ms: number): Float64Array {
  return new Float64Array(ms * MS);
}

export function joined(...parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

/** The sum of layers, as long as the longest. */
export function mixed(...layers: readonly Float64Array[]): Float64Array {
  const length = Math.max(...layers.map((layer) => layer.length));
  return Float64Array.from({ length }, (_, i) => layers.reduce((sum, layer) => sum + (layer[i] ?? 0), 0));
}

export function toMulaw(samples: Float64Array): Uint8Array {
  return encodeMulaw(Int16Array.from(samples, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value)))));
}
