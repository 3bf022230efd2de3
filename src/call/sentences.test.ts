import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SentenceSplitter } from './sentences.ts';

function split(...pieces: string[]): string[] {
  const splitter = new SentenceSplitter();
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.flush()];
}

describe('sentences', () => {
  test.each([
    ['One. Two? Three! ', ['One.', 'Two?', 'Three!']],
    ['It costs 3.50 dollars. Fine?', ['It costs 3.50 dollars.', 'Fine?']],
    ['Dr. Cohen is in. Mr. A. Levi too.', ['Dr. Cohen is in.', 'Mr. A. Levi too.']],
    ['שלום, מדברת לאה. איך אפשר לעזור? ', ['שלום, מדברת לאה.', 'איך אפשר לעזור?']],
    ['She said "yes." Then left.', ['She said "yes."', 'Then left.']],
    ['… !? ', []],
    ['no end', ['no end']],
  ])('%s', (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });

  test('a sentence comes out as soon as what follows it shows that it has ended', () => {
    const splitter = new SentenceSplitter();
    expect(splitter.push('Come at 3.')).toEqual([]);
    expect(splitter.push('30. ')).toEqual(['Come at 3.30.']);
  });

  test('the pieces do not matter, and no letter is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 20 }), (pieces) => {
        const whole = pieces.join('');
        const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '');
        expect(split(...pieces)).toEqual(split(...whole));
        expect(letters(split(...pieces).join(''))).toBe(letters(whole));
      }),
    );
  });

  test('a text without an end is cut at a space', () => {
    const parts = split('word '.repeat(300));
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(400);
    expect(parts.join(' ').split(' ')).toHaveLength(300);
  });
});
