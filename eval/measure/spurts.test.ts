import { describe, expect, test } from 'vitest';
import { defaultLines } from '../../src/call/agent-lines.ts';
import type { JournalEntry } from '../../src/call/journal.ts';
import type { CallEffect } from '../../src/core/call-event.ts';
import type { HeardCall } from '../call/observation.ts';
import { planCall } from '../call/plan.ts';
import { babble } from '../call/voice.ts';
import { Witness } from '../call/witness.ts';
import { corpusFile, unit } from '../corpus/tiny-corpus.fixture.ts';
import { spurtsOf } from './spurts.ts';

const TEXT = 'All right, I will read the whole list to you.';
const speech = babble(TEXT, 60);
const wordAt = (index: number): number => speech.words[index]!.from;

interface Piece {
  readonly atMs: number;
  readonly reply: number;
  readonly audio: Uint8Array;
}

const entry = (at: number, reply: number, effects: readonly CallEffect[] = []): JournalEntry => ({
  event: { type: 'playout-start', reply, at },
  effects,
  state: 'SPEAKING',
});

/** A call in which the agent is heard like this; replies 1 and 2 were both to say TEXT. */
function observe(...pieces: readonly Piece[]): HeardCall {
  const agent = new Uint8Array(12_000 * 8).fill(0xff);
  for (const { atMs, audio } of pieces) agent.set(audio, atMs * 8);
  const witness = new Witness();
  witness.utterances.push(speech);
  witness.replies.set(1, TEXT).set(2, TEXT);
  const answers = [1, 2].map((reply) => entry(0, 0, [{ type: 'answer-start', reply }]));
  return {
    plan: planCall(corpusFile('a', [unit('turn', 0, 500)])),
    witness,
    lines: defaultLines('en-US'),
    entries: [...answers, ...pieces.map(({ atMs, reply }) => entry(atMs, reply))],
    caller: agent,
    agent,
    endedBy: 'caller',
    warnings: [],
  };
}

const heard = (...pieces: readonly Piece[]) =>
  spurtsOf(observe(...pieces)).map(({ goesOn, isWhole, reply }) => ({ reply, isWhole, goesOn }));

const firstWords = { atMs: 1_000, reply: 1, audio: speech.audio.subarray(0, wordAt(4)) };

describe('what a stretch of agent speech is', () => {
  test('a whole reply, in its time', () => {
    const [spurt] = spurtsOf(observe({ atMs: 1_000, reply: 1, audio: speech.audio }));
    expect(spurt).toMatchObject({ fromMs: 1_000, kind: 'answer', reply: 1, isWhole: true, goesOn: false });
    expect(Math.abs(spurt!.toMs - 1_000 - speech.audio.length / 8)).toBeLessThanOrEqual(40);
  });

  test('a sentence that is taken up where it was cut goes on, under whatever name', () => {
    const rest = { atMs: 5_000, audio: speech.audio.subarray(wordAt(4)) };
    const expected = (reply: number) => [
      { reply: 1, isWhole: false, goesOn: false },
      { reply, isWhole: true, goesOn: true },
    ];
    expect(heard(firstWords, { ...rest, reply: 1 })).toEqual(expected(1));
    expect(heard(firstWords, { ...rest, reply: 2 })).toEqual(expected(2));
    expect(heard(firstWords, { ...rest, reply: 9 })).toEqual(expected(9));
  });

  test('a word that was cut may be said again, one that was heard may not, and none is left out', () => {
    const cut = { ...firstWords, audio: speech.audio.subarray(0, (wordAt(4) + wordAt(5)) / 2) };
    const from = (index: number): Piece => ({ atMs: 5_000, reply: 1, audio: speech.audio.subarray(wordAt(index)) });
    expect(heard(cut, from(4))[1]?.goesOn).toBe(true);
    expect(heard(firstWords, from(3))[1]?.goesOn).toBe(false);
    expect(heard(firstWords, from(5))[1]?.goesOn).toBe(false);
    const early = { ...from(4), audio: speech.audio.subarray(wordAt(4) - 160) };
    expect(heard(firstWords, early)[1]?.goesOn).toBe(true);
  });

  test('the same answer from its beginning is another answer', () => {
    const oneWord = { ...firstWords, audio: speech.audio.subarray(0, wordAt(1) - 800) };
    expect(heard(oneWord, { atMs: 5_000, reply: 2, audio: speech.audio })).toEqual([
      { reply: 1, isWhole: false, goesOn: false },
      { reply: 2, isWhole: true, goesOn: false },
    ]);
  });

  test('a short pause cuts nothing', () => {
    const rest = { atMs: 1_000 + wordAt(4) / 8 + 200, reply: 1, audio: speech.audio.subarray(wordAt(4)) };
    expect(heard(firstWords, rest)).toEqual([{ reply: 1, isWhole: true, goesOn: false }]);
  });

  test('another reply does not belong to the one before it, however soon it comes', () => {
    const endMs = 1_000 + firstWords.audio.length / 8;
    const answer = { atMs: endMs + 160, reply: 2, audio: speech.audio };
    expect(heard(firstWords, answer)).toEqual([
      { reply: 1, isWhole: false, goesOn: false },
      { reply: 2, isWhole: true, goesOn: false },
    ]);
    expect(heard(firstWords, { ...answer, reply: 1 })).toHaveLength(1);
  });
});
