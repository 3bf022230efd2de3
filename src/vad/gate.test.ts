import { expect, test } from 'vitest';
import { FRAME_BYTES } from '../audio/frame.ts';
import { rmsOfFrame } from '../audio/level.ts';
import { createGate } from './gate.ts';
import { joined, mixed, silence, syllables, toMulaw, whiteNoise } from './signals.fixture.ts';
import { loadWebRtcVads } from './webrtc.ts';

const vads = await loadWebRtcVads();
const QUIET_RMS = 84;

/** For each frame whether the network would have to see it, given that it would call none of them speech. */
function passed(audio: Float64Array): { readonly open: boolean[]; readonly soundFrames: number[] } {
  const gate = createGate(vads.open(2), QUIET_RMS);
  const bytes = toMulaw(audio);
  const open: boolean[] = [];
  const soundFrames: number[] = [];
  for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
    const frame = bytes.subarray(at, at + FRAME_BYTES);
    const rms = rmsOfFrame(frame);
    open.push(gate.push(frame, rms, false));
    soundFrames.push(gate.soundFrames);
    gate.learnNoise(rms);
  }
  gate.close();
  return { open, soundFrames };
}

test('opens in the first frame of a sound and stays open for 200 ms after it', () => {
  const { open, soundFrames } = passed(joined(silence(1000), syllables(1000, 9000), silence(1000)));
  expect(open.slice(0, 50)).not.toContain(true);
  const first = open.indexOf(true);
  expect(first).toBeLessThanOrEqual(51);
  const last = open.lastIndexOf(true);
  expect(last).toBeGreaterThanOrEqual(105);
  expect(last).toBeLessThanOrEqual(110);
  expect(open.slice(first, last)).not.toContain(false);
  expect(soundFrames[first]).toBe(1);
  expect(soundFrames[first + 10]).toBe(11);
  expect(soundFrames.at(-1)).toBe(0);
});

test.each([100, 300, 1000, 3000])('steady noise of RMS %i is let in for three seconds at most', (rms) => {
  const { open } = passed(joined(silence(500), whiteNoise(10_000, rms)));
  expect(open.slice(175)).not.toContain(true);
});

test('a voice 5 dB above the noise opens it', () => {
  const noise = whiteNoise(8000, 500);
  const voice = joined(silence(6000), syllables(2000, 3000));
  const { open } = passed(mixed(noise, voice));
  expect(open.slice(200, 300)).not.toContain(true);
  expect(open.slice(305).filter(Boolean).length).toBeGreaterThan(70);
});

test('what is too quiet to be anything does not open it', () => {
  expect(passed(joined(silence(500), syllables(3000, 200))).open).not.toContain(true);
});
