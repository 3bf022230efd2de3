import { expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { findingsOf, OwnChecks, type ReportedCheck } from './checks.ts';

const report = (title: string): ReportedCheck => ({
  name: 'dns',
  area: 'reach',
  findings: [
    { verdict: 'ok', title },
    { verdict: 'warn', title: 'two', seen: 'x' },
  ],
});

test('the doctor is asked once for all who look, and again after a minute, or soon for a button', async () => {
  const clock = new VirtualClock();
  let runs = 0;
  const checks = new OwnChecks({ clock, run: async () => [report(`run ${++runs}`)] });
  const [first, second] = await Promise.all([checks.read(), checks.read()]);
  expect(first).toBe(second);
  expect(first).toMatchObject([
    { id: 'dns', verdict: 'ok', title: 'run 1', seen: null },
    { id: 'dns-2', seen: 'x' },
  ]);
  await checks.read(true);
  expect(runs).toBe(1);
  await clock.advance(3_000);
  await checks.read();
  expect(runs).toBe(1);
  await checks.read(true);
  expect(runs).toBe(2);
  await clock.advance(60_000);
  await checks.read();
  expect(runs).toBe(3);
  expect(clock.alarms).toBe(0);
});

test('a page does not wait for a slow check, whose result the next one has', async () => {
  const clock = new VirtualClock();
  const found = Promise.withResolvers<readonly ReportedCheck[]>();
  const checks = new OwnChecks({ clock, run: () => found.promise });
  const first = checks.read();
  await clock.advance(25_000);
  expect(await first).toBeUndefined();
  found.resolve([report('late')]);
  expect(await checks.read()).toMatchObject([{ title: 'late' }, {}]);
});

test('findings are told by their check, whose name may be the begin of another’s', () => {
  const of = (id: string) =>
    ({ id, area: '', verdict: 'ok', title: '', seen: null, code: null, why: null, remedy: null }) as const;
  expect(findingsOf([of('dns'), of('dns-2'), of('dns-old'), of('tls')], 'dns').map(({ id }) => id)).toEqual([
    'dns',
    'dns-2',
  ]);
});
