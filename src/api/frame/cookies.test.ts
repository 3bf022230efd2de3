import { expect, test } from 'vitest';
import { readCookie, writeCookie } from './cookies.ts';

const SECRET = `${'aB3_-'.repeat(8)}xyz`;

test.each([
  [`__Host-kav=${SECRET}`, SECRET],
  [`a=1; __Host-kav=${SECRET}; b=2`, SECRET],
  [`  __Host-kav = ${SECRET} `, SECRET],
  [`__Host-kav=${SECRET}; __Host-kav=${SECRET.replace('a', 'b')}`, undefined],
  [`x__Host-kav=${SECRET}`, undefined],
  [`__host-kav=${SECRET}`, undefined],
  [`__Host-kav=${SECRET}x`, undefined],
  ['__Host-kav=', undefined],
  [`__Host-kav="${SECRET}"`, undefined],
  [';;;=;', undefined],
  [undefined, undefined],
])('%s', (header, value) => expect(readCookie(header, '__Host-kav')).toBe(value));

test('cookies are for this host and no script', () => {
  expect(writeCookie('__Host-kav', 'v')).toBe('__Host-kav=v; Path=/; Secure; HttpOnly; SameSite=Strict');
  expect(writeCookie('kav-local-80', undefined)).toBe('kav-local-80=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict');
});
