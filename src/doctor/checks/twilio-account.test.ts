import { expect, test } from 'vitest';
import { createServerAddress } from '../../simulator/carrier/server-address.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import type { Finding } from '../finding.ts';
import type { Deployment, TwilioAccess } from '../probe/deployment.ts';
import { Probe } from '../probe/probe.ts';
import { ACCOUNT_TOKEN, NUMBER, openTwilio, type TwilioState } from '../twilio/loopback.fixture.ts';
import { twilioAccount } from './twilio-account.ts';

const WEBHOOK = 'https://voice.example.com/webhook/incoming_call';

function probeWith(twilio: TwilioAccess): Probe {
  const deployment: Deployment = {
    secrets: [],
    variables: {},
    problems: [],
    dataDir: '.',
    deployId: undefined,
    hasPublicOrigin: true,
    openProviders: () => Promise.reject(new Error('not asked')),
    twilio,
  };
  const target = {
    address: createServerAddress('https://voice.example.com'),
    webhookPath: '/webhook/incoming_call',
    method: 'POST',
    authToken: ACCOUNT_TOKEN,
    accountSid: undefined,
    from: '+15551230001',
    to: '+15551230000',
    recordingPath: undefined,
    garbage: true,
    idleMs: undefined,
  } as const;
  return new Probe({ clock: new VirtualClock(), target, deployment });
}

async function findingsFor(state: TwilioState, access: Partial<TwilioAccess> = {}): Promise<readonly Finding[]> {
  await using twilio = await openTwilio(state);
  return await twilioAccount.run(probeWith({ ...twilio.access, ...access }));
}

const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, title, verdict }) => `${verdict}${code === undefined ? '' : ` ${code}`} ${title}`);

test('a number that leads here is right', async () => {
  expect(told(await findingsFor({ number: { voice_url: WEBHOOK } }))).toEqual([
    'ok The account is active',
    `ok ${NUMBER} leads here, by POST`,
    'ok Twilio’s debugger has no errors',
  ]);
});

test.each([
  ['another webhook', { voice_url: 'https://demo.twilio.com/' }, 'webhook: https://demo.twilio.com/ → '],
  ['GET', { voice_url: WEBHOOK, voice_method: 'GET' }, 'method: GET → POST'],
  ['an application', { voice_url: WEBHOOK, voice_application_sid: 'AP1' }, 'application: AP1 → (none)'],
  ['a trunk', { voice_url: WEBHOOK, trunk_sid: 'TK1' }, 'trunk: TK1 → (none)'],
])('a number with %s does not lead here, and can be set', async (_name, number, seen) => {
  const found = (await findingsFor({ number })).find(({ verdict }) => verdict === 'fail');
  expect(found).toMatchObject({ title: `${NUMBER} does not lead here`, fix: { type: 'set-number', number: NUMBER } });
  expect(found?.seen).toContain(seen);
});

test('a number that takes no calls, and one that is not there', async () => {
  const mute = { voice_url: WEBHOOK, capabilities: { voice: false } };
  expect(told(await findingsFor({ number: mute }))).toContain(`fail ${NUMBER} takes no calls`);
  expect(told(await findingsFor({}, { number: '+97233760009' }))).toContain(
    'fail The account does not have that number',
  );
});

test('without a number every number of the account is looked at', async () => {
  expect(told(await findingsFor({}, { number: undefined }))).toContain('warn No number of the account leads here');
  const right = { number: { voice_url: WEBHOOK } };
  expect(told(await findingsFor(right, { number: undefined }))).toContain(`ok ${NUMBER} leads here, by POST`);
});

test('an account that is suspended, a trial, or not ours', async () => {
  expect(told(await findingsFor({ status: 'suspended' }))[0]).toBe('fail The account is suspended');
  expect(told(await findingsFor({ type: 'Trial' }))[0]).toBe('warn The account is a trial');
  const [refused] = await findingsFor({ token: 'another' });
  expect(refused).toMatchObject({
    verdict: 'fail',
    title: 'Twilio refuses the account and its token',
    seen: '401: Authenticate',
  });
});

test('the last errors of the debugger are explained, each kind once', async () => {
  const alerts = await findingsFor({ number: { voice_url: WEBHOOK }, alerts: ['31920', '31920', '99999', '11205'] });
  expect(told(alerts).slice(2)).toEqual([
    'warn 31920 Twilio’s debugger has 31920: Stream - WebSocket - Handshake Error',
    'warn Twilio’s debugger has 99999',
    'warn 11205 Twilio’s debugger has 11205: HTTP connection failure',
  ]);
  expect(alerts[2]?.remedy).toMatch(/public origin/);
});

test('an API that nobody answers for is no verdict on the server', async () => {
  const twilio = await openTwilio();
  await twilio[Symbol.asyncDispose]();
  const [found] = await twilioAccount.run(probeWith(twilio.access));
  expect(found).toMatchObject({ verdict: 'warn', title: 'Twilio’s API cannot be reached from here' });
});
