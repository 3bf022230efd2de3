/** One call over real HTTP, real TwiML and a real WebSocket: the server as `kav serve` runs it, called as Twilio would. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJournal, replayJournal } from '../src/call/journal.ts';
import { createRealClock } from '../src/call/real-clock.ts';
import { type Kav, openKav } from '../src/cli/wire.ts';
import { placeCall } from '../src/simulator/place-call.ts';
import { hangUp, say, waitForAgent } from './scenarios/whole-call.ts';

let kav: Kav;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kav-loopback-'));
  const fake = { KAV_STT: 'fake', KAV_BRAIN: 'fake', KAV_TTS: 'fake' };
  kav = await openKav({ ...fake, PORT: '0', HOST: '127.0.0.1', KAV_DATA_DIR: folder, LOG_LEVEL: 'silent' }, false);
  await kav.ready;
});
afterAll(async () => {
  await kav.close();
  await rm(folder, { recursive: true });
});

test('answers, listens, replies and hangs up, and the journal replays', { timeout: 60_000 }, async () => {
  const report = await placeCall({
    clock: createRealClock(),
    baseUrl: kav.url,
    authToken: kav.authToken,
    from: '+15551230001',
    to: '+15551230000',
    script: { name: 'loopback', steps: [waitForAgent, say(900), waitForAgent, hangUp], expect: [] },
    journalPath: (callSid) => path.join(kav.journalFolder, `${callSid}.jsonl`),
    repeatWebhook: true,
    lateStreamStarted: true,
  });
  expect(report.ok, JSON.stringify(report, undefined, 1)).toBe(true);
  // A machine that is busy with other tests cuts speech, and says nothing of the server with it.
  const complaints = report.complaints.filter(
    ({ level, message }) => level !== 'note' && !/^speech was cut/.test(message),
  );
  expect(complaints).toEqual([]);
  expect(report.words?.map(({ who }) => who)).toEqual(['agent', 'caller', 'agent']);
  const steps = [...replayJournal(await readJournal(report.files.journal!))];
  expect(steps.length).toBeGreaterThan(10);
  expect(steps.every(({ same }) => same)).toBe(true);
});
