import { expect, test } from 'vitest';
import { areOwnWords } from './own-words.ts';

const AGENT = 'Good morning, this is the office. How can I help you?';

test.each([
  ['this is the office', true],
  ['Good morning, this is', true],
  ['how can I help you', true],
  ['the office', false],
  ['this is an office', false],
  ['I help you can', false],
  ['', false],
  ['is the offic', false],
])('%j', (words, expected) => {
  expect(areOwnWords(words, AGENT)).toBe(expected);
});
