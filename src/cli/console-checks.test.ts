import { expect, test } from 'vitest';
import { createRealClock } from '../call/real-clock.ts';
import { NUMBER, openTwilio } from '../doctor/twilio/loopback.fixture.ts';
import { parseEnvironment } from './config.ts';
import { consoleChecks, setupFacts } from './console-checks.ts';

const raw = { PUBLIC_HOST: 'voice.invalid' };
const WEBHOOK = 'https://voice.invalid/webhook/incoming_call';
const factsWith = (access: Parameters<typeof setupFacts>[2]) => setupFacts(parseEnvironment(raw), () => [], access);

test('the numbers of the account are told with what would have to change', async () => {
  await using twilio = await openTwilio({ number: { voice_url: WEBHOOK } });
  const facts = factsWith(twilio.access);
  expect(facts.publicOrigin()).toBe('https://voice.invalid');
  expect(facts.hasAccount).toBe(true);
  expect(await facts.readNumbers()).toEqual({ ok: true, numbers: [{ number: NUMBER, leadsHere: true, changes: [] }] });
  await using other = await openTwilio({ number: { voice_url: 'https://other.invalid/' } });
  expect(await factsWith(other.access).readNumbers()).toMatchObject({
    numbers: [{ leadsHere: false, changes: [{ field: 'webhook', to: WEBHOOK }] }],
  });
});

test('a wrong token, and an API that is away, are told apart', async () => {
  await using twilio = await openTwilio({ token: 'another' });
  expect(await factsWith(twilio.access).readNumbers()).toMatchObject({ ok: false, isRefused: true });
  const nowhere = { ...twilio.access, apiUrl: 'http://127.0.0.1:1' };
  expect(await factsWith(nowhere).readNumbers()).toMatchObject({ ok: false, isRefused: false });
  expect(setupFacts(parseEnvironment({}), () => [])).toMatchObject({ hasAccount: false });
});

test('the doctor looks at the deployment without a call', async () => {
  const run = consoleChecks({ raw, environment: parseEnvironment(raw), clock: createRealClock(), port: 1 });
  const reports = await run();
  expect(reports.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['settings', 'machine', 'dns', 'tls', 'health', 'twilio']),
  );
  expect(reports.find(({ name }) => name === 'dns')?.findings).toMatchObject([{ verdict: 'fail' }]);
});
