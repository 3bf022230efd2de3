import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FormParams, isSignedForm, isSignedUpgrade, signForm, signUpgrade } from './signature.ts';

const token = '12345';
const caller = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
};
const page = 'mycompany.com/myapp.php?foo=1&bar=2';

// Published with twilio-node: https://github.com/twilio/twilio-node, spec/validation.spec.js.
const published: readonly [string, FormParams, string][] = [
  [`https://${page}`, caller, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ['https://mycompany.com:443/myapp.php?foo=1&bar=2', caller, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
  ['http://mycompany.com:80/myapp.php?foo=1&bar=2', caller, '0ZXoZLH/DfblKGATFgpif+LLRf4='],
  ['http://mycompany.com:1234/myapp.php?foo=1&bar=2', caller, 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
  [
    `https://${page}`,
    { Sid: 'CA123', SidAccount: 'AC123', Digits: ['5678', '1234', '1234'] },
    'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
  ],
];

test.each(published)('the published signature of %s is accepted', (url, params, signature) => {
  expect(isSignedForm({ authTokens: [token], signature, url, params })).toBe(true);
  expect(signForm(token, url, params)).toBe(signature);
});

test('the published signature of a JSON body is accepted over its URL', () => {
  const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
  const url = `https://mycompany.com/myapp.php?bodySHA256=${hash}`;
  const signature = signForm(token, url, {});
  expect(signature).toBe('y77kIzt2vzLz71DgmJGsen2scGs=');
  expect(isSignedForm({ authTokens: [token], signature, url, params: {} })).toBe(true);
});

test('the standard port may be there or not, on either side', () => {
  const bare = 'https://mycompany.com/myapp.php';
  const explicit = 'https://mycompany.com:443/myapp.php';
  for (const [signed, received] of [
    [bare, explicit],
    [explicit, bare],
    [bare, 'https://mycompany.com:8443/myapp.php'],
  ] as const) {
    const signature = signForm(token, signed, caller);
    expect(isSignedForm({ authTokens: [token], signature, url: received, params: caller })).toBe(true);
  }
});

test('one changed byte, name, value, field or scheme is refused', () => {
  const url = 'https://mycompany.com/webhook/incoming_call';
  const signature = signForm(token, url, caller);
  const check = (changes: {
    url?: string;
    params?: FormParams;
    signature?: string | undefined;
    authTokens?: string[];
  }) => isSignedForm({ authTokens: [token], signature, url, params: caller, ...changes });
  expect(check({})).toBe(true);
  for (let index = 0; index < signature.length; index++) {
    const other = signature[index] === 'A' ? 'B' : 'A';
    expect(check({ signature: signature.slice(0, index) + other + signature.slice(index + 1) })).toBe(false);
  }
  for (let index = 0; index < url.length; index++) {
    const changed = `${url.slice(0, index)}~${url.slice(index + 1)}`;
    expect(check({ url: changed })).toBe(false);
  }
  expect(check({ url: url.replace('https', 'http') })).toBe(false);
  expect(check({ url: `${url}?a=1` })).toBe(false);
  expect(check({ params: { ...caller, From: '+14158675308' } })).toBe(false);
  expect(check({ params: { ...caller, Extra: '' } })).toBe(false);
  const { Digits: _, ...fewer } = caller;
  expect(check({ params: fewer })).toBe(false);
  expect(check({ signature: undefined })).toBe(false);
  expect(check({ signature: '' })).toBe(false);
  expect(check({ authTokens: ['12346'] })).toBe(false);
  expect(check({ authTokens: [] })).toBe(false);
});

test('while tokens are being changed either may sign, and an empty token never does', () => {
  const url = 'https://mycompany.com/x';
  const ws = 'wss://mycompany.com/ws';
  for (const signer of ['old', 'new']) {
    const authTokens = ['old', 'new'];
    expect(isSignedForm({ authTokens, signature: signForm(signer, url, caller), url, params: caller })).toBe(true);
    expect(isSignedUpgrade({ authTokens, signature: signUpgrade(signer, ws), url: ws })).toBe(true);
  }
  expect(isSignedForm({ authTokens: [''], signature: signForm('', url, caller), url, params: caller })).toBe(false);
  expect(isSignedUpgrade({ authTokens: [''], signature: signUpgrade('', ws), url: ws })).toBe(false);
});

test('an upgrade is signed over its wss URL, with or without port and last slash', () => {
  const url = 'wss://example.com/ws/twilio-media';
  expect(signUpgrade(token, url)).toBe('WBxAF43rvp6g9F8Szu06yA8pv+8=');
  const isSigned = (signedUrl: string, received = url) =>
    isSignedUpgrade({ authTokens: [token], signature: signUpgrade(token, signedUrl), url: received });
  expect(isSigned(url)).toBe(true);
  expect(isSigned(`${url}/`)).toBe(true);
  expect(isSigned(url, `${url}/`)).toBe(true);
  expect(isSigned('wss://example.com:443/ws/twilio-media')).toBe(true);
  expect(isSigned('wss://example.com:443/ws/twilio-media/')).toBe(true);
  expect(isSigned(url, 'wss://example.com:443/ws/twilio-media')).toBe(true);
  expect(isSigned('wss://example.com', 'wss://example.com/')).toBe(true);
  expect(isSigned('wss://example.com/', 'wss://example.com')).toBe(true);
  expect(isSigned(url, 'wss://Example.com/ws/twilio-media')).toBe(true);
});

test('a signature over another scheme, host, port or path opens no stream', () => {
  const url = 'wss://example.com/ws/twilio-media';
  const isSigned = (signedUrl: string, received = url) =>
    isSignedUpgrade({ authTokens: [token], signature: signUpgrade(token, signedUrl), url: received });
  expect(isSigned('https://example.com/ws/twilio-media')).toBe(false);
  expect(isSigned('http://example.com/ws/twilio-media')).toBe(false);
  expect(isSigned('ws://example.com/ws/twilio-media')).toBe(false);
  expect(isSigned('https://example.com/ws/twilio-media', 'https://example.com/ws/twilio-media')).toBe(false);
  expect(isSigned('wss://example.org/ws/twilio-media')).toBe(false);
  expect(isSigned('wss://example.com:80/ws/twilio-media')).toBe(false);
  expect(isSigned('wss://example.com:8443/ws/twilio-media')).toBe(false);
  expect(isSigned('wss://example.com/ws/twilio-medi')).toBe(false);
  expect(isSigned(`${url}//`)).toBe(false);
  expect(isSigned(`${url}?token=1`, `${url}?token=1`)).toBe(false);
});

test('signatures are those of an independent computation', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text !== '__proto__');
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string(), { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(fc.dictionary(name, value), fc.string({ minLength: 1 }), fc.webUrl(), (params, key, url) => {
      const data = Object.keys(params)
        .sort()
        .map((field) => {
          const given = params[field] ?? '';
          const values = typeof given === 'string' ? [given] : [...new Set(given)].sort();
          return values.map((one) => field + one).join('');
        })
        .join('');
      const signature = createHmac('sha1', key)
        .update(url + data, 'utf8')
        .digest('base64');
      expect(signForm(key, url, params)).toBe(signature);
      expect(isSignedForm({ authTokens: [key], signature, url, params })).toBe(true);
    }),
  );
});

test('nothing that a stranger writes makes a check throw or pass', () => {
  const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true }), fc.base64String());
  const scheme = fc.constantFrom('', 'https://', 'wss://', 'https://h/?%', 'wss://h:');
  fc.assert(
    fc.property(hostile, scheme, hostile, (signature, prefix, rest) => {
      const url = prefix + rest;
      expect(isSignedForm({ authTokens: ['secret'], signature, url, params: { a: rest } })).toBe(false);
      expect(isSignedUpgrade({ authTokens: ['secret'], signature, url })).toBe(false);
      const wellFormed = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';
      expect(isSignedForm({ authTokens: ['secret'], signature: wellFormed, url, params: { a: rest } })).toBe(false);
      expect(isSignedUpgrade({ authTokens: ['secret'], signature: wellFormed, url })).toBe(false);
    }),
    { numRuns: 1000 },
  );
});
