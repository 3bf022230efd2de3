import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explainStreamError, explainTwilioError, TWILIO_ERRORS } from './error-codes.ts';
import { renderTwilioErrors } from './error-codes-page.ts';

test('every code is there once, in order, and fully explained', () => {
  const codes = TWILIO_ERRORS.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
  for (const error of TWILIO_ERRORS) {
    for (const text of [error.meaning, error.cause, error.remedy]) expect(text).toMatch(/\.$/);
    expect(explainTwilioError(error.code)).toBe(error);
  }
  const streamCodes = [
    ...[31900, 31901, 31902, 31903, 31904, 31910, 31920, 31921, 31922, 31923, 31924],
    ...[31930, 31931, 31940, 31941, 31942, 31950, 31951, 31952, 31953, 31960],
  ];
  expect(codes.filter((code) => code >= 31900 && code < 32000)).toEqual(streamCodes);
  expect(codes).toEqual(expect.arrayContaining([11200, 11205, 11750, 12100, 12200, 12300, 15003, 15004, 21220, 64110]));
});

test('31905 is no code of Twilio, nor is 0', () => {
  expect(explainTwilioError(31905)).toBeUndefined();
  expect(explainTwilioError(0)).toBeUndefined();
});

test.each([
  ['Stream - Websocket - Protocol Error', 31924],
  ['Stream - WebSocket - Handshake Error', 31920],
  ['stream websocket close error', 31921],
  ['WebSocket - Connection Timeout', 31901],
  ['Protocol Error', 31924],
  ['Stream - Media - Media Discarded', 31931],
  ['Stream - Protocol - Malformed Message', 31950],
  ['Stream - Unknown Error', 31900],
  ['31920', 31920],
  ['Error 31902: could not connect', 31902],
])('the stream error %j is %i', (text, code) => {
  expect(explainStreamError(text)?.code).toBe(code);
});

test.each(['', 'Error', 'Stream', 'something else', '131920', '31999', 'Protocol'])(
  'the stream error %j is none of them',
  (text) => {
    expect(explainStreamError(text)).toBeUndefined();
  },
);

test('every stream error is found by its own title', () => {
  for (const error of TWILIO_ERRORS) {
    if (error.code >= 31900 && error.code < 32000) expect(explainStreamError(error.name)).toBe(error);
  }
});

test('the page in docs is the one made from the code', () => {
  expect(readFileSync(new URL('../../docs/twilio-errors.md', import.meta.url), 'utf8')).toBe(renderTwilioErrors());
});
