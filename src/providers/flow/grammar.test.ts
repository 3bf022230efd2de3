import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import frontDesk from '../../../agents/front-desk.ts';
import { flow } from './flow.ts';
import { startFlow, stepFlow } from './step.ts';
import { tokenise } from './text.ts';

const booking = frontDesk.brain.find((entry) => typeof entry !== 'string')!;

const everyKind = flow({
  name: 'every-kind',
  language: 'en-GB',
  questions: [
    { slot: 'guests', kind: 'number', ask: 'How many guests?', min: 1, max: 20, units: ['guests', 'people'] },
    { slot: 'budget', kind: 'number', ask: 'What is the budget?', confirm: true },
    { slot: 'start', kind: 'time', ask: 'When?' },
    { slot: 'host', kind: 'name', ask: 'Whose name?', names: { first: ['anna'] } },
    { slot: 'hall', kind: 'choice', ask: 'Which hall?', options: [{ value: 'red' }, { value: 'hall-2' }] },
    { slot: 'note', kind: 'text', ask: 'Anything else?' },
  ],
});

/** The grammar of every state that these conversations pass through. */
function grammars(): readonly string[] {
  const conversations = [
    { definition: booking, words: ['a cleaning', 'monday', 'ten', 'mary', 'no', '5551234567', 'yes', 'no', 'the day'] },
    {
      definition: everyKind,
      words: ['four', 'two hundred', 'yes', 'noon', 'anna', 'red', 'thank you very much', 'no'],
    },
  ];
  return conversations.flatMap(({ definition, words }) => {
    let step = startFlow(definition);
    const steps = [step];
    for (const each of words) {
      step = stepFlow(definition, step.state, each);
      steps.push(step);
    }
    return steps.flatMap(({ expect: { grammar } }) => (grammar === undefined ? [] : [grammar]));
  });
}

const wordsOf = (grammar: string): readonly string[] => grammar.split(/[\s()[\]|+]+/u).filter((word) => word !== '');

describe('grammars of English questions', () => {
  test('hold lower-case words, brackets in pairs, and no empty alternative', () => {
    expect(grammars().length).toBeGreaterThan(14);
    for (const grammar of grammars()) {
      expect(wordsOf(grammar).filter((word) => !/^[a-z']+$/u.test(word))).toEqual([]);
      expect(grammar).not.toMatch(/[|([]\s*[|)\]]/u);
      for (const [open, close] of ['()', '[]'].map((pair) => [...pair])) {
        expect(grammar.split(open!).length).toBe(grammar.split(close!).length);
      }
    }
  });

  test('always let the caller say yes, no, repeat, help, operator and goodbye', () => {
    for (const grammar of grammars()) {
      for (const word of ['yes', 'no', 'repeat', 'help', 'operator', 'goodbye']) {
        expect(grammar).toMatch(new RegExp(`[|(] ${word} [|)]`, 'u'));
      }
    }
  });

  test('are narrow: the hours in question, the options, the names of the question', () => {
    const [, , time] = grammars();
    expect(time).toContain('half past');
    expect(time).not.toContain('seven');
    const host = grammars().find((grammar) => grammar.includes('anna') && !grammar.includes('smith'));
    expect(host).toBeDefined();
    expect(grammars().some((grammar) => grammar.includes('hall-2') || grammar.includes('hall 2'))).toBe(false);
  });

  test('offer no grammar for free words, nor in Hebrew', () => {
    const end = ['four', '9', 'yes', 'noon', 'anna', 'red'].reduce(
      (step, words) => stepFlow(everyKind, step.state, words),
      startFlow(everyKind),
    );
    expect(end.expect).toEqual({ kind: 'open' });
    const hebrew = flow({ name: 'visit', language: 'he-IL', questions: [{ slot: 'day', kind: 'date', ask: 'מתי?' }] });
    expect(startFlow(hebrew).expect).toMatchObject({
      kind: 'date',
      phrases: expect.arrayContaining(['יום שלישי', 'מחר']),
    });
    expect(startFlow(hebrew).expect.grammar).toBeUndefined();
  });

  test('what they let through is understood', () => {
    for (const words of [
      'i want a cleaning on tuesday at ten thirty please',
      'cleaning',
      "it's to make an appointment",
    ]) {
      expect(tokenise(words).length).toBeGreaterThan(0);
      expect(stepFlow(booking, startFlow(booking).state, words).state.slots['reason']).toBeDefined();
    }
  });
});

/** Debian's `pocketsphinx-en-us`; without it the spelling is checked elsewhere, by the recogniser's own tests. */
const DICTIONARY = '/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict';

test.skipIf(!existsSync(DICTIONARY))('every word of the grammars can be pronounced', () => {
  const known = new Set(
    readFileSync(DICTIONARY, 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[0]),
  );
  const unknown = grammars()
    .flatMap(wordsOf)
    .filter((word) => !known.has(word));
  expect([...new Set(unknown)]).toEqual([]);
});
