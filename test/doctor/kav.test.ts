/** Kav itself, in real time: the doctor accuses it of nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRealClock } from '../../src/call/real-clock.ts';
import { openKav } from '../../src/cli/wire.ts';
import { renderDoctor } from '../../src/doctor/render.ts';
import { AUTH_TOKEN, openTestServer } from '../../src/server/server.fixture.ts';
import { examine, troublesOf } from './examine.ts';
import { TOKEN } from './sample-server.ts';

/** How fast a machine is that runs many tests at once says nothing about the server. */
const TIMINGS = /takes [\d.]+ s|is slow|first sound comes|stutters/;
const KAV = { webhookPath: '/webhook/incoming_call', recordingPath: '/webhook/recording_done' };

async function openOwn(env: Readonly<Record<string, string>>) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-doctor-'));
  const kav = await openKav(
    {
      PORT: '0',
      HOST: '127.0.0.1',
      KAV_DATA_DIR: dataDir,
      KAV_STT: 'fake',
      KAV_TTS: 'fake',
      TWILIO_AUTH_TOKEN: TOKEN,
      LOG_LEVEL: 'silent',
      ...env,
    },
    false,
  );
  await kav.ready;
  return {
    url: kav.url,
    [Symbol.asyncDispose]: async () => {
      await kav.endCalls();
      await kav.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

test('Kav itself, as behind a tunnel', async () => {
  await using own = await openOwn({ PUBLIC_HOST: '203.0.113.7' });
  const report = await examine({
    clock: createRealClock(),
    url: own.url,
    publicUrl: 'https://203.0.113.7',
    target: KAV,
  });
  expect(troublesOf(report).filter((line) => !TIMINGS.test(line))).toEqual([]);
  expect(report.go).toBe(true);
  const text = renderDoctor(report, { color: false });
  expect(text).toMatch(/^GO {2}https:\/\/203\.0\.113\.7\//);
  for (const line of [
    /A caller who interrupts is heard after \d+ ms/,
    /Marks tell what was heard/,
    /callback is answered with 200/,
  ])
    expect(text).toMatch(line);
}, 60_000);

test('a server that only speaks is told of, and may go', async () => {
  await using own = await openTestServer({ sayOnly: true, publicOrigin: undefined });
  const report = await examine({
    clock: createRealClock(),
    url: own.url,
    target: { ...KAV, authToken: AUTH_TOKEN },
  });
  expect(troublesOf(report).filter((line) => !TIMINGS.test(line))).toEqual([
    'webhook warn - The answer opens no media stream',
  ]);
  expect(report.go).toBe(true);
});
