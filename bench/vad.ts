/**
 * What speech detection costs per frame of 20 ms: `node bench/vad.ts [repeats]`. A caller who talks 40 % of a minute,
 * on a quiet line and in noise. "Worst" is the slowest frame once the fastest of its repeats was taken: what the code
 * asks for, without what else the machine did. The other figures are of all frames as they came.
 */
import { FRAME_BYTES, FRAME_MS, SAMPLE_RATE_HZ } from '../src/audio/frame.ts';
import { decodeMulaw, encodeMulaw } from '../src/audio/mulaw.ts';
import { loadEngine } from '../src/providers/flite/engine.ts';
import { createRandom } from '../src/simulator/random.ts';
import type { DetectorOptions, SpeechDetector } from '../src/vad/detector.ts';
import { createEnergyDetectors } from '../src/vad/energy-detector.ts';
import type { Gate } from '../src/vad/gate.ts';
import { createSileroDetectors, loadNetwork, SileroDetector } from '../src/vad/silero-detector.ts';

const CALL_MS = 60_000;
const TALK_SHARE = 0.4;
const OPTIONS: DetectorOptions = { rmsFloor: 210, sustainFrames: 8 };
const SENTENCES = [
  'Hello, I would like to book a table for tonight.',
  'There will be four of us.',
  "Eight o'clock, please.",
  'My name is Miller.',
  'And do you have something near the window?',
  'That would be very kind of you, thank you.',
];
const REPEATS = Number(process.argv[2] ?? 7);

const ALWAYS_OPEN: Gate = { soundFrames: 0, silentFrames: 0, push: () => true, learnNoise: () => {}, close: () => {} };

/** Sentences with pauses between, so long that speech is its share of the call. */
async function talk(): Promise<Int16Array> {
  const speak = await loadEngine();
  const samples = new Int16Array((CALL_MS * SAMPLE_RATE_HZ) / 1000);
  for (let at = 0, i = 0; at < samples.length; i++) {
    const sentence = decodeMulaw(speak(SENTENCES[i % SENTENCES.length]!, 'slt'));
    samples.set(sentence.subarray(0, samples.length - at), at);
    at += Math.round(sentence.length / TALK_SHARE);
  }
  return samples;
}

function inNoise(speech: Int16Array, rms: number): Uint8Array {
  const random = createRandom(7);
  return encodeMulaw(
    speech.map((sample) => {
      const noisy = Math.round(sample + rms * Math.sqrt(3) * (2 * random() - 1));
      return Math.max(-32_768, Math.min(32_767, noisy));
    }),
  );
}

function framesOf(audio: Uint8Array): Uint8Array[] {
  return Array.from({ length: audio.length / FRAME_BYTES }, (_, i) =>
    audio.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
  );
}

interface Row {
  readonly line: string;
  readonly detector: string;
  readonly starts: number;
  readonly speechPercent: number;
  readonly meanUs: number;
  readonly p999Us: number;
  readonly worstUs: number;
}

function measure(frames: readonly Uint8Array[], open: () => SpeechDetector): Omit<Row, 'line' | 'detector'> {
  const fastest = new Float64Array(frames.length).fill(Number.POSITIVE_INFINITY);
  const all: number[] = [];
  let starts = 0;
  let speechFrames = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const detector = open();
    starts = 0;
    speechFrames = 0;
    let isSpeech = false;
    for (const [i, frame] of frames.entries()) {
      const from = process.hrtime.bigint();
      const edge = detector.push(frame);
      const us = Number(process.hrtime.bigint() - from) / 1000;
      all.push(us);
      fastest[i] = Math.min(fastest[i]!, us);
      if (edge && edge.type !== 'speech-sustained') isSpeech = edge.type === 'speech-start';
      if (edge?.type === 'speech-start') starts++;
      if (isSpeech) speechFrames++;
    }
    detector.close();
  }
  const ordered = Float64Array.from(all).sort();
  return {
    starts,
    speechPercent: Math.round((100 * speechFrames) / frames.length),
    meanUs: round(all.reduce((sum, us) => sum + us, 0) / all.length),
    p999Us: round(ordered[Math.floor(0.999 * ordered.length)]!),
    worstUs: round(fastest.reduce((most, us) => Math.max(most, us), 0)),
  };
}

function round(us: number): number {
  return Math.round(us * 10) / 10;
}

const speech = await talk();
const lines = { 'quiet line': 8, 'noise at 20 dB': 180, 'noise at 10 dB': 570 };
const [energy, gated, network] = [createEnergyDetectors(), await createSileroDetectors(), await loadNetwork()];
const detectors: Readonly<Record<string, () => SpeechDetector>> = {
  energy: () => energy.open(OPTIONS),
  'Silero, gated': () => gated.open(OPTIONS),
  'Silero, every window': () => new SileroDetector(network, ALWAYS_OPEN, OPTIONS),
};
const rows = Object.entries(lines).flatMap(([line, rms]) => {
  const frames = framesOf(inNoise(speech, rms));
  return Object.entries(detectors).map(([detector, open]): Row => ({ line, detector, ...measure(frames, open) }));
});
console.log(`${CALL_MS / FRAME_MS} frames of ${FRAME_MS} ms, ${REPEATS} times`);
console.table(rows);
