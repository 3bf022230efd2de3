import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText, tokenise } from './text.ts';

const texts = (text: string) => tokenise(text).map((token) => token.text);

test.each([
  ["It's TEN o'clock!", ['its', 'ten', 'oclock']],
  ['at 10:30 a.m., please', ['at', '10:30', 'am', 'please']],
  ['1,500,000', ['1500000']],
  ['twenty-five', ['twenty', 'five']],
  ['(052) 123-4567', ['052', '123', '4567']],
  ['שָׁלוֹם', ['שלום']],
  ['\u202bיום ב׳\u202c', ['יום', 'ב']],
  ['נדל״ן, מ"ר', ['נדלן', 'מר']],
  ['בית־ספר', ['בית', 'ספר']],
  ['ב-10 וב־12', ['ב', '10', 'וב', '12']],
  ['…', []],
])('%j is the words %j', (text, words) => {
  expect(texts(text)).toEqual(words);
});

test('a pause is marked on the word before it', () => {
  expect(tokenise('no, Tuesday - not Monday').map((token) => token.pause)).toEqual([true, true, false, false]);
});

test('the written form keeps capitals and apostrophes', () => {
  expect(tokenise("O'Brien.")[0]).toEqual({ text: 'obrien', raw: "O'Brien", pause: true });
});

test('any string is cleaned once and for all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(cleanText(cleanText(text))).toBe(cleanText(text));
      for (const token of tokenise(text)) expect(token.text).toMatch(/^\S+$/u);
    }),
  );
});
