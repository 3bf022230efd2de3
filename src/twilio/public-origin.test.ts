import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StateError } from '../core/errors.ts';
import { httpUrl, originFromRequest, type PublicOrigin, parsePublicOrigin, wsUrl } from './public-origin.ts';

function origin(text: string): PublicOrigin {
  const result = parsePublicOrigin(text);
  if (!result.ok) throw new Error(result.problem);
  return result.origin;
}

test.each([
  ['https://kav.example.com', 'https://kav.example.com/x'],
  ['kav.example.com', 'https://kav.example.com/x'],
  [' kav.example.com/ ', 'https://kav.example.com/x'],
  ['https://kav.example.com//', 'https://kav.example.com/x'],
  ['https://kav.example.com/webhook/incoming_call?a=http://b#c', 'https://kav.example.com/x'],
  ['https://https://kav.example.com', 'https://kav.example.com/x'],
  ['https:///kav.example.com', 'https://kav.example.com/x'],
  ['wss://kav.example.com/ws/twilio-media', 'https://kav.example.com/x'],
  ['HTTPS://Kav.Example.com', 'https://Kav.Example.com/x'],
  ['https://kav.example.com:443', 'https://kav.example.com/x'],
  ['http://kav.example.com:80', 'http://kav.example.com/x'],
  ['http://localhost:8080', 'http://localhost:8080/x'],
  ['localhost:8080', 'https://localhost:8080/x'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/x'],
  ['http://[::1]:8080', 'http://[::1]:8080/x'],
  ['https://[2001:db8::7]', 'https://[2001:db8::7]/x'],
  ['https://קו.co.il', 'https://xn--9db9a.co.il/x'],
])('%j is the origin of %s', (text, url) => {
  expect(httpUrl(origin(text), '/x')).toBe(url);
});

test.each([
  ['', 'there is no host name'],
  ['https://', 'there is no host name'],
  ['https:///', 'there is no host name'],
  ['ftp://kav.example.com', 'the scheme is neither https nor http'],
  ['https://user:pass@kav.example.com', 'user name and password do not belong here'],
  ['https://kav .example.com', 'the host name has a space or a backslash'],
  ['kav\\example.com', 'the host name has a space or a backslash'],
  ['https://my_host.example.com', 'Twilio refuses host names with an underscore'],
  ['https://-kav.example.com', 'this is not a host name'],
  ['https://kav..example.com', 'this is not a host name'],
  ['https://kav.example.com:', 'this is not a host name'],
  ['https://kav.example.com:port', 'this is not a host name'],
  ['https://999.1.1.1', 'this is not a host name'],
  [`https://${'a'.repeat(64)}.com`, 'this is not a host name'],
  ['https://kav.example.com:0', 'the port is not between 1 and 65535'],
  ['https://kav.example.com:65536', 'the port is not between 1 and 65535'],
])('%j is refused: %s', (text, problem) => {
  expect(parsePublicOrigin(text)).toEqual({ ok: false, problem });
});

test('a stream URL is wss whatever the scheme', () => {
  expect(wsUrl(origin('http://kav.example.com'), '/ws/twilio-media')).toBe('wss://kav.example.com/ws/twilio-media');
  expect(wsUrl(origin('https://kav.example.com:8443'), '/ws/')).toBe('wss://kav.example.com:8443/ws/');
});

test('a path has one slash in front and none doubled', () => {
  const kav = origin('kav.example.com');
  for (const path of ['//x', '/a//b', '/a b', '/a\\b', 'x' as '/', '' as '/'] as const) {
    expect(() => httpUrl(kav, path)).toThrow(StateError);
    expect(() => wsUrl(kav, path)).toThrow(StateError);
  }
  expect(httpUrl(kav, '/a?b=http://c//d')).toBe('https://kav.example.com/a?b=http://c//d');
  expect(() => httpUrl(kav, '/a?b c')).toThrow(StateError);
  expect(() => wsUrl(kav, '/a?token=1')).toThrow(/query/);
  expect(() => wsUrl(kav, '/a#b')).toThrow(/fragment/);
});

test('whatever text is accepted, the URLs made of it have one scheme and the path asked for', () => {
  const part = fc.constantFrom(
    'https://',
    'http:',
    'wss://',
    '//',
    '/',
    'kav',
    '.com',
    ':443',
    ':',
    '@',
    ' ',
    '?',
    'א',
  );
  const text = fc.oneof(
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
    fc.webUrl(),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (given) => {
      const result = parsePublicOrigin(given);
      if (!result.ok) return;
      const url = wsUrl(result.origin, '/ws/twilio-media');
      expect(url).toMatch(/^wss:\/\/[^/\s@]+\/ws\/twilio-media$/);
      expect(new URL(url).pathname).toBe('/ws/twilio-media');
      expect(new URL(httpUrl(result.origin, '/x')).pathname).toBe('/x');
    }),
    { numRuns: 500 },
  );
});

const request = {
  forwardedProto: undefined as string | undefined,
  forwardedHost: undefined as string | undefined,
  host: 'inner:8080' as string | undefined,
  trusted: true,
  encrypted: false,
};
const urlOf = (changes: Partial<typeof request>) => {
  const found = originFromRequest({ ...request, ...changes });
  return found && httpUrl(found, '/');
};

test('forwarded headers count from a trusted proxy only, and the first value wins', () => {
  const forwarded = { forwardedProto: 'https, http', forwardedHost: 'kav.example.com, inner.lan' };
  expect(urlOf(forwarded)).toBe('https://kav.example.com/');
  expect(urlOf({ ...forwarded, trusted: false })).toBe('http://inner:8080/');
  expect(urlOf({ ...forwarded, trusted: false, encrypted: true })).toBe('https://inner:8080/');
  expect(urlOf({ forwardedProto: 'HTTPS' })).toBe('https://inner:8080/');
  expect(urlOf({ forwardedProto: 'gopher', encrypted: true })).toBe('https://inner:8080/');
});

test('a header that holds no host is passed over', () => {
  for (const forwardedHost of ['evil.com/path', 'a@b', 'a b', 'http://evil.com', 'my_host', ', kav.example.com', '']) {
    expect(urlOf({ forwardedHost })).toBe('http://inner:8080/');
  }
  expect(urlOf({ host: undefined })).toBeUndefined();
  expect(urlOf({ host: '' })).toBeUndefined();
  expect(urlOf({ host: 'inner:8080/../x' })).toBeUndefined();
});
