import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { flow } from './flow.ts';
import { parseFlow } from './parse.ts';

const day = { slot: 'day', kind: 'date', ask: 'Which day?' };
const wrap = { slot: 'wrap', kind: 'choice', ask: 'Box or bag?', options: [{ value: 'box' }, { value: 'bag' }] };
const valid = { name: 'visit', language: 'en-US', questions: [day] };

function faultOf(definition: unknown): { key: string; message: string } {
  try {
    parseFlow(definition, 'flow');
  } catch (error) {
    if (error instanceof ConfigError) return { key: error.key, message: error.message };
    throw error;
  }
  throw new Error('the definition was accepted');
}

describe('a faulty flow is a ConfigError that names the field', () => {
  test.each([
    ['no object', 'call me', 'flow', /must be an object/],
    ['no name', { ...valid, name: undefined }, 'flow: name', /is missing/],
    ['a name with spaces', { ...valid, name: 'My flow' }, 'flow: name', /lower-case words/],
    ['a language that flows do not speak', { ...valid, language: 'fr-FR' }, 'flow: language', /he-IL/],
    ['no questions', { ...valid, questions: [] }, 'flow: questions', /at least one/],
    ['questions that are no list', { ...valid, questions: day }, 'flow: questions', /must be a list, not an object/],
    ['a question without words', { ...valid, questions: [{ ...day, ask: '' }] }, 'flow: questions[0].ask', /is empty/],
    ['an unknown kind', { ...valid, questions: [{ ...day, kind: 'dat' }] }, 'flow: questions[0].kind', /one of yes-no/],
    [
      'a slot that is no name',
      { ...valid, questions: [{ ...day, slot: 'the day' }] },
      'flow: questions[0].slot',
      /letter/,
    ],
    ['a slot asked twice', { ...valid, questions: [day, day] }, 'flow: questions[1].slot', /asked twice/],
    ['an unknown key', { ...valid, sumary: 'x' }, 'flow', /unknown key "sumary".*"summary"/],
    ['an unknown key of a question', { ...valid, questions: [{ ...day, asks: 'x' }] }, 'flow: questions[0]', /"ask"/],
    ['an unknown line', { ...valid, lines: { helpp: 'x' } }, 'flow: lines', /"help"/],
    ['an empty line', { ...valid, lines: { help: ' ' } }, 'flow: lines.help', /is empty/],
    [
      'a choice without options',
      { ...valid, questions: [{ ...wrap, options: [] }] },
      'flow: questions[0].options',
      /one option/,
    ],
    [
      'an option twice',
      { ...valid, questions: [{ ...wrap, options: [{ value: 'a' }, { value: 'a' }] }] },
      'flow: questions[0].options[1].value',
      /twice/,
    ],
    [
      'a condition on nothing',
      { ...valid, questions: [{ ...day, when: { wrp: 'box' } }] },
      'flow: questions[0].when.wrp',
      /earlier question/,
    ],
    [
      'a condition on a later question',
      { ...valid, questions: [{ ...day, when: { wrap: 'box' } }, wrap] },
      'flow: questions[0].when.wrap',
      /earlier question/,
    ],
    [
      'a condition on a value that cannot be',
      { ...valid, questions: [wrap, { ...day, when: { wrap: 'bax' } }] },
      'flow: questions[1].when.wrap',
      /"box"/,
    ],
    ['a template with an unknown slot', { ...valid, summary: 'On {dya}. Right?' }, 'flow: summary', /"day"/],
    [
      'an unknown way out',
      { ...valid, questions: [{ ...day, otherwise: { type: 'shrug' } }] },
      'flow: questions[0].otherwise.type',
      /take-words/,
    ],
    [
      'a way out without words',
      { ...valid, questions: [{ ...day, otherwise: { type: 'end' } }] },
      'flow: questions[0].otherwise.say',
      /is missing/,
    ],
    [
      'a range upside down',
      { ...valid, questions: [{ slot: 'n', kind: 'number', ask: '?', min: 9, max: 1 }] },
      'flow: questions[0].min',
      /above max/,
    ],
    [
      'hours that are none',
      { ...valid, questions: [{ slot: 't', kind: 'time', ask: '?', within: { from: '9', to: '17:00' } }] },
      'flow: questions[0].within.from',
      /HH:MM/,
    ],
    [
      'hours upside down',
      { ...valid, questions: [{ slot: 't', kind: 'time', ask: '?', within: { from: '17:00', to: '09:00' } }] },
      'flow: questions[0].within.from',
      /midnight/,
    ],
    [
      'a refusal that is no function',
      { ...valid, questions: [{ ...day, refuse: 'no' }] },
      'flow: questions[0].refuse',
      /function/,
    ],
  ])('%s', (_name, definition, key, message) => {
    const found = faultOf(definition);
    expect(found.key).toBe(key);
    expect(found.message).toMatch(message);
  });
});

test('a sound flow is kept as it is, frozen, and parses again', () => {
  const parsed = flow({ name: 'visit', language: 'he-IL', questions: [{ slot: 'day', kind: 'date', ask: 'מתי?' }] });
  expect(parsed).toMatchObject({ kind: 'flow', name: 'visit' });
  expect(Object.isFrozen(parsed)).toBe(true);
  expect(parseFlow(parsed, 'flow')).toEqual(parsed);
});

test('the error of an unnamed flow says that it is a flow', () => {
  expect(() => flow({ name: '', language: 'en-US', questions: [] })).toThrow(/^flow: name: is empty/);
});

test('slots are typed: a wrong one is marked in the editor, and refused at run time', () => {
  const questions = [
    { slot: 'wrap', kind: 'yes-no', ask: 'Shall we wrap it?' },
    { slot: 'card', kind: 'text', ask: 'What is on the card?', when: { wrap: 'yes' } },
  ] as const;
  flow({ name: 'gift', language: 'en-US', questions, summary: (said) => `${said.wrap} ${said.card}` });
  // @ts-expect-error there is no slot of this name
  flow({ name: 'gift', language: 'en-US', questions, summary: (said) => said.crad });
  const conditioned = () =>
    flow({
      name: 'gift',
      language: 'en-US',
      questions: [
        { slot: 'wrap', kind: 'yes-no', ask: 'Shall we wrap it?' },
        // @ts-expect-error there is no slot of this name
        { slot: 'card', kind: 'text', ask: 'What is on the card?', when: { wrpa: 'yes' } },
      ],
    });
  expect(conditioned).toThrow(/Did you mean "wrap"/);
});
