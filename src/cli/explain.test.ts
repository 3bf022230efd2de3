import { expect, test } from 'vitest';
import { TWILIO_ERRORS } from '../twilio/error-codes.ts';
import { explainCode } from './explain.ts';

function explained(code?: string): { readonly exit: number; readonly text: string } {
  const lines: string[] = [];
  const exit = explainCode(code, (line) => lines.push(line));
  return { exit, text: lines.join('\n') };
}

/** Every code of Twilio's that a phone agent on Media Streams meets; 31905 does not exist. */
const CODES = [
  ...[11200, 11205, 11210, 11215, 11220, 11235, 11236, 11237, 11750, 11751, 12100, 12101, 12102, 12200, 12300],
  ...[15003, 15004, 20404, 20429, 21220, 21262, 21263],
  ...[31900, 31901, 31902, 31903, 31904, 31910, 31920, 31921, 31922, 31923, 31924],
  ...[31930, 31931, 31940, 31941, 31942, 31950, 31951, 31952, 31953, 31960, 32015],
  ...[64101, 64102, 64103, 64104, 64105, 64106, 64107, 64108, 64109, 64110],
];

test.each(CODES)('%i has a page with its meaning, cause and remedy', (code) => {
  const { exit, text } = explained(String(code));
  const error = TWILIO_ERRORS.find((one) => one.code === code)!;
  expect(exit).toBe(0);
  for (const part of [error.name, error.meaning, error.cause, error.remedy]) expect(text).toContain(part);
});

test('without a code every code is listed', () => {
  const { exit, text } = explained();
  expect(exit).toBe(0);
  expect(text.split('\n').map((line) => Number(line.slice(0, 5)))).toEqual(TWILIO_ERRORS.map(({ code }) => code));
});

test.each(['31905', 'banana', '', '1e4'])('%j is not known, and is said so', (code) => {
  const { exit, text } = explained(code);
  expect(exit).toBe(1);
  expect(text).toContain('is not a code that Kav knows');
});

test('a code may be written as the console shows it', () => {
  expect(explained('Error 31924').text).toContain('31924: Stream - Websocket - Protocol Error');
});
