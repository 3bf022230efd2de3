import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { withinBudget } from './stream-budget.ts';

const who = { provider: 'acme', operation: 'tts' } as const;

/** Gives 0, 1, 2 … after these delays, and obeys the abort. */
async function* paced(clock: VirtualClock, delaysMs: readonly number[], signal: AbortSignal): AsyncGenerator<number> {
  for (const [item, delayMs] of delaysMs.entries()) {
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.at(clock.now() + delayMs, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        reject(signal.reason);
      });
    });
    yield item;
  }
}

function open(delaysMs: readonly number[], totalMs?: number) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const waitMs = (last: number | undefined) => (last === undefined ? 300 : 100);
  const budget = { clock, who, stop, waitMs, ...(totalMs === undefined ? {} : { totalMs }) };
  return { clock, stop, stream: withinBudget(paced(clock, delaysMs, stop.signal), budget) };
}

describe('a stream within its budget', () => {
  test('passes whole', async () => {
    const { clock, stop, stream } = open([299, 99, 99]);
    const items = collect(stream);
    await clock.advance(1_000);
    expect(await items).toEqual([0, 1, 2]);
    expect(stop.signal.aborted).toBe(false);
    expect(clock.alarms).toBe(0);
  });

  test.each([
    ['the first item', [301], undefined, 300],
    ['a later one', [10, 101], undefined, 110],
    ['all together', [200, 90, 90, 90], 320, 320],
  ] as const)('is stopped when %s takes too long', async (_label, delaysMs, totalMs, atMs) => {
    const { clock, stream } = open(delaysMs, totalMs);
    let failedAt = -1;
    const outcome = collect(stream).catch((error: unknown) => {
      failedAt = clock.now();
      return error;
    });
    await clock.advance(1_000);
    expect(await outcome).toMatchObject({ code: 'provider-timeout', provider: 'acme' });
    expect(failedAt).toBe(atMs);
    expect(clock.alarms).toBe(0);
  });

  test('does not count the time that its listener takes', async () => {
    const { clock, stream } = open([50, 50, 50], 200);
    const items: number[] = [];
    const listening = (async () => {
      for await (const item of stream) {
        items.push(item);
        await new Promise<void>((resolve) => clock.at(clock.now() + 5_000, resolve));
      }
    })();
    await clock.advance(20_000);
    await listening;
    expect(items).toEqual([0, 1, 2]);
  });

  test('a listener that leaves stops the request', async () => {
    const { clock, stop, stream } = open([10, 10]);
    const first = stream.next();
    await clock.advance(10);
    await first;
    await stream.return(undefined);
    expect(stop.signal.aborted).toBe(true);
    expect(clock.alarms).toBe(0);
  });
});

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
