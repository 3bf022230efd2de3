import { beforeEach, describe, expect, test } from 'vitest';
import { removeDamaged } from './damaged-segments.ts';
import type { Disk } from './disk/disk.ts';
import { SimulatedDisk } from './disk/simulated-disk.fixture.ts';
import { FOLDER, turn } from './facts.fixture.ts';
import { keepRefused, listRefused, siftRefused } from './refused-facts.ts';

let simulated: SimulatedDisk;
let disk: Disk;
const folderOf = (node: string): string => `${FOLDER}/node-${node}`;
const keep = (index: number, node = 'one') =>
  keepRefused(disk, folderOf(node), { sequence: index, fact: turn(index) }, new Error('does not fit'));
const keysOf = async () => (await listRefused(disk, FOLDER)).map(({ fact }) => fact?.key);

beforeEach(async () => {
  simulated = new SimulatedDisk();
  disk = simulated.boot();
  for (const node of ['one', 'two']) await disk.createFolder(folderOf(node));
});

describe('refused facts', () => {
  test('are listed with their ledger and the reason, and each has a name of its own', async () => {
    await keep(1);
    await keep(2, 'two');
    const found = await listRefused(disk, FOLDER);
    expect(found).toMatchObject([
      { ledger: 'node-one', error: 'Error: does not fit', fact: turn(1) },
      { ledger: 'node-two', fact: turn(2) },
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
  });

  test('that do not stay are gone after a power cut, and the others are there', async () => {
    for (const index of [1, 2, 3]) await keep(index);
    expect(await siftRefused(disk, FOLDER, ({ fact }) => fact?.key !== 'turn/2')).toBe(1);
    simulated.powerCut(1);
    disk = simulated.boot();
    expect(await keysOf()).toEqual(['turn/1', 'turn/3']);
    expect(await siftRefused(disk, FOLDER, () => false)).toBe(2);
    simulated.powerCut(2);
    disk = simulated.boot();
    expect(await disk.list(folderOf('one'))).toEqual([]);
  });

  test('none is lost that is refused while others are sifted', async () => {
    await keep(1);
    let late: Promise<void> | undefined;
    await siftRefused(disk, FOLDER, async () => {
      late ??= keep(2);
      await disk.list(FOLDER);
      return false;
    });
    await late;
    expect(await keysOf()).toEqual(['turn/2']);
  });

  test('a torn line is named and has no fact', async () => {
    await keep(1);
    const file = await disk.open(`${folderOf('one')}/refused.jsonl`);
    await file.write(Buffer.from('{"sequence":2,"fa'), (await disk.size(`${folderOf('one')}/refused.jsonl`))!);
    await file.close();
    await keep(3);
    expect(await keysOf()).toEqual(['turn/1', undefined, 'turn/3']);
  });

  test('where there is no ledger there are none', async () => {
    expect(await listRefused(disk, '/elsewhere')).toEqual([]);
    expect(await siftRefused(disk, '/elsewhere', () => false)).toBe(0);
  });
});

test('damaged segments go by what is in them', async () => {
  for (const [node, text] of [
    ['one', 'CA1'],
    ['two', 'CA2'],
  ] as const) {
    const file = await disk.create(`${folderOf(node)}/000000000001.log.damaged`);
    await file.write(Buffer.from(text), 0);
    await file.sync();
    await file.close();
    await disk.syncFolder(folderOf(node));
  }
  expect(await removeDamaged(disk, FOLDER, (bytes) => bytes.includes('CA1'))).toBe(1);
  simulated.powerCut(1);
  disk = simulated.boot();
  expect([await disk.list(folderOf('one')), await disk.list(folderOf('two'))]).toEqual([
    [],
    ['000000000001.log.damaged'],
  ]);
});
