/** What several nodes do to the same accounts at the same time, on both engines. */
import { describe, expect, test } from 'vitest';
import { offerSetup } from '../../../src/api/accounts/one-time-links.ts';
import { hashSecret } from '../../../src/api/accounts/secrets.ts';
import { openSessionWatch, storedSessions } from '../../../src/api/accounts/session-watch.ts';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { Browser, logInDirectly, openTestApi, type TestApi } from '../../api/open-api.ts';
import { ENGINES, newTenant, useStore } from '../store/engines.ts';

const PASSWORD = 'correct horse battery';
const EMAIL = 'dana@carmel.example';

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);
  const nodes = (tenant: string) =>
    Promise.all([1, 2, 3].map(() => openTestApi({ store: held.store, tenant, trustedProxies: ['loopback'] })));
  const closeAll = (apis: readonly TestApi[]) => Promise.all(apis.map((api) => api[Symbol.asyncDispose]()));

  test('of ten who come with the one link, one is the first owner', async () => {
    const tenant = newTenant();
    const apis = await nodes(tenant);
    const token = await offerSetup(held.store.db, tenant);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        new Browser(apis[i % 3]!).post(
          '/setup',
          { token, email: `user${i}@carmel.example`, name: 'Dana', password: PASSWORD },
          { 'X-Forwarded-For': `192.0.2.${i}` },
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    // A database that is too slow for ten at once answers some of them with that.
    expect(answers.filter(({ status }) => status !== 409 && status !== 503)).toHaveLength(1);
    await closeAll(apis);
  });

  test('of a thousand guesses over three nodes at most ten are looked at, and the right password from elsewhere goes in', async () => {
    const tenant = newTenant();
    const apis = await nodes(tenant);
    const token = await offerSetup(held.store.db, tenant);
    await new Browser(apis[0]!).post('/setup', { token, email: EMAIL, name: 'Dana', password: PASSWORD });
    const guess = (i: number, address: string, password: string) =>
      new Browser(apis[i % 3]!).post('/login', { email: EMAIL, password }, { 'X-Forwarded-For': address });
    const looked: number[] = [];
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => guess(i, '203.0.113.7', `guess ${i}`)));
      looked.push(...answers.map(({ status }) => status).filter((status) => status === 401));
    }
    expect(looked.length).toBeGreaterThan(0);
    expect(looked.length).toBeLessThanOrEqual(10);
    expect((await guess(0, '198.51.100.9', PASSWORD)).status).toBe(200);
    await closeAll(apis);
  });

  test('two owners who take the role from each other at once do not both succeed', async () => {
    const tenant = newTenant();
    const apis = await nodes(tenant);
    const owners = await Promise.all([1, 2].map(() => logInDirectly(held.store, tenant, { role: 'owner' })));
    const demote = (by: number, whom: number) =>
      new Browser(apis[by]!, owners[by]!.secret).ask('PATCH', `/users/${owners[whom]!.userId}`, { role: 'viewer' });
    const both = await Promise.all([demote(0, 1), demote(1, 0)]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    await closeAll(apis);
  });

  test('a session that is ended on one node is told of on another within 5 s', async () => {
    const tenant = newTenant();
    const apis = await nodes(tenant);
    const user = await logInDirectly(held.store, tenant, { role: 'operator' });
    const watch = openSessionWatch({ sessions: storedSessions(held.store.db, tenant), clock: createRealClock() });
    const ended = new Promise<number>((resolve) => {
      watch.watch({ sessionHash: hashSecret(user.secret), userId: user.userId }, () => resolve(performance.now()));
    });
    const endedAt = performance.now();
    expect((await new Browser(apis[1]!, user.secret).post('/logout')).status).toBe(200);
    expect((await ended) - endedAt).toBeLessThan(5_000);
    watch.close();
    await closeAll(apis);
  });
});
