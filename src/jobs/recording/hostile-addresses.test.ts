/** Ten thousand ways to have the account's password sent elsewhere; not one connection may be made. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { fetchMedia, MEDIA_LIMITS } from './fetch-media.ts';
import { ACCOUNT, type MediaServer, openMediaServer, RECORDING } from './media.fixture.ts';
import { TWILIO_MEDIA } from './media-source.ts';
import { isMediaHost, mediaUrl } from './media-url.ts';
import { isPublicAddress } from './public-address.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
const never = new AbortController().signal;
const resource = `/2010-04-01/Accounts/${ACCOUNT}/Recordings/${RECORDING}`;
const otherAccount = `AC${'ff'.repeat(16)}`;

const PRIVATE_V4 = [
  '127.0.0.1',
  '127.255.0.9',
  '10.0.0.1',
  '172.16.9.9',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
];
const SPECIAL_V4 = [
  '0.0.0.0',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
];
const SPECIAL_V6 = [
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a9fe:a9fe',
  '2002:7f00:1::',
  '2001::1',
  '2001:db8::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '100::1',
  '3fff::1',
  '5f00::1',
];
const HOSTILE_ADDRESSES = [...PRIVATE_V4, ...SPECIAL_V4, ...SPECIAL_V6];

const hostileHost = fc.oneof(
  fc.constantFrom(
    ...HOSTILE_ADDRESSES.map((address) => (address.includes(':') ? `[${address}]` : address)),
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    'localhost',
    'metadata.google.internal',
    'api.twilio.com.',
    'api.twilio.com..',
    'api.twilio.com.evil.example',
    'evil.example/api.twilio.com',
    'api-twilio.com',
    'apiXtwilio.com',
    'api.twilio.co',
    'xapi.twilio.com',
    'api.twilio.com:8080',
    'api.twilio.com@127.0.0.1',
    '127.0.0.1#api.twilio.com',
    '127.0.0.1?api.twilio.com',
    'user:password@api.twilio.com',
    'api.twilio.com\\@127.0.0.1',
    'api\u3002twilio\u3002com',
    'api.twilio\uff0ecom',
    'ap\u0131.twilio.com',
    'API.TWILIO.COM',
    'api.twili\u043e.com',
    'api.%74wilio.com',
    'api.twilio.com%00.evil.example',
    'api.twilio.com\r\nHost: evil.example',
    'api.dublin.twilio.com',
    'api.a.b.ie1.twilio.com',
    'api..ie1.twilio.com',
    'api.dublin.ie1.twilio.com.evil.example',
  ),
  fc.webAuthority({ withIPv4: true, withIPv6: true, withIPv4Extended: true, withUserInfo: true, withPort: true }),
  fc.string({ maxLength: 40, unit: 'binary' }),
);
const scheme = fc.constantFrom(
  'https://',
  'http://',
  'HTTPS://',
  '//',
  'https:/',
  'https:\\\\',
  'file://',
  'gopher://',
  'https:///',
  ' https://',
  '',
);
const hostilePath = fc.constantFrom(
  '',
  '/',
  `/2010-04-01/Accounts/${otherAccount}/Recordings/${RECORDING}`,
  `${resource}/../../../../x`,
  `${resource}.wav/../x`,
  `${resource}?x=1`,
  `${resource}#x`,
  `${resource}.json`,
  `${resource}%00`,
  `/..${resource}`,
  `/x${resource}`,
  `${resource}\n`,
  `${resource} `,
);
const goodHost = fc.constantFrom('api.twilio.com', 'api.dublin.ie1.twilio.com', 'api.sydney.au1.twilio.com');
const hostileUrl = fc.oneof(
  fc.tuple(scheme, hostileHost, fc.oneof(fc.constant(resource), hostilePath)).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('https://', 'http://'), goodHost, hostilePath).map((parts) => parts.join('')),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
);

/** What a name server of the attacker's says: never only honest addresses. */
const answers = fc
  .tuple(
    fc.array(fc.constantFrom('3.5.7.9', '2600:1f00::1', ...HOSTILE_ADDRESSES), { maxLength: 4 }),
    fc.constantFrom(...HOSTILE_ADDRESSES),
    fc.nat(4),
  )
  .map(([list, bad, at]) => list.toSpliced(at, 0, bad));

