/** What holds of the home page's handlers, whichever database they run on. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { type Fact, type FactBody, factKey } from '../../core/fact.ts';
import { createMetrics } from '../../observe/metrics.ts';
import { takeName } from '../../store/cluster/nodes.ts';
import type { Store } from '../../store/store.ts';
import { ended, gathered, newCallSid, OPERATOR, opened, said } from '../calls/calls.fixture.ts';
import { homeRoutes } from '../contract/home.ts';
import type { Caller, Handlers } from '../handler.ts';
import type { HomeDeps, NumbersAnswer } from './deps.ts';
import { createHomeHandlers, type HomeRoutes } from './handlers.ts';

let tenants = 0;

export function homeSuite(open: () => Promise<Store>): void {
  const metrics = createMetrics();
  const setup = {
    origin: undefined as string | undefined,
    hasAccount: false,
    numbers: undefined as NumbersAnswer | undefined,
  };
  const now = new Date(2026, 10, 27, 15, 30);
  let store: Store;
  let home: Handlers<HomeRoutes>;
  let caller: Caller;
  beforeAll(async () => {
    store = await open();
  }, 120_000);
  afterAll(async () => {
    metrics.close();
    await store.close();
  }, 60_000);
  beforeEach(() => {
    caller = { ...OPERATOR, tenant: `home-${tenants++}` };
    const deps: HomeDeps = {
      db: store.db,
      clock: createRealClock(),
      date: () => now,
      language: () => 'en-US',
      metrics,
      runChecks: async () => [{ name: 'health', area: 'reach', findings: [{ verdict: 'ok', title: 'It answers' }] }],
      setup: {
        publicOrigin: () => setup.origin,
        get hasAccount() {
          return setup.hasAccount;
        },
        providers: () => [
          { name: 'google', caveat: undefined },
          { name: 'flow', caveat: undefined },
          { name: 'tones', caveat: 'The voice is a tone.' },
        ],
        readNumbers: async () => setup.numbers!,
      },
    };
    home = createHomeHandlers(deps);
  });

  const none = { params: undefined, query: undefined, body: undefined, range: undefined };
  const tell = async (bodies: readonly FactBody[], at: Date, node = 'node-1'): Promise<void> => {
    const stamped = { tenant: caller.tenant, callSid: newCallSid(), node, fence: 1, at: at.toISOString() };
    await store.apply(bodies.map((body): Fact => ({ ...body, key: factKey(body), ...stamped })));
  };

  test('today is counted from midnight of the server, by the hour', async () => {
    const streaming: FactBody = { type: 'stream-started', streamSid: 'MZ1', attempt: 1 };
    const node = `node-${caller.tenant}`;
    const lease = { node, run: node, process: '', version: '1.2.3', isDraining: true, leaseMs: 60_000 };
    await takeName(store.db, lease, undefined);
    await tell(
      [opened('+972541230001'), said(0, 'hello'), gathered({ name: 'A' }), ended],
      new Date(2026, 10, 27, 0, 5),
    );
    const cost: FactBody = { type: 'cost', streamSid: 'MZ1', currency: 'USD', total: 0.25, items: [] };
    await tell([opened('+972541230002'), cost, ended], new Date(2026, 10, 27, 9, 59));
    await tell([opened('+972541230002'), { ...cost, total: 2 }, ended], new Date(2026, 10, 2));
    await tell([opened('+972541230003'), streaming, said(0, 'hi')], new Date(2026, 10, 27, 15, 0), node);
    await tell([opened('+972541230004'), said(0, 'yesterday'), ended], new Date(2026, 10, 26, 23, 59));
    metrics.webhook('incoming-call', 'refused');
    const page = homeRoutes['read-home'].answer.parse(await home['read-home']({ ...none, caller }));
    expect(page.today).toMatchObject({ calls: 3, answered: 2, refused: 1, live: 1, leads: 1, callbacksDue: 0 });
    expect([0, 9, 15].map((hour) => page.today.byHour[hour])).toEqual([1, 1, 1]);
    expect(page.today.byHour).toHaveLength(24);
    expect(page.nodes).toContainEqual({ node, version: '1.2.3', isAlive: true, isDraining: true, calls: 1 });
    expect(page.spend).toEqual({ currency: 'USD', today: 0.25, month: 2.25 });
    const other = await home['read-home']({ ...none, caller: { ...caller, tenant: 'nobody' } });
    expect(other).toMatchObject({ today: { calls: 0, live: 0 }, spend: null });
  });

  test('the way to a number is judged step by step, by what is seen', async () => {
    const steps = async () => {
      const { steps: told } = homeRoutes['read-setup'].answer.parse(await home['read-setup']({ ...none, caller }));
      return Object.fromEntries(told.map(({ state, step }) => [step, state]));
    };
    expect(await steps()).toEqual({
      'public-address': 'open',
      account: 'open',
      number: 'unknown',
      webhook: 'unknown',
      providers: 'open',
      'first-call': 'open',
    });
    setup.origin = 'https://voice.example.com';
    setup.hasAccount = true;
    setup.numbers = { ok: false, isRefused: true, problem: 'Authenticate' };
    expect(await steps()).toMatchObject({ 'public-address': 'done', account: 'failed', number: 'unknown' });
    setup.numbers = { ok: true, numbers: [{ number: '+15105550100', leadsHere: false, changes: [] }] };
    expect(await steps()).toMatchObject({ account: 'done', number: 'done', webhook: 'open' });
    const changes = [{ field: 'method', from: 'GET', to: 'POST' }];
    setup.numbers = { ok: true, numbers: [{ number: '+15105550100', leadsHere: true, changes }] };
    const { step } = await home['verify-step']({ ...none, caller, body: { step: 'webhook' } });
    expect(step).toMatchObject({
      state: 'failed',
      seen: '+15105550100: method: GET → POST',
      values: [{ value: 'https://voice.example.com/webhook/incoming_call' }, {}, {}],
    });
    setup.numbers = { ok: true, numbers: [{ number: '+15105550100', leadsHere: true, changes: [] }] };
    await tell([opened('+972541230001'), said(0, 'hello'), ended], now);
    expect(await steps()).toMatchObject({ webhook: 'done', 'first-call': 'done' });
  });

  test('the checks are the doctor’s', async () => {
    expect(homeRoutes['read-checks'].answer.parse(await home['read-checks']({ ...none, caller }))).toMatchObject({
      checks: [{ id: 'health', area: 'reach', verdict: 'ok', title: 'It answers' }],
    });
  });
}
