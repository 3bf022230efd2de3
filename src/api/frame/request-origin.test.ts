import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { originFromRequest, parsePublicOrigin } from '../../twilio/public-origin.ts';
import { readRequestOrigin } from './request-origin.ts';

interface Asked {
  readonly host: string;
  readonly origin?: string;
  readonly site?: string;
  /** By a trusted proxy. */
  readonly proto?: string;
  readonly configured?: string;
}

function read({ configured, host, origin, proto, site }: Asked) {
  const headers = { host, origin, 'sec-fetch-site': site };
  const request = { headers } as unknown as IncomingMessage;
  const requested = originFromRequest({
    forwardedProto: proto,
    forwardedHost: undefined,
    host,
    trusted: proto !== undefined,
    encrypted: false,
  });
  const parsed = configured === undefined ? undefined : parsePublicOrigin(configured);
  const stated = parsed?.ok ? parsed.origin : requested;
  return readRequestOrigin(request, { originOf: () => stated, requestedOriginOf: () => requested });
}

describe('the page that asks', () => {
  test.each<[string, Asked, string]>([
    ['of this host', { host: 'localhost:8080', origin: 'http://localhost:8080' }, 'own'],
    ['of the configured host', { host: '10.0.0.7', origin: 'https://v.example', configured: 'v.example' }, 'own'],
    [
      'on the machine itself, beside a configured host',
      { host: 'localhost:8080', origin: 'http://localhost:8080', configured: 'v.example' },
      'own',
    ],
    ['behind a proxy that is not trusted', { host: 'v.example', origin: 'https://v.example' }, 'own'],
    ['in capitals', { host: 'V.Example', origin: 'https://v.example', configured: 'V.Example' }, 'own'],
    ['by the browser’s word alone', { host: 'v.example', site: 'same-origin' }, 'own'],
    ['of another host', { host: 'v.example', origin: 'https://evil.example' }, 'foreign'],
    ['of another port', { host: 'localhost:8080', origin: 'http://localhost:3000' }, 'foreign'],
    ['of a name that ends alike', { host: 'v.example', origin: 'https://evilv.example' }, 'foreign'],
    ['of a name that begins alike', { host: 'v.example', origin: 'https://v.example.evil.example' }, 'foreign'],
    ['without TLS, where there is TLS', { host: 'v.example', origin: 'http://v.example', proto: 'https' }, 'foreign'],
    [
      'without TLS, where TLS is configured',
      { host: 'v.example', origin: 'http://v.example', configured: 'v.example' },
      'foreign',
    ],
    ['of a sandbox or a file', { host: 'v.example', origin: 'null' }, 'foreign'],
    ['of what is no origin', { host: 'v.example', origin: 'https://v.example/path' }, 'foreign'],
    [
      'of another site, whatever the origin says',
      { host: 'v.example', origin: 'https://v.example', site: 'cross-site' },
      'foreign',
    ],
    ['typed into the bar', { host: 'v.example', site: 'none' }, 'foreign'],
    ['of a program', { host: 'v.example' }, 'unknown'],
  ])('%s', (_name, asked, page) => expect(read(asked).page).toBe(page));
});

test('cookies: one name over the network, one for each port of this machine', () => {
  expect(read({ host: 'v.example' })).toMatchObject({ cookie: '__Host-kav', isLoopback: false, isHttps: false });
  expect(read({ host: 'v.example', proto: 'https' })).toMatchObject({ isHttps: true });
  expect(read({ host: 'v.example', origin: 'https://v.example' })).toMatchObject({ isHttps: true });
  expect(read({ host: 'v.example', origin: 'https://evil.example' })).toMatchObject({ isHttps: false });
  for (const host of ['localhost', 'kav.localhost', '127.0.0.1', '127.8.8.8', '[::1]']) {
    expect(read({ host: `${host}:8080` })).toMatchObject({ cookie: 'kav-local-8080', isLoopback: true });
  }
  for (const host of ['localhost.evil.example', '127.0.0.1.evil.example', 'evil-localhost', '128.0.0.1']) {
    expect(read({ host }).isLoopback).toBe(false);
  }
});

test('links lead to the configured host, else to the one that was asked', () => {
  expect(read({ host: 'localhost:8080', configured: 'v.example' }).own).toBe('https://v.example');
  expect(read({ host: 'localhost:8080' }).own).toBe('http://localhost:8080');
});
