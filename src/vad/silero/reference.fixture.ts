import { joined, mixed, silence, syllables, whiteNoise } from '../signals.fixture.ts';
import { CONTEXT_SAMPLES } from './network.ts';

/**
 * Six seconds on the scale ±1: silence, syllables, noise, syllables in it, silence. `reference.json` has what
 * onnxruntime makes of each window of 256 samples, given 32 more before it and its own state from the one before.
 */
export function referenceSignal(): Float32Array {
  const samples = joined(
    silence(500),
    syllables(1500, 9000),
    whiteNoise(1000, 900),
    mixed(syllables(2000, 9000, 2), whiteNoise(2000, 500, 2)),
    silence(1000),
  );
  const signal = new Float32Array(CONTEXT_SAMPLES + samples.length);
  signal.set(
    Float32Array.from(samples, (sample) => Math.round(sample) / 32_768),
    CONTEXT_SAMPLES,
  );
  return signal;
}
