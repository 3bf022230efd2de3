import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { createTestLog } from '../../jobs/jobs.fixture.ts';
import { awaitAnswer, type Door, leaveErrand, openDoor } from './door.ts';
import type { Errand, ErrandAnswer } from './errand.ts';

const clock = createRealClock();
const errand: Errand = { kind: 'erase', tenant: 'home', number: '+972521234567', actor: 'cli:dana' };
const log = createTestLog();
let dataDir: string;
let door: Door | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'kav-errands-'));
});
afterEach(async () => {
  await door?.close();
  door = undefined;
  await rm(dataDir, { recursive: true });
});

const open = (perform: (errand: Errand) => Promise<ErrandAnswer>): void => {
  door = openDoor({ dataDir, perform, clock, log });
};
const ask = async (withinMs = 20_000) => awaitAnswer(dataDir, await leaveErrand(dataDir, errand), { clock, withinMs });
const files = () => readdir(path.join(dataDir, 'errands'));

test('what is left is done, answered, and gone', async () => {
  const done: Errand[] = [];
  open(async (each) => {
    done.push(each);
    return { ok: true, result: { calls: 3 } };
  });
  expect(await ask()).toEqual({ ok: true, result: { calls: 3 } });
  expect(done).toEqual([errand]);
  await expect.poll(files).toEqual([]);
});

test('it is for its owner alone, and waits for a process that can do it', async () => {
  expect(await ask(0)).toBeUndefined();
  const [name] = await files();
  expect((await stat(path.join(dataDir, 'errands', name!))).mode & 0o077).toBe(0);
  expect((await stat(path.join(dataDir, 'errands'))).mode & 0o077).toBe(0);
  open(async () => ({ ok: true, result: 1 }));
  const answer = path.join(dataDir, 'errands', name!.replace('errand', 'answer'));
  await expect.poll(() => readFile(answer, 'utf8').catch(() => ''), { timeout: 10_000 }).toContain('"result":1');
});

test('one that fails for now is done again', async () => {
  let tries = 0;
  open(async () => {
    if (++tries === 1) throw new Error('the store is away');
    return { ok: true, result: tries };
  });
  expect(await ask()).toEqual({ ok: true, result: 2 });
  expect(log.lines.filter(({ event }) => event === 'JOBS_AWAY')).toHaveLength(1);
});

test('what is no errand is answered and holds nobody up', async () => {
  await leaveErrand(dataDir, errand);
  await writeFile(path.join(dataDir, 'errands', '0.errand.json'), '{"kind":"format-disk"}');
  open(async () => ({ ok: true, result: null }));
  expect(await awaitAnswer(dataDir, '0', { clock, withinMs: 10_000 })).toMatchObject({ ok: false });
  await expect.poll(async () => (await files()).filter((name) => name.endsWith('.errand.json'))).toEqual([]);
});
