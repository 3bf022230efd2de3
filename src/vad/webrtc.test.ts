import { expect, test } from 'vitest';
import { FRAME_BYTES } from '../audio/frame.ts';
import { silence, syllables, toMulaw, whiteNoise } from './signals.fixture.ts';
import { loadWebRtcVads } from './webrtc.ts';

const vads = await loadWebRtcVads();

function framesOf(audio: Uint8Array): Uint8Array[] {
  return Array.from({ length: audio.length / FRAME_BYTES }, (_, i) =>
    audio.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
  );
}

const VOICE = framesOf(toMulaw(syllables(2000, 9000)));
const NOISE = framesOf(toMulaw(whiteNoise(4000, 300)));

test('hears a voice, and neither silence nor steady noise', () => {
  const share = (frames: readonly Uint8Array[], from = 0) => {
    const vad = vads.open(2);
    const voiced = frames.filter((frame, i) => vad.isVoice(frame) && i >= from).length;
    vad.close();
    return voiced / (frames.length - from);
  };
  expect(share(framesOf(toMulaw(silence(1000))))).toBe(0);
  expect(share(VOICE)).toBeGreaterThan(0.9);
  expect(share(NOISE, 100)).toBeLessThan(0.05);
});

test('detectors do not hear each other', () => {
  const alone = vads.open(2);
  const verdicts = VOICE.map((frame) => alone.isVoice(frame));
  const [one, other] = [vads.open(2), vads.open(3)];
  VOICE.forEach((frame, i) => {
    expect(one.isVoice(frame)).toBe(verdicts[i]);
    other.isVoice(NOISE[i]!);
  });
  for (const vad of [alone, one, other]) vad.close();
});

test('a closed detector hears nothing and takes nothing from the next', () => {
  const closed = vads.open(2);
  closed.close();
  const next = vads.open(2);
  closed.close();
  const last = vads.open(2);
  expect(VOICE.some((frame) => closed.isVoice(frame))).toBe(false);
  const verdicts = VOICE.map((frame) => next.isVoice(frame));
  expect(VOICE.map((frame) => last.isVoice(frame))).toEqual(verdicts);
});

test('closing gives the memory back', () => {
  for (let i = 0; i < 100_000; i++) vads.open(2).close();
  expect(vads.open(2).isVoice(VOICE[20]!)).toBe(true);
});