let canary: MediaServer;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'kav-hostile-'));
  canary = await openMediaServer((_request, response) => response.end('reached'));
});
afterAll(async () => {
  await canary.close();
  await rm(scratch, { recursive: true });
});

describe(`hostile addresses (SEED=${seed})`, () => {
  test('of recordings: 10,000 are refused', () => {
    fc.assert(
      fc.property(hostileUrl, (claimed) => {
        expect(mediaUrl({ accountSid: ACCOUNT, recordingSid: RECORDING, claimed }).ok).toBe(false);
      }),
      { seed, numRuns: 10_000 },
    );
  });

  test('of name servers: 10,000 answers lead to no connection, whatever the name', { timeout: 60_000 }, async () => {
    let next = 0;
    const run = fc.asyncProperty(fc.oneof(hostileHost, goodHost), answers, async (host, addresses) => {
      const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const source = { ...TWILIO_MEDIA, port: canary.source.port, resolve };
      const fetcher = { source, limits: MEDIA_LIMITS, clock: new VirtualClock() };
      const file = path.join(scratch, String(next++));
      const result = await fetchMedia(
        fetcher,
        { host, path: `${resource}.wav`, authorization: 'Basic x', file },
        never,
      );
      expect(result).toMatchObject({ status: 'refused' });
    });
    await fc.assert(run, { seed, numRuns: 10_000 });
    expect(canary.connections()).toBe(0);
  });

  test('a name that changes its mind: the connection goes where the first answer was judged', async () => {
    const honest = await openMediaServer((_request, response) => response.end('not a recording'));
    let asked = 0;
    const resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    const fetcher = { source: { ...honest.source, resolve }, limits: MEDIA_LIMITS, clock: new VirtualClock() };
    const wanted = { host: 'api.twilio.com', path: '/', authorization: 'Basic x', file: path.join(scratch, 'rebound') };
    await fetchMedia(fetcher, wanted, never);
    expect(asked).toBe(1);
    expect(honest.connections()).toBe(1);
    await honest.close();
  });

  test('any address that is not public is known as such', () => {
    const inside = fc.oneof(
      fc.ipV4().filter((address) => /^(?:0|10|127|22[4-9]|2[345]\d)\./.test(address)),
      fc.ipV4().map((address) => `::ffff:${address}`),
      fc.ipV4().map((address) => `64:ff9b::${address}`),
      fc.ipV6().filter((address) => !/^[23]/.test(address)),
      fc.string(),
    );
    fc.assert(
      fc.property(inside, (address) => {
        fc.pre(!/^[0-9.]+$/.test(address) || /^(?:0|10|127|22[4-9]|2[345]\d)\./.test(address));
        expect(isPublicAddress(address)).toBe(false);
      }),
      { seed, numRuns: 10_000 },
    );
    expect(HOSTILE_ADDRESSES.filter(isPublicAddress)).toEqual([]);
    expect(['3.5.7.9', '8.8.8.8', '2600:1f00::1', '2a00:1450::1', '172.32.0.1'].every(isPublicAddress)).toBe(true);
  });
});

test('the addresses of Twilio are taken, with and without an ending, and always asked by https', () => {
  for (const [host, ending, given] of [
    ['api.twilio.com', '', 'https'],
    ['api.twilio.com', '.wav', 'http'],
    ['api.dublin.ie1.twilio.com', '.mp3', 'https'],
  ] as const) {
    const claimed = `${given}://${host}${resource}${ending}`;
    const url = mediaUrl({ accountSid: ACCOUNT, recordingSid: RECORDING, claimed });
    expect(url).toEqual({ ok: true, host, path: `${resource}.wav` });
    expect(isMediaHost(host)).toBe(true);
  }
  expect(mediaUrl({ accountSid: ACCOUNT, recordingSid: RECORDING, claimed: undefined })).toMatchObject({
    ok: true,
    host: 'api.twilio.com',
  });
  expect(mediaUrl({ accountSid: '../x', recordingSid: RECORDING, claimed: undefined })).toMatchObject({ ok: false });
});
