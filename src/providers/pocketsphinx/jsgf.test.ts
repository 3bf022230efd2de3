import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsgfNode, JsgfSyntaxError, mentionsOf, parseJsgf, serializeJsgf, trimJsgf } from './jsgf.ts';

const canonical = (body: string) => serializeJsgf(parseJsgf(body));

describe('parseJsgf', () => {
  test.each([
    ['yes', 'yes'],
    ['  Yes   please ', 'yes please'],
    ['yes | no', '(yes | no)'],
    ['(yes | no) [please]', '(yes | no) [please]'],
    ['[on] <date> [<time>]', '[on] <date> [<time>]'],
    ['/0.9/ yes | /0.1/ no', '(/0.900000/ yes | /0.100000/ no)'],
    ['yes {affirm \\} me} | no {deny}', '(yes | no)'],
    ['"New York" | boston', '(new york | boston)'],
    ["o'clock a.m.", "o'clock a.m."],
    ['((((deep))))', 'deep'],
    ['a b | c d | e', '(a b | c d | e)'],
  ])('%s', (body, expected) => {
    expect(canonical(body)).toBe(expected);
    expect(canonical(canonical(body))).toBe(expected);
  });

  test('a repeat is written out, because the library compiles it wrongly', () => {
    expect(canonical('one+')).toBe(`${'one ['.repeat(15)}one${']'.repeat(15)}`);
    expect(canonical('(a b)*')).toMatch(/^\[\(a b\) \[\(a b\)/);
  });

  test.each([
    '',
    ' ',
    'yes |',
    '| yes',
    '(yes',
    'yes)',
    '[yes',
    '()',
    '<date',
    'a ; b',
    'yes = no',
    '*',
    '/x/ a',
    '{tag}',
  ])('refuses %j', (body) => {
    expect(() => parseJsgf(body)).toThrow(JsgfSyntaxError);
  });

  test('refuses what would exhaust the stack or the memory', () => {
    expect(() => parseJsgf(`${'('.repeat(10_000)}a${')'.repeat(10_000)}`)).toThrow(JsgfSyntaxError);
    expect(() => parseJsgf('a '.repeat(60_000))).toThrow(JsgfSyntaxError);
  });

  test('any text is read or refused, never worse', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab()[]|*+<>/{}" .;='), maxLength: 40 }), (body) => {
        try {
          const text = canonical(body);
          expect(canonical(text)).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JsgfSyntaxError);
        }
      }),
    );
  });
});

describe('trimJsgf', () => {
  const trim = (body: string, unknown: readonly string[]): string | undefined => {
    const isUsable = (mention: JsgfNode) =>
      !unknown.includes(mention.type === 'word' ? mention.text : mention.type === 'rule' ? `<${mention.name}>` : '');
    const node = trimJsgf(parseJsgf(body), isUsable);
    return node && serializeJsgf(node);
  };

  test.each([
    ['yes | frobnitz | no', '(yes | no)'],
    ['yes frobnitz | no', '(no)'],
    ['[frobnitz] yes', 'yes'],
    ['[yes | frobnitz] no', '[(yes)] no'],
    ['frobnitz* yes', 'yes'],
    ['(frobnitz | yes) please', '(yes) please'],
    ['<date> | <frobnitz>', '(<date>)'],
  ])('%s', (body, expected) => {
    expect(trim(body, ['frobnitz', '<frobnitz>'])).toBe(expected);
  });

  test.each(['frobnitz', 'frobnitz yes', '(frobnitz)', 'frobnitz+', '<frobnitz>'])('nothing is left of %s', (body) => {
    expect(trim(body, ['frobnitz', '<frobnitz>'])).toBeUndefined();
  });
});

test('mentionsOf names every word and rule once', () => {
  const { words, rules } = mentionsOf(parseJsgf('[on] (<date> | monday) <time>+ | on monday <date>'));
  expect([...words]).toEqual(['on', 'monday']);
  expect([...rules]).toEqual(['date', 'time']);
});
