import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournalTail } from './journal-tail.ts';
import { VirtualClock } from './virtual-clock.ts';

const line = (at: number, effect?: object) =>
  `${JSON.stringify({ event: { type: 'deadline', at }, effects: effect ? [effect] : [], state: 'LISTENING' })}\n`;
const end = { type: 'call-close', reason: 'caller-hung-up' };

describe('a growing journal', () => {
  let clock: VirtualClock;
  let file: string;
  let seen: number[];
  beforeEach(() => {
    clock = new VirtualClock();
    file = '';
    seen = [];
  });

  const openTail = () =>
    openJournalTail({
      clock,
      path: 'call.jsonl',
      onEntry: ({ event }) => seen.push(event.at),
      read: (_, offset) => Promise.resolve(Buffer.from(file).subarray(offset)),
    });

  test('is followed in whole lines until the call is closed', async () => {
    const tail = openTail();
    await clock.advance(300);
    file += `{"journal":1}\n${line(1)}${line(2).slice(0, 20)}`;
    await clock.advance(100);
    expect(seen).toEqual([1]);
    file += line(2).slice(20);
    await clock.advance(100);
    expect(seen).toEqual([1, 2]);
    const closed = tail.close();
    await clock.advance(500);
    file += line(3, end);
    await clock.advance(100);
    await closed;
    expect(seen).toEqual([1, 2, 3]);
    expect(tail.summary()).toEqual({ turns: [], replies: [], endReason: 'caller-hung-up' });
    expect(clock.alarms).toBe(0);
  });

  test('that never ends is waited for 2 s', async () => {
    file = line(1);
    const tail = openTail();
    await clock.advance(100);
    let isClosed = false;
    const closed = tail.close().then(() => {
      isClosed = true;
    });
    await clock.advance(1_900);
    expect(isClosed).toBe(false);
    await clock.advance(200);
    await closed;
  });

  test('that never appears is not waited for', async () => {
    const tail = openTail();
    await tail.close();
    expect(tail.summary()).toBeUndefined();
    expect(clock.alarms).toBe(0);
  });
});

describe('on the disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kav-tail-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('a file is read, and a missing one is no fault', async () => {
    const path = join(directory, 'call.jsonl');
    await writeFile(path, line(1) + line(2, end));
    const seen: number[] = [];
    await openJournalTail({ clock: new VirtualClock(), path, onEntry: ({ event }) => seen.push(event.at) }).close();
    expect(seen).toEqual([1, 2]);
    const missing = openJournalTail({ clock: new VirtualClock(), path: join(directory, 'no'), onEntry: () => {} });
    await missing.close();
    expect(missing.summary()).toBeUndefined();
  });
});
