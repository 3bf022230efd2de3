/** A healthy server behind a certificate that is trusted: the whole of HTTPS and `wss`. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { createLoopClock, examine, troublesOf } from './examine.ts';
import { openSample } from './sample-server.ts';
import { createIdentity, type Identity } from './self-signed.ts';

const DAY_MS = 86_400_000;
const clock = createLoopClock();
afterAll(() => clock[Symbol.dispose]());

function trusted(days: number): Identity {
  const at = Date.now();
  const identity = createIdentity({
    host: '127.0.0.1',
    validFrom: new Date(at - DAY_MS),
    validTo: new Date(at + (days + 0.5) * DAY_MS),
  });
  setDefaultCACertificates([...getCACertificates('default'), identity.cert]);
  return identity;
}

test('is not accused', async () => {
  await using sample = await openSample({ identity: trusted(90) });
  const report = await examine({ clock, url: sample.url });
  expect(troublesOf(report)).toEqual([]);
  expect(report.checks.find(({ name }) => name === 'tls')?.findings).toMatchObject([
    { verdict: 'ok', seen: expect.stringContaining('90 days left') },
  ]);
});

test('is told that its certificate will soon run out', async () => {
  await using sample = await openSample({ identity: trusted(6) });
  const report = await examine({ clock, url: sample.url });
  expect(troublesOf(report)).toEqual(['tls warn 11236 The certificate has 6 days left']);
  expect(report.go).toBe(true);
});
