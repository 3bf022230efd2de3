import { expect, test } from 'vitest';
import { FRAME_BYTES } from '../audio/frame.ts';
import { createEnergyDetectors } from './energy-detector.ts';
import { joined, silence, syllables, toMulaw } from './signals.fixture.ts';

test('has edges, and a confidence that follows them', () => {
  const detector = createEnergyDetectors().open({ rmsFloor: 210, sustainFrames: 8 });
  detector.agentSpeaking(true);
  const audio = toMulaw(joined(silence(1000), syllables(600, 9000), silence(600)));
  const confidences: number[] = [];
  const edges: string[] = [];
  for (let at = 0; at < audio.length; at += FRAME_BYTES) {
    const edge = detector.push(audio.subarray(at, at + FRAME_BYTES));
    if (edge) edges.push(edge.type);
    confidences.push(detector.confidence);
  }
  expect(edges).toEqual(['speech-start', 'speech-sustained', 'speech-end']);
  expect(confidences[49]).toBe(0);
  expect(confidences[78]).toBeGreaterThan(0.95);
  expect(confidences.at(-1)).toBeLessThan(0.1);
});
