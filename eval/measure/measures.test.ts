import { describe, expect, test } from 'vitest';
import type { PlayedUnit } from '../call/witness.ts';
import { unit } from '../corpus/tiny-corpus.fixture.ts';
import { wordDistance } from './heard-errors.ts';
import { measureCall } from './measures.ts';
import type { Spurt } from './spurts.ts';
import type { Timeline } from './timeline.ts';

const played = (...args: Parameters<typeof unit>): PlayedUnit => ({ ...unit(...args), uncued: false });
const turn = (startMs: number, endMs: number) => played('turn', startMs, endMs);
const cough = (startMs: number) => played('event', startMs, startMs + 200, { label: 'cough' });

const utterance = { text: 'a b c', audio: new Uint8Array(0), words: [] };
const heard = (text: string, fromMs: number, share = 1, index = 0) => ({
  text,
  fromMs,
  toMs: fromMs + 100,
  share,
  utterance,
  index,
});

let reply = 0;
const says = (fromMs: number, toMs: number, more: Partial<Spurt> = {}): Spurt => {
  return { fromMs, toMs, reply: ++reply, kind: 'answer', words: [], isWhole: true, goesOn: false, ...more };
};

const measure = (more: Partial<Timeline>) =>
  measureCall({ units: [], spurts: [], told: [], providersMs: new Map(), endMs: 30_000, unsaid: 0, ...more });

describe('answers', () => {
  test('one answer after each turn: gaps, with and without what the providers took', () => {
    const answer = says(2_600, 3_000);
    const found = measure({
      units: [turn(1_000, 2_000), turn(5_000, 6_000)],
      spurts: [answer, says(6_400, 7_000)],
      providersMs: new Map([[answer.reply, 250]]),
    });
    expect(found.gaps).toEqual([
      { gapMs: 600, kavMs: 350 },
      { gapMs: 400, kavMs: 400 },
    ]);
    expect(found).toMatchObject({ turns: 2, premature: 0, missed: 0, double: 0, noSpeechReplies: 0, deadAirMs: 600 });
    expect(found.mistakes).toEqual([]);
  });

  test('an answer inside a turn is premature; the one after it counts', () => {
    const found = measure({
      units: [turn(1_000, 4_000)],
      spurts: [says(2_000, 2_600, { isWhole: false }), says(4_500, 5_000)],
    });
    expect(found).toMatchObject({ premature: 1, missed: 0, double: 0, falseBargeIns: 0, gaps: [{ gapMs: 500 }] });
  });

  test('a premature answer that talks the caller down is the answer', () => {
    expect(measure({ units: [turn(1_000, 4_000)], spurts: [says(2_000, 5_000)] })).toMatchObject({
      premature: 1,
      missed: 0,
      gaps: [],
    });
  });

  test('no answer before the next turn is a missed reply and dead air', () => {
    const found = measure({ units: [turn(1_000, 2_000), turn(5_000, 6_000)], spurts: [says(6_500, 7_000)] });
    expect(found).toMatchObject({ missed: 1, deadAirMs: 3_000 });
    expect(found.mistakes).toMatchObject([{ kind: 'missed', atMs: 2_000 }]);
  });

  test('an agent that hangs up misses what was still to come', () => {
    expect(measure({ units: [turn(1_000, 2_000)], spurts: [says(2_500, 3_000)], unsaid: 2 })).toMatchObject({
      turns: 3,
      missed: 2,
    });
  });

  test('two answers to one turn are a double reply, a sentence taken up again is not', () => {
    const units = [turn(1_000, 2_000)];
    expect(measure({ units, spurts: [says(2_500, 3_000), says(4_000, 5_000)] })).toMatchObject({ double: 1 });
    const taken = [says(2_500, 3_000, { isWhole: false }), says(3_500, 5_000, { goesOn: true })];
    expect(measure({ units: [...units, cough(2_900)], spurts: taken })).toMatchObject({ double: 0 });
  });
});

describe('answers to nothing', () => {
  test('before anybody spoke, after a cough, and to noise', () => {
    expect(measure({ spurts: [says(1_000, 2_000)] }).noSpeechReplies).toBe(1);
    const answered = [says(2_500, 3_000), says(6_000, 6_500)];
    const found = measure({ units: [turn(1_000, 2_000), cough(5_000)], spurts: answered });
    expect(found).toMatchObject({ noSpeechReplies: 1, double: 0 });
    expect(found.mistakes).toMatchObject([{ kind: 'no-speech', text: 'the agent answers a cough' }]);
    expect(measure({ spurts: [says(1_000, 2_000, { kind: 'line', line: 'not-heard' })] }).noSpeechReplies).toBe(1);
  });

  test('to say that a turn was not heard is to miss it, and the greeting is no answer', () => {
    const line = says(2_500, 3_500, { kind: 'line', line: 'not-heard' });
    expect(measure({ units: [turn(1_000, 2_000)], spurts: [line] })).toMatchObject({ noSpeechReplies: 0, missed: 1 });
    expect(measure({ spurts: [says(0, 900, { kind: 'greeting' })] }).noSpeechReplies).toBe(0);
  });
});

