import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Network, NetworkState, WINDOW_SAMPLES } from './network.ts';
import { referenceSignal } from './reference.fixture.ts';
import { parseTensors, serializeTensors } from './tensors.ts';

const WEIGHTS = readFileSync(new URL('./weights-v6-8k.bin', import.meta.url));
const REFERENCE = JSON.parse(readFileSync(new URL('./reference.json', import.meta.url), 'utf8')) as {
  readonly probabilities: readonly number[];
};
const signal = referenceSignal();
const network = new Network(parseTensors(WEIGHTS));

function probabilities(state = new NetworkState()): number[] {
  return REFERENCE.probabilities.map((_, window) => network.run(signal, window * WINDOW_SAMPLES, state));
}

describe('Network', () => {
  test('equals onnxruntime, window for window', () => {
    const errors = probabilities().map((probability, i) => Math.abs(probability - REFERENCE.probabilities[i]!));
    expect(errors.length).toBeGreaterThan(180);
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });

  test('the reference has both speech and silence in it', () => {
    expect(REFERENCE.probabilities.filter((probability) => probability > 0.9).length).toBeGreaterThan(50);
    expect(REFERENCE.probabilities.filter((probability) => probability < 0.1).length).toBeGreaterThan(30);
  });

  test('calls that take turns do not hear each other', () => {
    const alone = probabilities();
    const mine = new NetworkState();
    const other = new NetworkState();
    alone.forEach((probability, window) => {
      expect(network.run(signal, window * WINDOW_SAMPLES, mine)).toBe(probability);
      network.run(signal, (window % 7) * 1000, other);
    });
  });
});

describe('the weights file', () => {
  test('is exactly one network', () => {
    expect(() => parseTensors(WEIGHTS.subarray(4))).toThrow(RangeError);
    expect(Buffer.from(serializeTensors(parseTensors(WEIGHTS))).equals(WEIGHTS)).toBe(true);
  });
});
