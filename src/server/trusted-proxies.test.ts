import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { ConfigError } from '../core/errors.ts';
import { parseTrustedProxies } from './trusted-proxies.ts';

function request(remoteAddress: string, forwardedFor?: string): IncomingMessage {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

test.each([
  ['loopback', '127.0.0.1', true],
  ['loopback', '::1', true],
  ['loopback', '::ffff:127.9.9.9', true],
  ['loopback', '10.0.0.1', false],
  ['private', '192.168.4.5', true],
  ['private', '172.31.255.255', true],
  ['private', '172.32.0.0', false],
  ['private', 'fd00::1', true],
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.8', false],
  ['203.0.113.0/24', '203.0.113.8', true],
  ['2001:db8::/32', '2001:db8:1::2', true],
  ['2001:db8::/32', '2001:db9::2', false],
])('%s trusts %s: %s', (entry, address, trusted) => {
  expect(parseTrustedProxies([entry]).sent(request(address))).toBe(trusted);
});

test('nobody is trusted unless listed', () => {
  const proxies = parseTrustedProxies(['']);
  expect(proxies.sent(request('127.0.0.1'))).toBe(false);
  expect(proxies.clientAddress(request('198.51.100.1', '203.0.113.9'))).toBe('198.51.100.1');
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['6.6.6.6, 203.0.113.9', '203.0.113.9'],
  ['6.6.6.6, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
  ['2001:db8::5', '2001:db8::5'],
  ['10.0.0.7', undefined],
  ['unknown', undefined],
  ['', undefined],
  [undefined, undefined],
])('behind a trusted proxy, X-Forwarded-For "%s" names %s', (forwardedFor, client) => {
  expect(parseTrustedProxies(['private']).clientAddress(request('10.0.0.1', forwardedFor))).toBe(client);
});

test.each(['everyone', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/x', '10.0.0', '::1/129'])(
  '"%s" is a configuration error',
  (entry) => {
    expect(() => parseTrustedProxies([entry])).toThrow(ConfigError);
  },
);