describe('interruptions', () => {
  const units = [turn(1_000, 2_000), played('barge-in', 4_000, 5_000)];
  const answer = says(5_500, 6_000);

  test('the reaction is from the first sound to silence', () => {
    const found = measure({ units, spurts: [says(2_500, 4_180, { isWhole: false }), answer] });
    expect(found).toMatchObject({ bargeInMs: [180], bargeIns: 1, missedBargeIns: 0, falseBargeIns: 0, missed: 0 });
  });

  test('an agent that speaks on, or takes the sentence up again, has missed it', () => {
    expect(measure({ units, spurts: [says(2_500, 8_000)] })).toMatchObject({ missedBargeIns: 1, bargeInMs: [] });
    const resumed = [says(2_500, 4_200, { isWhole: false }), says(4_600, 7_000, { goesOn: true })];
    expect(measure({ units, spurts: resumed })).toMatchObject({ missedBargeIns: 1 });
  });

  test('without speech to interrupt there is nothing to measure', () => {
    const found = measure({ units, spurts: [says(2_500, 3_500), answer] });
    expect(found).toMatchObject({ bargeIns: 0, missedBargeIns: 0 });
    expect(found.mistakes).toMatchObject([{ kind: 'not-played' }]);
  });
});

describe('disturbances', () => {
  test('a stop for a cough is a false barge-in, resumed if the words go on', () => {
    const units = [turn(1_000, 2_000), cough(4_000)];
    const cut = says(2_500, 4_300, { isWhole: false });
    expect(measure({ units, spurts: [cut] })).toMatchObject({ events: 1, falseBargeIns: 1, resumed: 0 });
    const resumed = measure({ units, spurts: [cut, says(5_000, 6_000, { goesOn: true })] });
    expect(resumed).toMatchObject({ events: 1, falseBargeIns: 1, resumed: 1, noSpeechReplies: 0 });
    const repeated = measure({ units, spurts: [cut, says(5_000, 9_000, { reply: cut.reply })] });
    expect(repeated).toMatchObject({ falseBargeIns: 1, resumed: 0 });
  });

  test('an agent that speaks through it does right; a cough in silence is no event', () => {
    const units = [turn(1_000, 2_000), cough(4_000), cough(9_000)];
    expect(measure({ units, spurts: [says(2_500, 6_000)] })).toMatchObject({ events: 1, falseBargeIns: 0 });
  });

  test('a stop for nothing is an event of its own, the end of the call is not', () => {
    const units = [turn(1_000, 2_000)];
    const cut = says(2_500, 4_300, { isWhole: false });
    expect(measure({ units, spurts: [cut] })).toMatchObject({ events: 1, falseBargeIns: 1 });
    expect(measure({ units, spurts: [cut], endMs: 4_320 })).toMatchObject({ events: 0, falseBargeIns: 0 });
  });
});

describe('the record of what was heard', () => {
  const spurts = [
    says(1_000, 1_400, { words: [heard('Yes,', 1_000), heard('of', 1_100, 1, 1), heard('course', 1_200, 0.3, 2)] }),
  ];

  test('a word counts from its half on', () => {
    expect(measure({ spurts, told: [{ text: 'Yes, of', fromMs: 1_000 }] }).heardErrors).toEqual([0]);
    expect(measure({ spurts, told: [{ text: 'yes of course it is', fromMs: 1_010 }] }).heardErrors).toEqual([3]);
  });

  test('speech without a record is an error', () => {
    expect(measure({ spurts }).heardErrors).toEqual([2]);
  });

  test('the parts of a word that was cut and taken up are one', () => {
    const parts = [says(1_000, 1_500, { words: [heard('yes', 1_000, 0.4), heard('yes', 1_300, 0.6)] })];
    expect(measure({ spurts: parts, told: [{ text: 'Yes', fromMs: 1_000 }] }).heardErrors).toEqual([0]);
  });

  test('the distance of two texts in words', () => {
    expect(wordDistance(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toBe(2);
    expect(wordDistance([], ['a'])).toBe(1);
  });
});
