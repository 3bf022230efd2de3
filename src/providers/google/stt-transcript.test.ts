import { describe, expect, test } from 'vitest';
import { isRotationDue, ROTATION } from './stt-rotation.ts';
import { BYTES_PER_MS, joinParts, StreamTranscript } from './stt-transcript.ts';

const final = (text: string, endMs?: number) => ({ heard: [{ text, isFinal: true, endMs }] });
const interim = (text: string, endMs?: number) => ({ heard: [{ text, isFinal: false, endMs }] });

function transcriptOf(...news: Parameters<StreamTranscript['accept']>[0][]): StreamTranscript {
  const transcript = new StreamTranscript();
  for (const one of news) transcript.accept(one);
  return transcript;
}

describe('a stream’s transcript', () => {
  test('a repeated final and an interim from before it change nothing', () => {
    const transcript = transcriptOf(final('one two', 1_000));
    expect(transcript.accept(final('one two', 1_000))).toBe(false);
    expect(transcript.accept(interim('one', 800))).toBe(false);
    expect(transcript.text).toBe('one two');
  });

  test('finals that come in the wrong order are put right, and leave the interim alone', () => {
    const transcript = transcriptOf(final('two', 2_000), interim('three', 2_500), final('one', 1_000));
    expect(transcript.text).toBe('one two three');
    expect(transcript.finalMs).toBe(2_000);
  });

  test('an empty final does not unsay what was heard', () => {
    expect(transcriptOf(interim('yes please', 500), final('', 700)).text).toBe('yes please');
    expect(transcriptOf(final('', 700)).text).toBe('');
  });

  test('a model that tells no times is believed in the order it speaks', () => {
    expect(transcriptOf(final('one'), final('two'), interim('three')).text).toBe('one two three');
  });
});

describe('streams one after another', () => {
  test('what two streams both heard is there once', () => {
    const first = { from: 0, transcript: transcriptOf(final('a b c d', 5_000)) };
    const second = { from: 3_000 * BYTES_PER_MS, transcript: transcriptOf(interim('c d e')) };
    expect(joinParts([first, second])).toBe('a b c d e');
  });

  test('streams that do not overlap are not compared', () => {
    const first = { from: 0, transcript: transcriptOf(final('no', 3_000)) };
    const second = { from: 3_000 * BYTES_PER_MS, transcript: transcriptOf(interim('no way')) };
    expect(joinParts([first, second])).toBe('no no way');
  });
});

describe('rotation', () => {
  const due = (ageMs: number, unchangedMs: number, isQuiet = false) =>
    isRotationDue(ROTATION, { ageMs, unchangedMs, isQuiet });

  test('in the first pause from 240 s on, at 290 s at the latest', () => {
    expect(due(239_999, 5_000, true)).toBe(false);
    expect(due(240_000, 299)).toBe(false);
    expect(due(240_000, 300)).toBe(true);
    expect(due(240_000, 0, true)).toBe(true);
    expect(due(290_000, 0)).toBe(true);
  });
});
