import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { Bench, frameOf } from './recording.fixture.ts';
import { type ClosedSegment, type Disk, SegmentWriter } from './segment-writer.ts';

const segment = (name: string, size = 100): ClosedSegment => ({ folder: 'a/b', name, bytes: new Uint8Array(size) });

function writerOn(disk: Disk, mostWaitingBytes = 1_000) {
  const clock = new VirtualClock();
  const errors: { readonly file: string; readonly givenUp: boolean }[] = [];
  const onError = (_error: unknown, about: { readonly file: string; readonly givenUp: boolean }) => errors.push(about);
  return { clock, errors, writer: new SegmentWriter({ disk, clock, mostWaitingBytes, onError }) };
}

const good: Disk = { store: async () => {} };
const hung: Disk = { store: () => new Promise(() => {}) };
const broken: Disk = { store: () => Promise.reject(new Error('ENOSPC')) };

describe('a disk', () => {
  test('that works: the segment is told with its size and digest', async () => {
    const { writer } = writerOn(good);
    const sha256 = createHash('sha256').update(new Uint8Array(100)).digest('hex');
    expect(await writer.put(segment('x'))).toEqual({ file: 'a/b/x', bytes: 100, sha256 });
    await writer.close();
    expect(writer.put(segment('y'))).toBeUndefined();
  });

  test('that fails a few times is tried again', async () => {
    let failures = 3;
    const { clock, errors, writer } = writerOn({
      store: async () => {
        if (failures-- > 0) throw new Error('EIO');
      },
    });
    const stored = writer.put(segment('x'));
    await clock.advance(10_000);
    expect(await stored).toMatchObject({ file: 'a/b/x' });
    expect(errors).toEqual(new Array(3).fill({ file: 'a/b/x', givenUp: false }));
  });

  test('that always fails costs the segment, and says so', async () => {
    const { clock, errors, writer } = writerOn(broken);
    const stored = writer.put(segment('x'));
    await clock.advance(10_000);
    expect(await stored).toBeUndefined();
    expect(errors.map(({ givenUp }) => givenUp)).toEqual([false, false, false, false, true]);
    expect(clock.alarms).toBe(0);
  });

  test('that is slow: so much waits and no more', async () => {
    const finish: (() => void)[] = [];
    const { writer } = writerOn({ store: () => new Promise((resolve) => finish.push(resolve)) }, 600);
    const results = Array.from({ length: 8 }, (_, i) => writer.put(segment(`${i}`)));
    expect(results.map((result) => result !== undefined)).toEqual([...new Array(6).fill(true), false, false]);
    expect(finish).toHaveLength(4);
    finish[0]!();
    await results[0];
    const next = writer.put(segment('8'));
    expect(next).toBeDefined();
    // Each that is done lets the next one in.
    for (let i = 1; i < 7; i++) {
      await expect.poll(() => finish.length).toBeGreaterThan(i);
      finish[i]!();
    }
    expect(await next).toMatchObject({ file: 'a/b/8' });
  });

  test('that hangs is not waited for', async () => {
    const { clock, writer } = writerOn(hung);
    const stored = Array.from({ length: 6 }, (_, i) => writer.put(segment(`${i}`)));
    const closed = writer.close();
    await clock.advance(5_000);
    await closed;
    expect(await Promise.all(stored)).toEqual(new Array(6).fill(undefined));
    expect(clock.alarms).toBe(0);
  });

  test('that fails at the end is asked once more, without a pause', async () => {
    const { clock, errors, writer } = writerOn(broken);
    const stored = writer.put(segment('x'));
    await clock.advance(100);
    await writer.close();
    expect(await stored).toBeUndefined();
    expect(errors).toHaveLength(2);
    expect(clock.alarms).toBe(0);
  });
});

test.each([
  ['hangs', hung],
  ['fails', broken],
])('a disk that %s leaves the call alone, and the recording partial', async (_name, disk) => {
  const { clock, writer } = writerOn(disk, 40_000);
  const bench = new Bench({ store: writer });
  bench.recorder.arm();
  bench.recorder.consented(0);
  for (let at = 20; at <= 20_000; at += 20) bench.recorder.caller(frameOf(0x11), at);
  const closed = bench.recorder.close(20_000);
  void writer.close();
  await clock.advance(10_000);
  await closed;
  expect(bench.recorder.report).toMatchObject({ segments: 20, lost: 20 });
  expect(bench.facts).toEqual([]);
});
