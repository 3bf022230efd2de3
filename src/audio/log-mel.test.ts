import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LogMel, MEL_BANDS, MEL_COLUMNS, MEL_SAMPLES } from './log-mel.ts';

interface Reference {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly values: readonly (readonly number[])[];
}

const reference = JSON.parse(readFileSync(new URL('./log-mel.reference.json', import.meta.url), 'utf8')) as Reference;

/** Three seconds of nothing, as before a short turn, then a rising tone that beats, in noise. On the 16-bit scale. */
function melReferenceSignal(): Int16Array {
  let state = 7;
  return Int16Array.from({ length: MEL_SAMPLES }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    if (i < 48_000) return 0;
    const t = i / 16_000;
    const tone = 0.3 * Math.sin(2 * Math.PI * (100 * t + 200 * t * t)) * Math.sin(2 * Math.PI * 3 * t);
    return Math.round(32_768 * (tone + 0.02 * (state / 2 ** 32 - 0.5)));
  });
}

const scaled = (samples: Int16Array): Float64Array => Float64Array.from(samples, (sample) => sample / 32_768);

describe('log-mel features', () => {
  const features = new LogMel().compute(scaled(melReferenceSignal()));

  test('are those of the reference', () => {
    expect(features).toHaveLength(MEL_BANDS * MEL_COLUMNS);
    for (const [i, row] of reference.rows.entries()) {
      for (const [j, column] of reference.columns.entries()) {
        const value = features[row * MEL_COLUMNS + column];
        expect(value, `row ${row}, column ${column}`).toBeCloseTo(reference.values[i]![j]!, 5);
      }
    }
    expect(features.reduce((sum, value) => sum + value, 0) / features.length).toBeCloseTo(reference.mean, 5);
    expect(Math.min(...features)).toBeCloseTo(reference.min, 5);
    expect(Math.max(...features)).toBeCloseTo(reference.max, 5);
  });

  test('do not depend on what was computed before', () => {
    const mel = new LogMel();
    mel.compute(scaled(melReferenceSignal().toReversed()));
    expect(mel.compute(scaled(melReferenceSignal()))).toEqual(features);
  });

  test('of silence are all the same, and finite', () => {
    expect(new Set(new LogMel().compute(new Float32Array(MEL_SAMPLES)))).toEqual(new Set([-1.5]));
  });

  test('need exactly eight seconds', () => {
    expect(() => new LogMel().compute(new Float32Array(MEL_SAMPLES - 1))).toThrow(RangeError);
  });
});
