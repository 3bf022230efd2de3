import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberInText, TAKEN_OUT } from './number-in-text.ts';

const NUMBER = '+972521234567';
const OFFICE = '+97231112222';
const { pattern, without, withoutIn } = numberInText(NUMBER);

describe('a number in a text', () => {
  test.each([
    'call +972521234567.',
    'call 972521234567.',
    'call 00972521234567.',
    'call +972-52-123-4567.',
    'call 052-1234567.',
    'call 0521234567.',
    'call 0 5 2 1 2 3 4 5 6 7.',
    'call 052.123.4567.',
  ])('%s', (text) => {
    expect(text).toMatch(new RegExp(pattern));
    expect(without(text, OFFICE)).toBe(`call ${TAKEN_OUT}.`);
  });

  test.each(['0521234568', '10521234567', '05212345670', 'a0521234567', '+49521234567', '521234567'])(
    '%s is not it',
    (text) => {
      expect(without(text, OFFICE)).toBe(text);
    },
  );

  test('without its country is it only beside a number of that country', () => {
    expect(without('0521234567', '+4930111222')).toBe('0521234567');
    expect(without('+972521234567', '+4930111222')).toBe(TAKEN_OUT);
  });

  test('of North America is said with ten digits or eleven', () => {
    const american = numberInText('+12025550147');
    expect(american.without('(202) 555-0147, 1-202-555-0147', '+12025550100')).toBe(`(${TAKEN_OUT}, ${TAKEN_OUT}`);
  });

  test('in JSON leaves JSON, in a string of JSON too', () => {
    const value = { text: 'at 052-1234567', index: 3, arguments: '{"phone":521234567,"other":972521234567,"n":[1]}' };
    const cleaned = withoutIn(value, OFFICE) as typeof value;
    expect(cleaned).toEqual({
      text: `at ${TAKEN_OUT}`,
      index: 3,
      arguments: `{"phone":521234567,"other":"${TAKEN_OUT}","n":[1]}`,
    });
    expect(JSON.parse(cleaned.arguments)).toMatchObject({ n: [1] });
  });

  test('is gone from any text, and the rest is as it was', () => {
    const separators = fc.array(fc.constantFrom('', '-', ' ', '.', ') '), { minLength: 9, maxLength: 9 });
    const around = fc.string().map((text) => text.replaceAll(/[0-9A-Za-z+]/g, ''));
    fc.assert(
      fc.property(around, around, separators, (before, after, between) => {
        const said = [...'0521234567'].map((digit, i) => digit + (between[i] ?? '')).join('');
        expect(without(`${before}${said}${after}`, OFFICE)).toBe(`${before}${TAKEN_OUT}${after}`);
      }),
    );
  });
});
