import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText } from './clean.ts';

describe('cleanText', () => {
  test.each([
    ['bold and italics', '**Hello** _there_, ***you*** ~~not~~', 'Hello there, you not'],
    ['emphasis in emphasis', '**a *b* c**', 'a b c'],
    ['half of a pair', '**Hello there.', 'Hello there.'],
    ['the other half', 'Hello there.**', 'Hello there.'],
    ['code', 'Say `yes` now.', 'Say yes now.'],
    ['a code block', 'So:\n```js\nlet x = 1;\n```\nDone.', 'So: Done.'],
    ['a code block without an end', 'So: ```let x', 'So:'],
    ['a heading', '## Our hours', 'Our hours'],
    ['bullets', '- one\n* two\n• three', 'one two three'],
    ['a quotation', '> quoted', 'quoted'],
    ['a table', '| day | hour |\n|---|---|\n| Monday | 10:00 |', 'day, hour Monday, 10:00'],
    ['a rule', 'one\n---\ntwo', 'one two'],
    ['a link', 'See [the site](https://kav.com/x).', 'See the site.'],
    ['an image', '![a flat](x.png) Here it is.', 'Here it is.'],
    ['a footnote', 'It is so [1].', 'It is so.'],
    ['a list number stays', '1. **Herzl 5.** Nice', '1. Herzl 5. Nice'],
    ['emoji', 'Great 😀👨‍👩‍👧🇮🇱 1️⃣!', 'Great 1!'],
    ['a face of signs', 'Sure :) then', 'Sure then'],
    ['JSON', 'One moment. {"tool": "find", "args": [1, {"a": "}"}]} Yes.', 'One moment. Yes.'],
    ['an array', '["a", "b"] Yes.', 'Yes.'],
    ['JSON cut short', 'Yes. {"tool": "fi', 'Yes.'],
    ['braces that are no JSON', 'Dear {name}, hello.', 'Dear {name}, hello.'],
    ['SSML', '<speak>Hello <break time="1s"/>you</speak>', 'Hello you'],
    ['a tool call', '<tool_call>{"a": 1}</tool_call>Done.', 'Done.'],
    ['thoughts', '<think>Hm. So.</think>Yes.', 'Yes.'],
    ['a special token', 'Yes.<|im_end|>', 'Yes.'],
    ['less and more are no tag', '1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['a UUID', 'Your id is 550e8400-e29b-41d4-a716-446655440000, fine.', 'Your id is, fine.'],
    ['a UUID in brackets', 'Booked (ID: 550e8400-e29b-41d4-a716-446655440000).', 'Booked.'],
    ['a SID', 'Call CA0123456789abcdef0123456789abcdef is on.', 'Call is on.'],
    ['a hexadecimal id', 'Saved as 5f2b9c0e8a1d4b3c7e6f.', 'Saved as.'],
    ['an id of a tool', 'Ran call_AbC123xyz789LMN456q now.', 'Ran now.'],
    ['a phone number is no id', 'Call +972-54-123-4567 or 0541234567.', 'Call +972-54-123-4567 or 0541234567.'],
    ['a long word is no id', 'Internationalization-friendly', 'Internationalization-friendly'],
    [
      'an address stays',
      'https://kav.com/550e8400-e29b-41d4-a716-446655440000',
      'https://kav.com/550e8400-e29b-41d4-a716-446655440000',
    ],
    ['a mail address stays', 'first_last@kav.com', 'first_last@kav.com'],
    ['a stage direction in stars', '*laughs softly* Of course.', 'Of course.'],
    ['in round brackets', '(pause) Of course.', 'Of course.'],
    ['in square brackets', '[sighs] Of course.', 'Of course.'],
    ['in Hebrew', '(צוחקת) בטח. *נאנחת* [הפסקה קצרה] כן.', 'בטח. כן.'],
    ['brackets that are said', 'Herzl 5 (the second floor) [new]', 'Herzl 5 (the second floor) [new]'],
    ['a break that is announced', '(הפסקה של 10 דקות)', '(הפסקה של 10 דקות)'],
    ['a role', 'Agent: Hello.', 'Hello.'],
    ['a role in bold', '**Assistant:** Hello.', 'Hello.'],
    ['a role in Hebrew', 'סוכנת: שלום.', 'שלום.'],
    ['a role inside is a word', 'The agent: me.', 'The agent: me.'],
    ['direction marks', '\u202bשלום\u202c \u200fעולם\u200e', 'שלום עולם'],
    ['zero width', 'a\u200bb\ufeffc', 'abc'],
    ['joiners of Persian stay', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['control characters', 'a\u0000b\u0007 c', 'ab c'],
    ['a lone surrogate', 'a \ud83d b', 'a b'],
    ['niqqud stays', 'שָׁלוֹם', 'שָׁלוֹם'],
    ['marks of chant do not', 'בְּרֵאשִׁ֖ית', 'בְּרֵאשִׁית'],
    ['entities', 'Smith &amp; Sons&nbsp;Ltd', 'Smith & Sons Ltd'],
    ['an arrow', 'תל אביב → חיפה', 'תל אביב, חיפה'],
    ['a star to press', 'Press * or #.', 'Press * or #.'],
    ['a star to dial', '*2700', '*2700'],
    ['figures stay', 'It is -5 at 10:30, 2,450,000 ₪.', 'It is -5 at 10:30, 2,450,000 ₪.'],
    ['gershayim stay', 'ד"ר כהן, נדל״ן', 'ד"ר כהן, נדל״ן'],
    ['nothing to say', '… *** 😀 !', ''],
  ])('%s', (_name, text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  test('never throws, and leaves no control character, mark of direction or lone surrogate', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const cleaned = cleanText(text);
        expect(cleaned).toBe(cleaned.trim());
        expect(cleaned.isWellFormed()).toBe(true);
        expect(cleaned).not.toMatch(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  test.each([
    'a',
    '*',
    '**',
    '_a',
    '`',
    '```',
    '{"',
    '[{',
    '[',
    '(',
    '<a',
    '<think>',
    '[a](',
    'f0',
    '| ',
    '- ',
    '&',
    ':) ',
    '😀',
    ' ',
    '\n',
    '# ',
    ', ',
  ])('100 kB of %j take no time', (part) => {
    const text = part.repeat(100_000 / part.length);
    const started = performance.now();
    cleanText(text);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
