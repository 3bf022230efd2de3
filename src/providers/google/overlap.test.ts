import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinOverlap, splitWords } from './overlap.ts';

const join = (before: string, after: string): string => joinOverlap(splitWords(before), splitWords(after)).join(' ');

describe('words at a seam', () => {
  test.each([
    ['nothing in common', 'one two', 'three four', 'one two three four'],
    ['one word', 'one two', 'two three', 'one two three'],
    ['several', 'we live in Tel Aviv', 'in Tel Aviv since May', 'we live in Tel Aviv since May'],
    ['all of the second', 'one two three', 'two three', 'one two three'],
    ['Hebrew', 'אני מחפשת דירה בתל', 'דירה בתל אביב', 'אני מחפשת דירה בתל אביב'],
    ['punctuation and capitals', 'so I said, Yes.', 'yes and left', 'so I said, Yes. and left'],
    [
      'the second begins in the middle of a word',
      'my phone number is',
      'own number is five',
      'my phone number is five',
    ],
    ['the first ends in the middle of a word', 'at half past te', 'half past ten please', 'at half past ten please'],
    ['both', 'we met at half past te', 'at half past ten', 'we met at half past ten'],
    ['nothing before', '', 'one', 'one'],
    ['nothing after', 'one', '', 'one'],
    ['the same word, cut, is no proof', 'one te', 'ten', 'one te ten'],
  ])('%s', (_label, before, after, joined) => {
    expect(join(before, after)).toBe(joined);
  });

  test('cutting a speech of different words anywhere, with any overlap, gives the speech', () => {
    const speech = fc.uniqueArray(fc.stringMatching(/^[a-zא-ת]{1,8}$/u), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(speech, fc.nat(), fc.nat({ max: 20 }), (words, at, overlap) => {
        const cut = at % (words.length + 1);
        const joined = joinOverlap(words.slice(0, cut), words.slice(Math.max(0, cut - overlap)));
        expect(joined).toEqual(words);
      }),
    );
  });
});
