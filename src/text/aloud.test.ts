import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { speakAloud } from './aloud.ts';

interface Case {
  readonly topic: string;
  readonly written: string;
  readonly spoken: string;
}

function cases(file: string): Case[] {
  const [, ...rows] = readFileSync(new URL(`./cases/${file}.tsv`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return rows.map((row) => {
    const [topic = '', written = '', spoken = ''] = row.split('\t');
    return { topic, written, spoken };
  });
}

const HEBREW = cases('hebrew');
const ENGLISH = cases('english');

describe('speakAloud, Hebrew', () => {
  test.each(HEBREW)('$topic: $written', ({ written, spoken }) => {
    expect(speakAloud(written, 'he-IL')).toBe(spoken);
  });
});

describe('speakAloud, English', () => {
  test.each(ENGLISH)('$topic: $written', ({ topic, written, spoken }) => {
    expect(speakAloud(written, topic.includes('en-GB') ? 'en-GB' : 'en-US')).toBe(spoken);
  });
});

describe('speakAloud', () => {
  test('has as many cases as it must', () => {
    expect(HEBREW.length).toBeGreaterThanOrEqual(300);
    expect(ENGLISH.length).toBeGreaterThanOrEqual(200);
    for (const list of [HEBREW, ENGLISH]) expect(new Set(list.map((c) => c.topic + c.written)).size).toBe(list.length);
  });

  test('leaves no figure in what it reads', () => {
    for (const { spoken } of [...HEBREW, ...ENGLISH]) expect(spoken.replace(/\b(?:mp3|A4)\b/g, '')).not.toMatch(/\d/);
  });

  test('says the same of what it has said', () => {
    for (const { spoken } of HEBREW) expect(speakAloud(spoken, 'he-IL')).toBe(spoken);
  });

  test('leaves figures to the voices of other languages', () => {
    expect(speakAloud('Il y a *3* pièces, \u200e10 h 30.', 'fr-FR')).toBe('Il y a 3 pièces, 10 h 30.');
  });

  test('reads a sentence in the other script in its language', () => {
    expect(speakAloud('יש 3 חדרים', 'en-US')).toBe('יש שלושה חדרים');
    expect(speakAloud('The code is 0257.', 'he')).toBe('The code is zero two five seven.');
    expect(speakAloud('10:30', 'iw-IL')).toBe('עשר וחצי');
  });

  const parts = [
    '1',
    '1,',
    '1.',
    '1-',
    '1/',
    ':1',
    '054-',
    '+1 ',
    'a@',
    'a.',
    'http://',
    'ב-',
    'א"',
    'st. ',
    'ה-1 ',
    '3 חדרים ',
  ];
  test.each(parts.flatMap((part) => ['he', 'en-US'].map((language) => [part, language] as const)))(
    '100 kB of %j in %s take no time',
    (part, language) => {
      const started = performance.now();
      speakAloud(part.repeat(100_000 / part.length), language);
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );

  test('never throws, whatever comes', () => {
    const hard = fc.constantFrom(
      '1',
      '0',
      '9',
      ',',
      '.',
      '-',
      '/',
      ':',
      '₪',
      '$',
      '%',
      ' ',
      'ב',
      'ה-',
      'דירות',
      'am',
      'St.',
      '+',
      '*',
      '"',
      "'",
      '½',
      '@',
      'kav.com',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(hard, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 }), (list) => {
        for (const language of ['he', 'en-US', 'en-GB', 'fr', ''])
          expect(speakAloud(list.join(''), language)).toBeTypeOf('string');
      }),
      { numRuns: 300 },
    );
  });
});
