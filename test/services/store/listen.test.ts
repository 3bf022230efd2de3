/** Notifications: a hint that comes soon, on a line that is watched. */
import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { OUTBOX_CHANNEL } from '../../../src/store/outbox.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { TEMPLATE } from '../setup.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import { createDatabase, ENGINES, newTenant, useStore } from './engines.ts';
import { factOf, OPENED, wholeCall } from './facts.ts';

/** What was heard on a channel; `until` resolves when it satisfies. */
function hear(store: Store, channel: string) {
  const payloads: string[] = [];
  let gaps = 0;
  let check = () => {};
  const stop = store.listen(channel, {
    onPayload: (payload) => {
      payloads.push(payload);
      check();
    },
    onGap: () => {
      gaps++;
      check();
    },
  });
  const until = (isEnough: (payloads: readonly string[], gaps: number) => boolean): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (isEnough(payloads, gaps)) resolve();
      };
      check();
    });
  return { payloads, until, stop, gaps: () => gaps };
}

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);

  test('facts are announced, with their tenant, once for many', async () => {
    const { store } = held;
    const tenant = newTenant();
    const heard = hear(store, OUTBOX_CHANNEL);
    await heard.until((_, gaps) => gaps === 1);
    await store.apply(wholeCall({ tenant }));
    await store.apply([factOf(OPENED, { tenant, callSid: 'CA2' })]);
    await heard.until((payloads) => payloads.includes(tenant));
    expect(heard.payloads.filter((payload) => payload === tenant).length).toBeLessThanOrEqual(2);
    heard.stop();
  });

  test('a channel with a name that needs quotes, two listeners, and one that has stopped', async () => {
    const { store } = held;
    const channel = `Odd "name"; ${newTenant()}`.slice(0, 40);
    const [first, second] = [hear(store, channel), hear(store, channel)];
    await Promise.all([first.until((_, gaps) => gaps > 0), second.until((_, gaps) => gaps > 0)]);
    store.notify(channel, 'one');
    await Promise.all([first, second].map(({ until }) => until((payloads) => payloads.length === 1)));
    first.stop();
    store.notify(channel, "two 'quoted'");
    await second.until((payloads) => payloads.length === 2);
    expect(first.payloads).toEqual(['one']);
    expect(second.payloads).toEqual(['one', "two 'quoted'"]);
    second.stop();
    const again = hear(store, channel);
    await again.until((_, gaps) => gaps > 0);
    store.notify(channel, 'three');
    await again.until((payloads) => payloads.includes('three'));
    again.stop();
  });
});

test('a line that has fallen silent is found, and what was missed is told as a gap', async () => {
  const direct = await createDatabase(TEMPLATE);
  const proxy = await TcpProxy.open(Number(new URL(direct).port));
  const clock = createRealClock();
  const near = openStore({ databaseUrl: direct.replace(/:\d+\//, `:${proxy.port}/`), clock });
  const far = openStore({ databaseUrl: direct, clock });
  await Promise.all([near.ready, far.ready]);
  const heard = hear(near, 'news');
  await heard.until((_, gaps) => gaps === 1);
  await proxy.set('black-hole');
  const since = performance.now();
  far.notify('news', 'missed');
  await expect.poll(() => proxy.connections, { timeout: 12_000 }).toBe(0); // half-open lines are cut, none is new yet
  await proxy.set('pass');
  await heard.until((_, gaps) => gaps === 2);
  expect(performance.now() - since).toBeLessThan(15_000);
  far.notify('news', 'heard');
  await heard.until((payloads) => payloads.includes('heard'));
  expect(heard.payloads).toEqual(['heard']);
  await Promise.all([near.close(), far.close()]);
  await proxy.close();
});
