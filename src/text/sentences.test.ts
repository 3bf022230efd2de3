import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SentenceSplitter } from './sentences.ts';

function split(...pieces: string[]): string[] {
  const splitter = new SentenceSplitter();
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.flush()];
}

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');

describe('where a sentence ends', () => {
  test.each([
    ['One. Two? Three! ', ['One.', 'Two?', 'Three!']],
    ['It costs 3.50 dollars. Fine?', ['It costs 3.50 dollars.', 'Fine?']],
    ['Dr. Cohen is in. Mr. A. Levi too.', ['Dr. Cohen is in.', 'Mr. A. Levi too.']],
    ['שלום, מדברת לאה. איך אפשר לעזור? ', ['שלום, מדברת לאה.', 'איך אפשר לעזור?']],
    ['She said "yes." Then left.', ['She said "yes."', 'Then left.']],
    ['… !? ', []],
    ['no end', ['no end']],
    ['Yes. I can do that.', ['Yes.', 'I can do that.']],
    ['No. It is not. It is No. 5.', ['No.', 'It is not.', 'It is No. 5.']],
    ['Come at 3 p.m. on Monday, not at 5 p.m. Fine?', ['Come at 3 p.m. on Monday, not at 5 p.m.', 'Fine?']],
    ['Fruit, e.g. apples. Pens, etc. are here.', ['Fruit, e.g. apples.', 'Pens, etc. are here.']],
    ['He is at 12 Main St. Then he goes to St. Mary.', ['He is at 12 Main St.', 'Then he goes to St. Mary.']],
    ['The U.S. market. So do I. Good.', ['The U.S. market.', 'So do I.', 'Good.']],
    ['Really?! Yes!! Well?', ['Really?!', 'Yes!!', 'Well?']],
    ['Well... I see. So… maybe not... perhaps.', ['Well...', 'I see.', 'So… maybe not... perhaps.']],
    ['רגע... אני בודקת. כן!', ['רגע...', 'אני בודקת.', 'כן!']],
    ['(It rained. A lot.) We left.', ['(It rained. A lot.) We left.']],
    ['„טוב.״ אמרה', ['„טוב.״', 'אמרה']],
  ])('%s', (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });

  test.each([
    [
      'ד"ר כהן ועו"ד לוי כאן. הכרמל בע"מ, מס\' 5, וכו\'. סוף.',
      ['ד"ר כהן ועו"ד לוי כאן.', "הכרמל בע\"מ, מס' 5, וכו'.", 'סוף.'],
    ],
    [
      'גב׳ כהן, רח׳ הרצל 5. טל׳ 03-6123456. מחיר: 350 ש״ח. טוב?',
      ['גב׳ כהן, רח׳ הרצל 5.', 'טל׳ 03-6123456.', 'מחיר: 350 ש״ח.', 'טוב?'],
    ],
    ['רח. הרצל, מס. 5. זה כולל מס. כן.', ['רח. הרצל, מס. 5.', 'זה כולל מס.', 'כן.']],
    ['שלום.מה שלומך?טוב!יופי', ['שלום.', 'מה שלומך?', 'טוב!', 'יופי']],
    ['ת.ז. 123456789 בבקשה. תודה.', ['ת.ז. 123456789 בבקשה.', 'תודה.']],
    ['א. כהן גר כאן. ב-5.12.2026 ב-10.30. נתראה.', ['א. כהן גר כאן.', 'ב-5.12.2026 ב-10.30.', 'נתראה.']],
    ['דירה ב-2,450,000 ₪. זה 3.5 חדרים.', ['דירה ב-2,450,000 ₪.', 'זה 3.5 חדרים.']],
    ['הדגם הוא iPhone 15. It works. מצוין.', ['הדגם הוא iPhone 15.', 'It works.', 'מצוין.']],
    ['שָׁלוֹם. מָה שְׁלוֹמְךָ?', ['שָׁלוֹם.', 'מָה שְׁלוֹמְךָ?']],
  ])('%s', (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });

  test.each([
    ['1. First. Really\n2. Second\n- third\n', ['1. First.', 'Really', '2. Second', '- third']],
    ['Title\n\nText goes on. End', ['Title', 'Text goes on.', 'End']],
    [
      'See https://a.co/b.c?d=1. Or www.kav.co.il. Or me@kav.com.',
      ['See https://a.co/b.c?d=1.', 'Or www.kav.co.il.', 'Or me@kav.com.'],
    ],
    ['**One. Two.** Three.', ['**One. Two.**', 'Three.']],
    ['Press `a. b` now. Done.', ['Press `a. b` now.', 'Done.']],
    ['A [link. Here.](https://a.b/c. d) ends. B.', ['A [link. Here.](https://a.b/c. d) ends.', 'B.']],
    ['Ok {"a": "b. c", "d": [1, 2]} fine. B.', ['Ok {"a": "b. c", "d": [1, 2]} fine.', 'B.']],
    ['Hi <say-as interpret-as="a. b">x</say-as>. B.', ['Hi <say-as interpret-as="a. b">x</say-as>.', 'B.']],
    ['Hm. <think>One. Two.\nThree.</think>Yes. No.', ['Hm.', '<think>One. Two.\nThree.</think>', 'Yes.', 'No.']],
    ['So:\n```\na. b\nc\n```\nDone.', ['So:', '```\na. b\nc\n```', 'Done.']],
    ['Dial *2700. Or *6565. Fine', ['Dial *2700.', 'Or *6565.', 'Fine']],
  ])('%s', (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });
});

