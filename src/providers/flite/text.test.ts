import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fliteText } from './text.ts';

describe('fliteText', () => {
  test.each([
    ['It’s “fine” — really…', ['It\'s "fine" , really...']],
    ['café Müller, Łódź', ['cafe Muller, Lodz']],
    ['-voice kal16', ['-voice kal16']],
    ['a\u0000b\u001b[31m', ['a b [31m']],
    ['👍🎉', []],
    ['', []],
    ['שלום', []],
    ['…', []],
  ])('%j', (text, pieces) => {
    expect(fliteText(text)).toEqual(pieces);
  });

  test('cuts a long text at sentence ends, then commas, then spaces', () => {
    const sentence = `${'word '.repeat(20)}end.`;
    expect(fliteText([sentence, sentence, sentence].join(' '))).toEqual([`${sentence} ${sentence}`, sentence]);
    const clauses = fliteText(`${'one two three four, '.repeat(20)}five`);
    for (const piece of clauses.slice(0, -1)) expect(piece).toMatch(/,$/);
    expect(fliteText('a'.repeat(500)).map((piece) => piece.length)).toEqual([240, 240, 20]);
  });

  test('is printable ASCII of bounded length for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
        const pieces = fliteText(text);
        expect(pieces.join('').length).toBeLessThanOrEqual(2_000);
        for (const piece of pieces) expect(piece).toMatch(/^[\x20-\x7e]{1,240}$/);
      }),
    );
  });
});
