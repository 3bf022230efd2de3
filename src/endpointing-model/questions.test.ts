import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { ANSWER_MS, Questions } from './questions.ts';

let clock: VirtualClock;
let posted: number[];
let news: string[];
let stuck: number;
let fates: string[];
let questions: Questions;
const answers: number[] = [];

beforeEach(() => {
  clock = new VirtualClock();
  [posted, news, fates, stuck] = [[], [], [], 0];
  answers.length = 0;
  questions = new Questions({
    clock,
    post: ({ question, mulaw }, transfer) => {
      expect(transfer).toEqual([mulaw.buffer]);
      posted.push(question);
    },
    onNews: (line) => news.push(line),
    onFate: (fate) => fates.push(fate),
    onStuck: () => stuck++,
  });
});

const ask = (): (() => void) => questions.ask(new Uint8Array(8), (completeness) => answers.push(completeness));
const answer = (question: number, completeness = question / 10): void =>
  questions.take({ type: 'answer', question, completeness });
const pass = (ms: number): void => clock.advanceTo(clock.now() + ms);
const fail = (question: number): void => questions.take({ type: 'failed', question, problem: 'out of memory' });
/** Asks and gets no good answer, so often. */
const failTimes = (times: number): void => {
  for (let i = 0; i < times; i++) {
    ask();
    fail(posted.at(-1)!);
  }
};

describe('questions to the model', () => {
  test('are given to the thread one at a time, in their order', () => {
    for (let i = 0; i < 3; i++) ask();
    expect(posted).toEqual([1]);
    answer(1);
    answer(2);
    expect([posted, answers]).toEqual([
      [1, 2, 3],
      [0.1, 0.2],
    ]);
  });

  test('that nobody waits for any more are not given, and not answered', () => {
    const cancels = [ask(), ask(), ask()];
    cancels[0]!();
    cancels[1]!();
    answer(1);
    expect([posted, answers], 'the third is the second to be given').toEqual([[1, 2], []]);
    answer(1);
    answer(7);
    expect(answers, 'nobody was asked these').toEqual([]);
    answer(2);
    expect(answers).toEqual([0.2]);
    expect(fates).toEqual(['dropped', 'dropped', 'used']);
  });

  test('are answered in time or not at all', () => {
    ask();
    pass(ANSWER_MS + 1);
    answer(1);
    ask();
    pass(ANSWER_MS);
    answer(2);
    expect([answers, news]).toEqual([[0.2], []]);
    expect(fates).toEqual(['dropped', 'used']);
  });

  test('give up when they have waited for half of their time', () => {
    ask();
    ask();
    pass(ANSWER_MS / 2 + 1);
    ask();
    answer(1);
    answer(2);
    expect([posted.length, answers]).toEqual([2, [0.1, 0.2]]);
  });

  test('are refused while sixteen wait', () => {
    for (let i = 0; i < 40; i++) ask();
    for (let i = 1; i <= 40; i++) answer(i);
    expect(posted).toHaveLength(17);
    expect(fates.toSorted()).toEqual([...Array(23).fill('refused'), ...Array(17).fill('used')]);
  });

  test('of a thread that says nothing for five seconds end it', () => {
    ask();
    pass(4_999);
    expect(stuck).toBe(0);
    pass(1);
    expect(stuck).toBe(1);
    questions.lost('its thread hangs');
    expect(news).toEqual([expect.stringContaining('its thread hangs')]);
    answer(1);
    expect(answers).toEqual([]);
    expect(fates).toEqual(['failed']);
  });

  test('leave no alarm behind', () => {
    ask();
    ask();
    questions.close();
    pass(10_000);
    answer(1);
    expect([stuck, posted, answers]).toEqual([0, [1], []]);
  });
});

describe('a model that is broken or slow', () => {
  test('rests for a minute after three failures in a row, with one warning', () => {
    failTimes(2);
    ask();
    answer(3);
    failTimes(2);
    expect([questions.isResting, news]).toEqual([false, []]);
    failTimes(1);
    expect([questions.isResting, news]).toEqual([true, [expect.stringContaining('out of memory')]]);
    ask();
    expect(posted).toHaveLength(6);
  });

  test('slowness is a failure, whoever still waits', () => {
    for (let i = 1; i <= 3; i++) {
      ask();
      pass(700);
      answer(i);
    }
    expect(news).toEqual([expect.stringContaining('it took 700 ms for a pause, and 500 are allowed')]);
  });

  test('is tried again, and rests again in silence until it has answered', () => {
    failTimes(3);
    pass(60_000);
    failTimes(1);
    expect([questions.isResting, news.length]).toEqual([true, 1]);
    pass(60_000);
    ask();
    answer(5);
    expect(answers).toEqual([0.5]);
    expect(news.at(-1)).toBe('the endpointing model answers again');
    failTimes(2);
    expect(questions.isResting, 'it is trusted as before').toBe(false);
    failTimes(1);
    expect(news).toHaveLength(3);
  });
});