describe('as the text comes in', () => {
  test('a sentence comes out as soon as what follows it shows that it has ended', () => {
    const splitter = new SentenceSplitter();
    expect(splitter.push('Come at 3.')).toEqual([]);
    expect(splitter.push('30. ')).toEqual(['Come at 3.30.']);
    expect(splitter.push('At 5 p.m. ')).toEqual([]);
    expect(splitter.push('T')).toEqual(['At 5 p.m.']);
  });

  test('reset forgets, and flush makes ready for another text', () => {
    const splitter = new SentenceSplitter();
    splitter.push('One. T');
    splitter.reset();
    expect(splitter.flush()).toEqual([]);
    expect(splitter.push('wo. Three')).toEqual(['wo.']);
    expect(splitter.flush()).toEqual(['Three']);
    expect(splitter.flush()).toEqual([]);
  });

  test('the chunks do not matter, and no letter is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 20 }), (pieces) => {
        const whole = pieces.join('');
        expect(split(...pieces)).toEqual(split(whole));
        expect(letters(split(...pieces).join(''))).toBe(letters(whole));
      }),
    );
  });

  test('the chunks do not matter in texts made of what is hard', () => {
    const hard = fc.constantFrom(
      ...[
        '. ',
        '.',
        '? ',
        '…',
        '... ',
        '\n',
        ' ',
        ', ',
        ' – ',
        ' and ',
        ' כי ',
        '"',
        '״',
        '(',
        ')',
        '[',
        ']',
        '](',
        '{"',
        '}',
      ],
      ...[
        '**',
        '*',
        '_',
        '`',
        '```',
        '<',
        '>',
        '<b>',
        '<think>',
        '</think>',
        '1',
        '3.5',
        '10:30 – 11',
        'Dr',
        'St',
        'p.m',
        'No',
      ],
      ...['U.S', 'Main', 'word', 'שלום', 'א', 'מס', '😀', '\ud83d', '\ude00', 'long words that fill the line '],
    );
    fc.assert(
      fc.property(fc.array(hard, { maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 9 })), (parts, sizes) => {
        const whole = parts.join('');
        const chunks: string[] = [];
        for (let at = 0, i = 0; at < whole.length; i++) {
          const size = sizes[i % (sizes.length || 1)] ?? 1;
          chunks.push(whole.slice(at, at + size));
          at += size;
        }
        expect(split(...chunks)).toEqual(split(whole));
        expect(letters(split(whole).join(''))).toBe(letters(whole));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a text without an end', () => {
  test('is cut at a space', () => {
    const parts = split('word '.repeat(300));
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(400);
    expect(parts.join(' ').split(' ')).toHaveLength(300);
  });

  test('is cut at a pause once it is long', () => {
    const parts = split(`${'many words here '.repeat(10)}, ${'and more of them come '.repeat(9)}to the end.`);
    expect(parts.length).toBeGreaterThan(1);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(220);
  });

  test('is cut before a conjunction, in Hebrew too', () => {
    const parts = split(`${'מילים רבות מאוד '.repeat(9)}כי ${'יש עוד הרבה '.repeat(9)}`);
    expect(parts[1]).toMatch(/^כי /);
  });

  test('is cut in no number and in no range', () => {
    const parts = split(`${'words '.repeat(25)}10:00 – 12:00 ${'words '.repeat(25)}1,234,567 ${'words '.repeat(25)}`);
    expect(parts.filter((part) => part.includes('10:00 – 12:00'))).toHaveLength(1);
    expect(parts.filter((part) => part.includes('1,234,567'))).toHaveLength(1);
  });

  test.each(['a', '. ', '(', '`', '```', '{"', '<think>', '**', '\n', '1.', 'שלום.', '[[{"'])(
    '100 kB of %j take no time',
    (part) => {
      const whole = part.repeat(100_000 / part.length);
      const { user: before } = process.threadCpuUsage();
      const splitter = new SentenceSplitter();
      for (let at = 0; at < whole.length; at += 100) splitter.push(whole.slice(at, at + 100));
      splitter.flush();
      // The thread's own time: what other work takes of the machine is not the splitter's.
      expect((process.threadCpuUsage().user - before) / 1000).toBeLessThan(2000);
    },
  );
});
