import { describe, expect, test } from 'vitest';
import { sttConformance } from '../../src/providers/conformance/stt.ts';
import type { SpeechEvent } from '../../src/providers/contracts.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { createOracle } from './oracle.ts';
import { type TimedWord, wordsOf } from './witness.ts';

const shared = new VirtualClock();
const advance = (ms: number) => shared.advance(ms);
const delays = { partialMs: 150, finalMs: 250 };
/** After the silence in which the suite wants no words. */
const labelled = wordsOf({ text: 'one two three', segments: [{ startMs: 1_100, endMs: 1_900 }] });

sttConformance('oracle, of words', () => createOracle({ clock: shared, wordsOf: () => labelled, ...delays }), {
  advance,
});
sttConformance('oracle, of nothing', () => createOracle({ clock: shared, wordsOf: () => [], ...delays }), { advance });

/** Plays a call in frames; `edges` are the VAD's, by time. */
async function listen(words: readonly TimedWord[], lengthMs: number, edges: Readonly<Record<number, 'start' | 'end'>>) {
  const clock = new VirtualClock();
  const events: [atMs: number, SpeechEvent][] = [];
  const session = createOracle({ clock, wordsOf: () => words, ...delays }).open({
    callSid: 'CA00',
    language: 'en-US',
    onEvent: (event) => events.push([clock.now(), event]),
  });
  const frame = new Uint8Array(160).fill(0xff);
  for (let at = 0; at < lengthMs; at += 20) {
    await clock.advance(20);
    session.write(frame);
    if (edges[at + 20] === 'start') session.speechStarted();
    if (edges[at + 20] === 'end') session.speechEnded();
  }
  await session.close();
  return events.map(([at, event]) => (event.type === 'error' ? [at, 'error'] : [at, event.type, event.text]));
}

describe('the oracle', () => {
  test('shows words as they are spoken, and the final a while after them', async () => {
    const words = wordsOf({ text: 'one two', segments: [{ startMs: 100, endMs: 700 }] });
    expect(await listen(words, 2_000, { 160: 'start', 900: 'end' })).toEqual([
      [550, 'partial', 'one'],
      [850, 'partial', 'one two'],
      [950, 'partial', 'one two'],
      [950, 'final', 'one two'],
    ]);
  });

  test('answers an end that the VAD noticed late at once', async () => {
    const words = wordsOf({ text: 'one', segments: [{ startMs: 100, endMs: 700 }] });
    const events = await listen(words, 2_500, { 160: 'start', 1500: 'end' });
    expect(events.at(-1)).toEqual([1_510, 'final', 'one']);
  });

  test('gives each segment its own words, and the VAD what it asks for', async () => {
    const segments = [
      { startMs: 100, endMs: 700 },
      { startMs: 1_500, endMs: 2_100 },
    ];
    const events = await listen(wordsOf({ text: 'one two', segments }), 3_000, {
      160: 'start',
      900: 'end',
      1560: 'start',
      2300: 'end',
    });
    expect(events.filter(([, type]) => type === 'final')).toEqual([
      [950, 'final', 'one'],
      [2_350, 'final', 'two'],
    ]);
  });

  test('a noise is an empty final', async () => {
    expect(await listen([], 1_500, { 160: 'start', 500: 'end' })).toEqual([[750, 'final', '']]);
  });

  test('a caller too quiet for the VAD is understood', async () => {
    const words = wordsOf({ text: 'hello', segments: [{ startMs: 100, endMs: 500 }] });
    expect((await listen(words, 2_000, {})).at(-1)).toEqual([750, 'final', 'hello']);
  });
});

describe('the words of a unit', () => {
  const segments = [
    { startMs: 0, endMs: 400 },
    { startMs: 1_000, endMs: 1_600 },
  ];

  test('are spread over the speech by their letters', () => {
    expect(wordsOf({ text: 'aaaa bbb ccc', segments })).toEqual([
      { text: 'aaaa', endMs: 400, endsSegment: true },
      { text: 'bbb', endMs: 1_300, endsSegment: false },
      { text: 'ccc', endMs: 1_600, endsSegment: true },
    ]);
  });

  test('are those of the segments where the labels tell them', () => {
    const told = segments.map((segment, i) => ({ ...segment, text: ['a', 'bbbbbbb'][i]! }));
    expect(wordsOf({ text: 'ignored', segments: told }).map(({ text }) => text)).toEqual(['a', 'bbbbbbb']);
  });
});
