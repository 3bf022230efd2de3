import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { JournalFolder } from '../call/journal.ts';
import { createRealClock } from '../call/real-clock.ts';
import { defaultSettings } from '../core/settings.ts';
import { hashOfCall } from '../observe/exemplar.ts';
import { journalsOf } from './journals-of.ts';

const CALL = `CA${'7'.repeat(32)}`;
let dataDir = '';

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'kav-journals-'));
  vi.stubEnv('KAV_DATA_DIR', dataDir);
  const journals = new JournalFolder({
    folder: path.join(dataDir, 'journals'),
    clock: createRealClock(),
    onError: (error) => expect.unreachable(String(error)),
  });
  const head = {
    ...({ journal: 1 } as const),
    ...{ version: 'test', callSid: CALL, streamSid: 'MZ1', from: '', to: '', agent: 'Test' },
    ...{ language: 'en-US', providers: { stt: 'fake', brain: 'fake', tts: 'fake' }, caveats: [], startedAt: '' },
    settings: defaultSettings,
  } as const;
  await journals.open(head).close();
  await journals.open({ ...head, attempt: 2 }).close();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(dataDir, { recursive: true });
});

test.each([
  ['a CallSid', CALL],
  ['the name that the metrics have for it', hashOfCall(CALL)],
])('the journals of a call are found by %s, in the order of its streams', async (_what, name) => {
  const found = await journalsOf(name);
  expect(found.map(({ head }) => [head.callSid, head.attempt])).toEqual([
    [CALL, undefined],
    [CALL, 2],
  ]);
});

test('a name of no call is told of, with where it was sought', async () => {
  await expect(journalsOf('0123456789ab')).rejects.toThrow(path.join(dataDir, 'journals'));
});
