/** The real disk, and processes that are killed at any moment. The power stays: `power-cut.test.ts` has the rest. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRealClock } from '../call/real-clock.ts';
import type { LedgerError } from '../core/errors.ts';
import { createRandom } from '../simulator/random.ts';
import { realDisk } from './disk/real-disk.ts';
import { openLedger } from './ledger.ts';

const LIVES = 3;
const LONGEST_LIFE_MS = 60;
const appender = new URL('./appender.fixture.ts', import.meta.url).pathname;

/** Runs an appender, kills it that long after its first word, and returns what it said. */
async function live(folder: string, first: number, lifeMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [appender, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes) => {
    said += bytes;
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  expect(await realDisk.lock(path.join(folder, 'lock-node-one')), 'the living have the lock').toBeUndefined();
  createRealClock().at(performance.now() + lifeMs, () => child.kill('SIGKILL'));
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  return said
    .split('\n')
    .slice(0, -1) // a last line without its end may be half a number
    .map(Number);
}

test('what a killed process acknowledged is there, once and in order, and its lock is free', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'kav-ledger-'));
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = createRandom(seed);
  const said: number[] = [];
  for (let life = 0; life < LIVES; life++) said.push(...(await live(folder, life * 1e6, random() * LONGEST_LIFE_MS)));

  const errors: LedgerError[] = [];
  const onError = (error: LedgerError): void => void errors.push(error);
  const ledger = await openLedger({ folder, node: 'one', disk: realDisk, clock: createRealClock(), onError });
  const there: number[] = [];
  for (let entries = await ledger.backlog.read(1000); entries.length > 0; entries = await ledger.backlog.read(1000)) {
    there.push(...entries.map(({ fact }) => (fact.type === 'turn' ? fact.index : -1)));
    ledger.backlog.applied(entries.at(-1)!.sequence);
  }
  await ledger.close();
  const found = new Set(there);
  expect(
    said.filter((index) => !found.has(index)),
    `seed ${seed}`,
  ).toEqual([]);
  expect(there, 'in order, once').toEqual([...found].sort((a, b) => a - b));
  expect(said.length).toBeGreaterThan(LIVES * 8);
  expect(errors).toEqual([]);
  expect(await realDisk.list(folder)).toEqual(['lock-node-one', 'node-one']);
  await rm(folder, { recursive: true });
});
