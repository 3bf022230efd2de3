import { describe, expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts';
import { babble } from '../call/voice.ts';
import { heardWords } from './heard.ts';

const RATE = 60;
const one = babble('All right, I will read the whole list to you.', RATE);
const other = babble('All right, that was not what you wanted.', RATE);

/** A receiver that plays pieces of audio at their times. */
function receiver(lengthMs: number, ...pieces: readonly (readonly [atMs: number, audio: Uint8Array])[]): Uint8Array {
  const track = new Uint8Array(lengthMs * 8).fill(0xff);
  for (const [atMs, audio] of pieces) track.set(audio, atMs * 8);
  return track;
}

const textOf = (words: ReturnType<typeof heardWords>): string => words.map(({ text }) => text).join(' ');

describe('what was heard', () => {
  test('is told word by word, in time, and from the right sentence', () => {
    const words = heardWords(receiver(9_000, [503, one.audio], [5_001, other.audio]), [other, one]);
    expect(textOf(words)).toBe(
      'All right, I will read the whole list to you. All right, that was not what you wanted.',
    );
    expect(Math.abs(words[0]!.fromMs - 503)).toBeLessThanOrEqual(10);
    expect(words[5]).toMatchObject({ text: 'the', share: 1 });
    expect(words[10]!.utterance).toBe(other);
  });

  test('ends with the part of the word in which it was cut', () => {
    const { from, to } = one.words[4]!;
    const words = heardWords(receiver(5_000, [500, one.audio.subarray(0, (from + to) / 2)]), [one]);
    expect(textOf(words)).toBe('All right, I will read');
    expect(words[4]!.share).toBeGreaterThan(0.4);
    expect(words[4]!.share).toBeLessThan(0.6);
  });

  test('is found where a sentence is taken up in its middle', () => {
    const at = one.words[6]!.from;
    const track = receiver(9_000, [500, one.audio.subarray(0, at)], [4_000, one.audio.subarray(at)]);
    const words = heardWords(track, [one, other]);
    expect(words.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(words[6]!.fromMs).toBeGreaterThanOrEqual(4_000);
  });

  test('is the same word again, and not one that sounded alike before, where a cut word is said again', () => {
    const twice = babble('We will call your office and then your home.', RATE);
    const [cut, again] = [twice.words[7]!.to - 400, twice.words[7]!.from];
    const track = receiver(9_000, [500, twice.audio.subarray(0, cut)], [4_000, twice.audio.subarray(again)]);
    expect(heardWords(track, [twice, one]).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 7, 8]);
  });

  test('is the same when the volume goes down for a while', () => {
    const samples = decodeMulaw(one.audio);
    for (let i = 8_000; i < 16_000; i++) samples[i] = Math.round(samples[i]! / 4);
    const words = heardWords(receiver(5_000, [500, encodeMulaw(samples)]), [one]);
    expect(words.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('is nothing where the agent did not speak', () => {
    expect(heardWords(receiver(3_000), [one])).toEqual([]);
  });
});
