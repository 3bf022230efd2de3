import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describeDisk } from '../conformance/disk.ts';
import { realDisk } from './real-disk.ts';
import { SimulatedDisk } from './simulated-disk.fixture.ts';

const roots: string[] = [];
const temporaryFolder = async (): Promise<string> => {
  const root = await mkdtemp(path.join(tmpdir(), 'kav-disk-'));
  roots.push(root);
  return root;
};
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true }))));

describeDisk('real', async () => ({ disk: realDisk, root: await temporaryFolder() }));
describeDisk('simulated', async () => {
  const disk = new SimulatedDisk();
  await disk.createFolder('/data');
  return { disk, root: '/data' };
});

test('what people said is for the owner of the files only', async () => {
  const root = await temporaryFolder();
  await realDisk.createFolder(path.join(root, 'ledger'));
  const made = path.join(root, 'ledger', 'made');
  const opened = path.join(root, 'ledger', 'opened');
  const lock = path.join(root, 'ledger', 'lock');
  await (await realDisk.create(made)).close();
  await (await realDisk.open(opened)).close();
  (await realDisk.lock(lock))?.release();
  for (const file of [made, opened, lock]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.join(root, 'ledger'))).mode & 0o777).toBe(0o700);
});

describe('a power cut on the simulated disk', () => {
  const outcomes = async (sync: boolean): Promise<Set<string>> => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = new SimulatedDisk();
      await disk.createFolder('/data');
      const file = await disk.create('/data/file');
      await file.write(Buffer.alloc(4096, 'a'), 0);
      await file.write(Buffer.alloc(4096, 'b'), 4096);
      if (sync) await file.sync();
      if (sync) await disk.syncFolder('/data');
      disk.powerCut(seed);
      const isThere = (await disk.list('/data')).length > 0;
      const bytes = isThere ? (await disk.read('/data/file')).toString() : '-';
      // One letter for a whole page, two for a part of one.
      seen.add(bytes.replace(/([^-])\1*/gs, (run, letter: string) => (run.length === 4096 ? letter : letter + letter)));
    }
    return seen;
  };

  test('loses nothing that was synced', async () => {
    expect(await outcomes(true)).toEqual(new Set(['ab']));
  });

  test('of what was not: keeps, drops, tears, leaves holes, forgets the file', async () => {
    const seen = await outcomes(false);
    for (const kept of ['ab', 'a', '\0b', '', 'abb', 'aa', '-']) expect(seen).toContain(kept);
  });

  test('after a sync that failed, a sync that succeeds saves nothing', async () => {
    const lost = new Set<boolean>();
    for (let seed = 0; seed < 50; seed++) {
      const disk = new SimulatedDisk();
      await disk.createFolder('/data');
      const file = await disk.create('/data/file');
      await disk.syncFolder('/data');
      await file.write(Buffer.from('fact'), 0);
      disk.syncFaults.push('EIO');
      await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
      await file.sync();
      expect((await disk.read('/data/file')).toString()).toBe('fact');
      disk.powerCut(seed);
      lost.add((await disk.read('/data/file')).toString() !== 'fact');
    }
    expect(lost).toEqual(new Set([true, false]));
  });

  test('a full disk takes a part of a write and says so', async () => {
    const disk = new SimulatedDisk({ room: 10 });
    await disk.createFolder('/data');
    const file = await disk.create('/data/file');
    await expect(file.write(Buffer.alloc(20), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await disk.size('/data/file')).toBe(10);
    disk.room = 30;
    await file.write(Buffer.alloc(20), 0);
  });
});
