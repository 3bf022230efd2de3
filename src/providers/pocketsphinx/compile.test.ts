import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Expectation } from '../contracts.ts';
import { compileGrammar } from './compile.ts';
import { Dictionary } from './dictionary.ts';
import { bodyFor, RULES } from './grammars.ts';
import { mentionsOf, parseJsgf } from './jsgf.ts';
import { findModel, modelFolderOf } from './model.ts';

const small = new Dictionary(
  ['yes Y EH S', 'no N OW', 'home HH OW M', 'page P EY JH', 'cat K AE T', 'a AH', 'a(2) EY', 'tea T IY'].join('\n'),
);

const answerOf = (expectation: Expectation, dictionary = small) =>
  /public <answer> = (.*);/.exec(compileGrammar(expectation, dictionary).jsgf)?.[1];

describe('Dictionary', () => {
  test('gives every variant of a word under its own key', () => {
    expect(small.lookUp('a')).toEqual([
      { key: 'a', phones: 'AH' },
      { key: 'a(2)', phones: 'EY' },
    ]);
  });

  test.each([
    ['homepage', 'HH OW M P EY JH'],
    ['cats', 'K AE T S'],
    ["page's", 'P EY JH IH Z'],
    ['homes', 'HH OW M Z'],
  ])('puts %s together', (word, phones) => {
    expect(small.lookUp(word)).toEqual([{ key: word, phones }]);
  });

  test.each(['', 'frobnitz', 'a(2) EY', 'constructor', 'homefrob'])('does not know %j', (word) => {
    expect(small.lookUp(word)).toEqual([]);
  });
});

describe('compileGrammar', () => {
  test('takes the agent’s grammar as it stands', () => {
    const { jsgf, pronunciations, problems } = compileGrammar({ kind: 'choice', grammar: 'yes | no [a]' }, small);
    expect(jsgf).toBe('#JSGF V1.0;\ngrammar kav;\npublic <answer> = (yes | no [a]);\n');
    expect(pronunciations.map(({ key }) => key)).toEqual(['yes', 'no', 'a', 'a(2)']);
    expect(problems).toEqual([]);
  });

  test('joins phrases, without punctuation and with digits as words', () => {
    expect(bodyFor({ kind: 'choice', phrases: ['Tea, please!', '9 a.m.', '…'] })).toContain('(tea please | nine a.m.)');
  });

  test('drops the alternatives that need an unknown word, and says so once', () => {
    const { jsgf, problems } = compileGrammar({ kind: 'choice', grammar: 'yes frobnitz | frobnitz | no' }, small);
    expect(jsgf).toContain('public <answer> = (no);');
    expect(problems).toEqual([expect.stringContaining('"frobnitz"')]);
  });

  test.each(['yes | (no', 'frobnitz', '<no-such-rule>', ''])('falls back to its kind for %j', (grammar) => {
    expect(answerOf({ kind: 'yes-no', grammar })).toBe(answerOf({ kind: 'yes-no' }));
  });

  test('a rule may be used by name, with the rules that it needs', () => {
    const dictionary = new Dictionary('yes Y EH S\nplease P L IY Z');
    const { jsgf } = compileGrammar({ kind: 'open', grammar: '<yes> [<polite>]' }, dictionary);
    expect(jsgf).toContain('<polite> = (please);');
    expect(jsgf).toContain('public <answer> = <yes> [<polite>];');
  });

  test('a rule named answer does not replace the answer', () => {
    expect(answerOf({ kind: 'choice', grammar: 'yes | <answer>' })).toBe('(yes)');
  });
});

const model = findModel(modelFolderOf({}));

describe.skipIf(!model || !existsSync(model.dictionaryFile))('the built-in grammars', () => {
  const dictionary = new Dictionary(model ? readFileSync(model.dictionaryFile, 'latin1') : '');

  test('every word has a pronunciation of its own, every rule exists', () => {
    for (const [name, body] of Object.entries(RULES)) {
      const { words, rules } = mentionsOf(parseJsgf(body));
      for (const word of words) expect(dictionary.lookUp(word), `${name}: ${word}`).not.toEqual([]);
      for (const rule of rules) expect(RULES, name).toHaveProperty(rule);
    }
  });

  test.each(['yes-no', 'choice', 'digits', 'phone', 'date', 'time', 'name', 'number', 'open'] as const)(
    '%s compiles without a problem',
    (kind) => {
      expect(compileGrammar({ kind }, dictionary).problems).toEqual([]);
      expect(compileGrammar({ kind, phrases: ['root canal', 'a checkup'] }, dictionary).problems).toEqual([]);
    },
  );
});
