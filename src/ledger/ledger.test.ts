import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../core/fact.ts';
import type { Ledger } from './contracts.ts';
import { realDisk } from './disk/real-disk.ts';
import { createRig, FOLDER, foreignHeader, readAll, turn } from './facts.fixture.ts';
import { encodeHeader, HEADER_BYTES, RECORD_HEADER_BYTES } from './segments/record.ts';

const NODE = `${FOLDER}/node-one`;
const segmentOf = (number: number): string => `${NODE}/${String(number).padStart(12, '0')}.log`;
const turns = (from: number, to: number): Fact[] => Array.from({ length: to - from }, (_, i) => turn(from + i));
const appendAll = (ledger: Ledger, facts: readonly Fact[]): Promise<unknown> =>
  Promise.all(facts.map((fact) => ledger.append(fact)));
const bytesOf = (fact: Fact): number => RECORD_HEADER_BYTES + Buffer.byteLength(JSON.stringify(fact));

describe('a fact', () => {
  test('is there after a power cut as soon as its promise resolves', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await appendAll(ledger, turns(0, 3));
    rig.die(1);
    expect(await readAll(await rig.open())).toEqual(turns(0, 3));
    expect(rig.errors).toEqual([]);
  });

  test('shares its sync with all that wait at that moment, and the next batch gathers meanwhile', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await ledger.append(turn(0));
    const before = rig.disk.syncs;
    const goOn = rig.disk.stall();
    const first = appendAll(ledger, turns(1, 50));
    await rig.clock.advance(0);
    const second = appendAll(ledger, turns(50, 200));
    await rig.clock.advance(5000);
    goOn();
    await Promise.all([first, second]);
    expect(rig.disk.syncs - before).toBe(2);
    expect(await readAll(ledger)).toEqual(turns(0, 200));
  });

  test('that nobody waits for is durable after a flush, in the order in which it was told', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    for (const fact of turns(0, 5)) expect(ledger.note(fact)).toBe(true);
    void ledger.append(turn(5));
    await ledger.flush();
    rig.die(7);
    expect(await readAll(await rig.open())).toEqual(turns(0, 6));
  });

  test('of more than a megabyte is refused, and so is one after the end', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    const long = turn(0, 'CA1', 'x'.repeat(2 ** 20));
    await expect(ledger.append(long)).rejects.toMatchObject({ code: 'ledger-fact-too-large' });
    expect(ledger.note(long)).toBe(false);
    await Promise.all([ledger.close(), ledger.close()]);
    await expect(ledger.append(turn(0))).rejects.toMatchObject({ code: 'ledger-closed' });
    expect(ledger.note(turn(0))).toBe(false);
    expect(ledger.stats().refusedNotes).toBe(2);
    expect(rig.clock.alarms).toBe(0);
  });
});

describe('a disk that stands still', () => {
  test('holds up nobody but those who wait, within bounds', async () => {
    const rig = createRig();
    const ledger = await rig.open({ limits: { noteBytes: 2000, waitingBytes: 3000 } });
    await ledger.append(turn(0));
    const goOn = rig.disk.stall();
    const noted = turns(1, 40).filter((fact) => ledger.note(fact));
    expect(noted.length).toBeLessThan(20);
    expect(ledger.stats()).toMatchObject({ waiting: noted.length, refusedNotes: 39 - noted.length });
    const settled = Promise.allSettled(turns(40, 60).map((fact) => ledger.append(fact)));
    goOn();
    const results = await settled;
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused[0]).toMatchObject({ reason: { code: 'ledger-stalled' } });
    expect(await readAll(ledger)).toEqual([turn(0), ...noted, ...turns(40, 60 - refused.length)]);
    await ledger.append(turn(60));
  });
});

