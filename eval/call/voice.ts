/**
 * A voice whose every word can be told by its sound: babble with pitch and formants, made from the word's own letters.
 * What the caller really heard is then read from the audio on the line, and not from anybody's report.
 */
import { encodeMulaw } from '../../src/audio/mulaw.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { AudioChunk, TextToSpeech, TextToSpeechOptions } from '../../src/providers/contracts.ts';
import { wait } from '../../src/providers/wait.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { isSpeakable } from '../../src/text/speakable.ts';
import type { Utterance, Witness } from './witness.ts';

export interface BabbleVoiceOptions {
  readonly clock: Clock;
  readonly witness: Witness;
  readonly firstByteMs: number;
  readonly msPerCharacter: number;
}

const CHUNK_BYTES = 3_200;
const SAMPLES_PER_MS = 8;

export function createBabbleVoice({ clock, witness, firstByteMs, msPerCharacter }: BabbleVoiceOptions): TextToSpeech {
  async function* synthesize(text: string, delayMs: number, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    signal.throwIfAborted();
    if (!isSpeakable(text)) return;
    await wait(clock, delayMs, signal);
    const utterance = babble(text, msPerCharacter);
    witness.utterances.push(utterance);
    for (let from = 0; from < utterance.audio.length; from += CHUNK_BYTES) {
      signal.throwIfAborted();
      yield { encoding: 'mulaw', data: utterance.audio.subarray(from, from + CHUNK_BYTES) };
    }
  }
  return {
    name: 'babble',
    caveat: 'The voice is babble that is as long as the words would be.',
    // Lines are spoken before there is a call, and nobody waits for them.
    open: ({ callSid }: TextToSpeechOptions) => ({
      synthesize: (text, signal) => synthesize(text, callSid === '' ? 0 : firstByteMs, signal),
      close: async () => {},
    }),
    close: async () => {},
  };
}

/** The same text at the same speed is the same audio. A word sounds the same wherever it stands. */
export function babble(text: string, msPerCharacter: number): Utterance {
  const pieces: Int16Array[] = [];
  const words: { text: string; from: number; to: number }[] = [];
  let at = 0;
  for (const word of text.split(/\s+/u).filter(isSpeakable)) {
    const piece = babbleWord(word, Math.round((word.length + 1) * msPerCharacter * SAMPLES_PER_MS));
    words.push({ text: word, from: at, to: at + piece.length });
    pieces.push(piece);
    at += piece.length;
  }
  const samples = new Int16Array(at);
  for (const [i, piece] of pieces.entries()) samples.set(piece, words[i]!.from);
  return { text, audio: encodeMulaw(samples), words };
}

/** About −22 dBov. */
const LEVEL = 3_600;
/** Never silent inside a word: its place must be found in any stretch of it. */
const FLOOR = 0.12;

function babbleWord(word: string, length: number): Int16Array {
  const random = createRandom(hashOf(word.toLowerCase()));
  const syllables = Math.max(1, Math.round(word.length / 3));
  const syllableLength = Math.ceil(length / syllables);
  const samples = new Int16Array(length);
  const state = { phase: 0, y1: 0, y2: 0, z1: 0, z2: 0 };
  for (let syllable = 0; syllable < syllables; syllable++) {
    const pitchHz = 95 + 60 * random();
    const first = resonator(300 + 500 * random(), 90);
    const second = resonator(1_000 + 1_200 * random(), 140);
    const to = Math.min(length, (syllable + 1) * syllableLength);
    for (let i = syllable * syllableLength; i < to; i++) {
      const share = (i - syllable * syllableLength) / syllableLength;
      state.phase += (pitchHz * (1 + 0.12 * Math.sin(Math.PI * share))) / 8_000;
      const pulse = state.phase >= 1 ? 1 : 0;
      state.phase -= pulse;
      const source = pulse + 0.12 * (random() - 0.5);
      const y = source + first.a * state.y1 + first.b * state.y2;
      const z = source + second.a * state.z1 + second.b * state.z2;
      [state.y2, state.y1, state.z2, state.z1] = [state.y1, y, state.z1, z];
      const envelope = FLOOR + (1 - FLOOR) * Math.sin(Math.PI * share) ** 0.6;
      samples[i] = Math.max(-30_000, Math.min(30_000, LEVEL * envelope * (0.45 * y + 0.3 * z)));
    }
  }
  return samples;
}

function resonator(frequencyHz: number, bandwidthHz: number): { readonly a: number; readonly b: number } {
  const radius = Math.exp((-Math.PI * bandwidthHz) / 8_000);
  return { a: 2 * radius * Math.cos((2 * Math.PI * frequencyHz) / 8_000), b: -radius * radius };
}

function hashOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) >>> 0;
  return hash;
}
