import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { restAfter, SpeakingSpeed, USUAL_MS_PER_CHARACTER } from './voice-rest.ts';

const told = (toldCharacters: number, sinceMs = 0) => ({ toldCharacters, sinceMs, msPerCharacter: 50 });
const timed = (sinceMs: number, msPerCharacter = 50) => ({ toldCharacters: 0, sinceMs, msPerCharacter });

describe('what is left of a sentence', () => {
  const text = 'Yes, on Tuesday at 10:30.';

  test.each([
    [told(0), text],
    [told(1), 'on Tuesday at 10:30.'],
    [told(4), 'on Tuesday at 10:30.'],
    [told(5), 'on Tuesday at 10:30.'],
    [told(6), 'Tuesday at 10:30.'],
    [told(19), '10:30.'],
    [told(20), ''],
    [told(text.length), ''],
    [told(1_000), ''],
    [told(5, 99), 'Tuesday at 10:30.'],
    [timed(49), text],
    [timed(50), 'on Tuesday at 10:30.'],
    [timed(400, 65), 'Tuesday at 10:30.'],
  ])('after %j', (progress, rest) => {
    expect(restAfter(text, progress)).toBe(rest);
  });

  test('in Hebrew, with marks between the letters', () => {
    expect(restAfter('הפגישה ביום שלישי בעשר', told(8))).toBe('שלישי בעשר');
    expect(restAfter('שָׁלוֹם לָכֶם', told(3))).toBe('לָכֶם');
  });

  test('in scripts without spaces', () => {
    expect(restAfter('明日の午後三時に予約があります', told(4))).toMatch(/^三時|^時/);
    expect(restAfter('สวัสดีครับ', told(3))).toBe('ครับ');
  });

  test('nothing of a single word that has begun', () => {
    expect(restAfter('a'.repeat(3_000), told(1))).toBe('');
    expect(restAfter('', told(0))).toBe('');
  });

  test('is an end of the text that begins with a word, and shrinks with time', () => {
    const words = fc.array(fc.stringMatching(/^[a-zא-ת0-9,.:-]{1,9}$/), { maxLength: 12 });
    fc.assert(
      fc.property(words, fc.nat(900), fc.nat(9_000), (list, earlierMs, laterMs) => {
        const sentence = list.join(' ');
        const rest = restAfter(sentence, timed(earlierMs));
        expect(sentence.endsWith(rest)).toBe(true);
        expect(rest === '' || list.slice(-rest.split(' ').length).join(' ') === rest).toBe(true);
        expect(rest.length).toBeLessThanOrEqual(Math.max(0, sentence.length - Math.floor(earlierMs / 50)));
        expect(restAfter(sentence, timed(earlierMs + laterMs)).length).toBeLessThanOrEqual(rest.length);
      }),
    );
  });
});

test('the speed is the usual one until a sentence ended well', () => {
  const speed = new SpeakingSpeed();
  expect(speed.msPerCharacter).toBe(USUAL_MS_PER_CHARACTER);
  speed.learn('x'.repeat(10), 1_000);
  speed.learn('x'.repeat(30), 1_800);
  expect(speed.msPerCharacter).toBe(70);
});