describe('a full disk', () => {
  test('refuses those who wait, keeps the rest in memory, and takes facts again when there is room', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await ledger.append(turn(0));
    rig.disk.room = 500;
    expect(ledger.note(turn(1))).toBe(true);
    expect(ledger.note(turn(2))).toBe(true);
    await expect(ledger.append(turn(3))).rejects.toMatchObject({ code: 'ledger-disk-full' });
    await expect(ledger.append(turn(4))).rejects.toMatchObject({ code: 'ledger-disk-full' });
    await rig.clock.advance(5000);
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-disk-full']);
    expect(ledger.stats().waiting).toBe(2);
    rig.disk.room = 100_000;
    await rig.clock.advance(1000);
    expect(ledger.stats().waiting).toBe(0);
    await ledger.append(turn(5));
    rig.die(3);
    expect(await readAll(await rig.open())).toEqual([turn(0), turn(1), turn(2), turn(5)]);
  });

  test('is told of when the ledger closes with facts that found no place', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    rig.disk.room = 30;
    ledger.note(turn(0));
    await ledger.close();
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-disk-full', 'ledger-closed']);
    expect(ledger.stats().refusedNotes).toBe(1);
    expect(rig.clock.alarms).toBe(0);
  });

  test('gives back room when facts are applied, though the cursor cannot be saved', async () => {
    const rig = createRig();
    const ledger = await rig.open({ limits: { segmentBytes: 1000 } });
    for (const fact of turns(0, 20)) await ledger.append(fact);
    rig.disk.room = 0;
    ledger.backlog.applied(20);
    await rig.clock.advance(1000);
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-disk-failed']);
    expect(ledger.stats().bytes).toBeLessThan(1500);
    rig.disk.room = 2000;
    await ledger.append(turn(20));
  });

  test('is no reason not to open the ledger and to drain it', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await ledger.append(turn(0));
    rig.die();
    rig.disk.room = 0;
    const next = await rig.open();
    expect(await readAll(next)).toEqual([turn(0)]);
    await expect(next.append(turn(1))).rejects.toMatchObject({ code: 'ledger-disk-full' });
  });

  test('leaves no gap when the power fails meanwhile', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const rig = createRig();
      const ledger = await rig.open({ limits: { segmentBytes: 1000 } });
      for (const fact of turns(0, 20)) await ledger.append(fact);
      rig.disk.room = 0;
      ledger.backlog.applied(15);
      await rig.clock.advance(1000);
      rig.die(seed);
      const there = await readAll(await rig.open());
      expect(there).toEqual(turns(20 - there.length, 20));
      expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-disk-failed']);
    }
  });
});

describe('a sync that fails', () => {
  test('is never asked again: what waits goes into a new segment, once', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await ledger.append(turn(0));
    rig.disk.syncFaults.push('EIO');
    await appendAll(ledger, turns(1, 4));
    expect((await rig.disk.list(NODE)).filter((name) => name.endsWith('.log'))).toHaveLength(2);
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-disk-failed']);
    await ledger.append(turn(4));
    expect(await readAll(ledger)).toEqual(turns(0, 5));
    for (let seed = 0; seed < 5; seed++) {
      rig.die(seed);
      const next = await rig.open();
      expect(await readAll(next)).toEqual(turns(0, 5));
    }
  });

  test('in three segments is the disk: those who wait are refused, and the next may pass', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    rig.disk.syncFaults.push('EIO', 'EIO', 'EIO');
    await expect(ledger.append(turn(0))).rejects.toMatchObject({ code: 'ledger-disk-failed' });
    await ledger.append(turn(1));
    expect(await readAll(ledger)).toEqual([turn(1)]);
    expect(await rig.disk.list(NODE)).toEqual(['000000000004.log']);
  });
});

