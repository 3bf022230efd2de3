import { describe, expect, test } from 'vitest';
import { StoreError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { openSessionWatch } from './session-watch.ts';

/** What the store knows of sessions. */
function open() {
  const clock = new VirtualClock();
  const store = { good: new Set(['a', 'b']), isAway: false, questions: 0, touched: [] as string[] };
  const sessions = {
    good: async (hashes: readonly string[]) => {
      store.questions++;
      if (store.isAway) throw new StoreError({ code: 'store-unavailable', retryable: true }, 'away');
      return hashes.filter((hash) => store.good.has(hash));
    },
    touch: async ({ sessionHash }: { readonly sessionHash: string }) => void store.touched.push(sessionHash),
  };
  const watch = openSessionWatch({ clock, sessions });
  const ended: string[] = [];
  const on = (sessionHash: string) => watch.watch({ sessionHash, userId: 'u' }, () => void ended.push(sessionHash));
  return { clock, store, watch, ended, on };
}

describe('watched sessions', () => {
  test('end within 5 s of their end, once, and the others go on', async () => {
    const { clock, ended, on, store } = open();
    on('a');
    on('a');
    on('b');
    await clock.advance(10_000);
    expect(ended).toEqual([]);
    store.good.delete('a');
    await clock.advance(5_000);
    expect(ended).toEqual(['a', 'a']);
    await clock.advance(60_000);
    expect(ended).toEqual(['a', 'a']);
  });

  test('cost one question for all of them, and none when nobody is watched', async () => {
    const { clock, on, store } = open();
    const watched = Array.from({ length: 50 }, () => on('a'));
    await clock.advance(20_000);
    expect(store.questions).toBe(10);
    for (const one of watched) one.stop();
    await clock.advance(60_000);
    expect(store.questions).toBe(11);
    expect(clock.alarms).toBe(0);
  });

  test('are kept from idleness by what is done in them, written down once a minute', async () => {
    const { clock, on, store } = open();
    const one = on('a');
    for (let i = 0; i < 180; i++) {
      one.used();
      await clock.advance(1_000);
    }
    expect(store.touched).toEqual(['a', 'a', 'a']);
    await clock.advance(600_000);
    expect(store.touched.length).toBeLessThanOrEqual(4);
  });

  test('outlast a store that is away for a moment, and not one that stays away', async () => {
    const { clock, ended, on, store } = open();
    on('a');
    store.isAway = true;
    await clock.advance(25_000);
    store.isAway = false;
    await clock.advance(10_000);
    expect(ended).toEqual([]);
    store.isAway = true;
    await clock.advance(36_000);
    expect(ended).toEqual(['a']);
  });

  test('are told of nothing once the watch is closed', async () => {
    const { clock, ended, on, store, watch } = open();
    on('a');
    store.good.clear();
    watch.close();
    await clock.advance(60_000);
    expect(ended).toEqual([]);
    expect(clock.alarms).toBe(0);
  });
});