describe('what a crash leaves', () => {
  test('a torn last record is cut and counted', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await appendAll(ledger, turns(0, 3));
    rig.die();
    const file = await rig.disk.open(segmentOf(1));
    const end = (await rig.disk.size(segmentOf(1)))!;
    await file.write(Buffer.from('\u00ffKav torn', 'latin1'), end);
    const next = await rig.open();
    expect(next.stats().tornTails).toBe(1);
    expect(await readAll(next)).toEqual(turns(0, 3));
    await next.append(turn(3));
    expect(await readAll(next)).toEqual(turns(0, 4));
    expect(rig.errors).toEqual([]);
  });

  test('a segment without a header, and one without a fact', async () => {
    const rig = createRig();
    await (await rig.open()).append(turn(0));
    rig.die();
    const header = await rig.disk.create(segmentOf(2));
    await header.write(encodeHeader(2), 0);
    await (await rig.disk.create(segmentOf(3))).write(encodeHeader(2).subarray(0, 7), 0);
    const ledger = await rig.open();
    await ledger.append(turn(1));
    expect(await readAll(ledger)).toEqual(turns(0, 2));
    expect(rig.errors).toEqual([]);
  });

  test('files that are not ours are left alone', async () => {
    const rig = createRig();
    await (await rig.open()).close();
    for (const name of ['notes.txt', '1.log', '000000000001.log.bak']) await rig.disk.create(`${NODE}/${name}`);
    const ledger = await rig.open();
    await ledger.append(turn(0));
    expect(await rig.disk.list(NODE)).toEqual(['000000000001.log', '000000000001.log.bak', '1.log', 'notes.txt']);
  });

  test('a ledger of another version is not touched', async () => {
    const rig = createRig();
    await (await rig.open()).append(turn(0));
    rig.die();
    await (await rig.disk.open(segmentOf(1))).write(foreignHeader(), 0);
    await expect(rig.open()).rejects.toMatchObject({ code: 'ledger-version' });
    await expect(rig.open(), 'the lock is free again').rejects.toMatchObject({ code: 'ledger-version' });
  });
});

describe('damage', () => {
  /** Three batches of two facts; the byte is in the first fact of the second. */
  const damaged = HEADER_BYTES + bytesOf(turn(0)) + bytesOf(turn(1)) + RECORD_HEADER_BYTES + 5;

  const written = async () => {
    const rig = createRig();
    const ledger = await rig.open();
    for (const i of [0, 2, 4]) await appendAll(ledger, turns(i, i + 2));
    rig.die();
    return rig;
  };
  const rest = [turn(0), turn(1), turn(3), turn(4), turn(5)];

  test('in the middle costs the fact that it hit, is told, and the file is kept', async () => {
    const rig = await written();
    rig.disk.flipBit(segmentOf(1), damaged);
    const ledger = await rig.open();
    expect(await readAll(ledger)).toEqual(rest);
    expect(ledger.stats().lostFacts).toBe(1);
    expect(rig.errors.map(String)).toEqual([`LedgerError: facts 3 to 3 cannot be read in ${segmentOf(1)}`]);
    ledger.backlog.applied(6);
    await ledger.close();
    expect(await rig.disk.list(NODE)).toEqual(['000000000001.log.damaged', 'cursor.json']);
  });

  test.each([
    ['the length of a record', damaged - 5 - 16],
    ['the start of a record', damaged - 5 - RECORD_HEADER_BYTES],
    ['the sequence of a record', damaged - 5 - 2],
    ['the checksum of a record', damaged - 5 - 20],
  ])('of %s costs that record', async (_, byte) => {
    const rig = await written();
    rig.disk.flipBit(segmentOf(1), byte);
    expect(await readAll(await rig.open())).toEqual(rest);
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-damaged']);
  });

  test.each([0, 3, 9, 15])('of the header, byte %i, costs no fact', async (byte) => {
    const rig = await written();
    rig.disk.flipBit(segmentOf(1), byte);
    const ledger = await rig.open();
    expect(await readAll(ledger)).toEqual(turns(0, 6));
    await ledger.append(turn(6));
    expect(await readAll(ledger)).toEqual(turns(0, 7));
  });

  test('of a page that cannot be read costs what was in it', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    for (const fact of turns(0, 100)) await ledger.append(fact);
    rig.die();
    rig.disk.spoilPage(segmentOf(1), 10_000);
    const next = await rig.open();
    const there = await readAll(next);
    const { lostFacts } = next.stats();
    expect(there.length + lostFacts).toBe(100);
    expect(lostFacts).toBeLessThan(25);
    expect(there.at(-1)).toEqual(turn(99));
  });

  test('of a whole segment is told by the one after it', async () => {
    const rig = createRig();
    const ledger = await rig.open({ limits: { segmentBytes: 300 } });
    for (const fact of turns(0, 6)) await ledger.append(fact);
    rig.die();
    await rig.disk.remove(segmentOf(2));
    const next = await rig.open();
    expect((await readAll(next)).length + next.stats().lostFacts).toBe(6);
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-damaged']);
  });

  test('of everything in a segment sets it aside', async () => {
    const rig = await written();
    for (let byte = 0; byte < 2000; byte++) rig.disk.flipBit(segmentOf(1), byte);
    const ledger = await rig.open();
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-damaged']);
    expect(await rig.disk.list(NODE)).toEqual(['000000000001.log.damaged']);
    await ledger.append(turn(0));
    expect(await readAll(ledger)).toEqual([turn(0)]);
  });

  test('of the cursor means that facts are applied again', async () => {
    const rig = await written();
    const ledger = await rig.open();
    ledger.backlog.applied(2);
    await ledger.close();
    rig.disk.flipBit(`${NODE}/cursor.json`, 4);
    expect(await readAll(await rig.open())).toEqual(turns(0, 6));
    expect(rig.errors.map(({ code }) => code)).toEqual(['ledger-damaged']);
  });
});

describe('applied facts', () => {
  test('are not read again, and leave the disk, within half a minute on a quiet line', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await appendAll(ledger, turns(0, 3));
    ledger.backlog.applied(2);
    expect(await readAll(ledger)).toEqual([turn(2)]);
    expect(ledger.stats()).toMatchObject({ unapplied: 1 });
    await rig.clock.advance(40_000);
    expect(ledger.stats()).toMatchObject({ unapplied: 1, oldestUnappliedMs: 40_000 });
    ledger.backlog.applied(3);
    await rig.clock.advance(2000);
    expect(await rig.disk.list(NODE)).toEqual(['cursor.json']);
    expect(ledger.stats()).toMatchObject({ unapplied: 0, bytes: 0, oldestUnappliedMs: 0 });
    expect(rig.clock.alarms).toBe(0);
    await ledger.append(turn(3));
    expect(await readAll(ledger)).toEqual([turn(3)]);
  });

  test('leave the disk on a busy line too', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    for (let i = 0; i < 100; i++) {
      await ledger.append(turn(i));
      ledger.backlog.applied(i + 1);
      await rig.clock.advance(1000);
    }
    expect(ledger.stats().bytes).toBeLessThan(35 * bytesOf(turn(99)));
  });

  test('are never counted anew: sequences go on after everything was removed', async () => {
    const rig = createRig();
    const ledger = await rig.open();
    await appendAll(ledger, turns(0, 3));
    ledger.backlog.applied(3);
    await ledger.close();
    expect(await rig.disk.list(NODE)).toEqual(['cursor.json']);
    rig.die(1);
    const next = await rig.open();
    await next.append(turn(3));
    expect(await next.backlog.read(10)).toEqual([{ sequence: 4, fact: turn(3) }]);
  });
});

describe('two owners', () => {
  test('never share a folder: the second gets its own, and the last none', async () => {
    const rig = createRig();
    const ledgers = [];
    for (let i = 0; i < 16; i++) ledgers.push(await rig.open());
    await expect(rig.open()).rejects.toMatchObject({ code: 'ledger-locked' });
    await Promise.all(ledgers.map((ledger, i) => ledger.append(turn(i))));
    await ledgers[3]!.close();
    expect(await readAll(await rig.open())).toEqual([turn(3)]);
    const folders = (await rig.disk.list(FOLDER)).filter((name) => name.startsWith('node-'));
    expect(folders).toContain('node-one');
    expect(folders).toHaveLength(16);
  });

  test('have no ledger where there can be no folder', async () => {
    const folder = path.join(new URL(import.meta.url).pathname, 'ledger');
    const opening = createRig().open({ folder, disk: realDisk });
    await expect(opening).rejects.toMatchObject({ code: 'ledger-disk-failed', cause: { code: 'ENOTDIR' } });
  });

  test('a name of a node is never a path', async () => {
    const rig = createRig();
    for (const node of ['..', '../../etc', 'a/b', '', 'צומת']) await (await rig.open({ node })).close();
    expect(await rig.disk.list('/data')).toEqual(['ledger']);
    expect((await rig.disk.list(FOLDER)).filter((name) => name.startsWith('node-'))).toHaveLength(5);
  });
});
