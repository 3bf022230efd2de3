import { expect, test } from 'vitest';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { TwilioAccess } from '../probe/deployment.ts';
import { bareDeployment, probeOfDeployment } from '../probe/probe.fixture.ts';
import { NUMBER, openTwilio, type TwilioState } from '../twilio/loopback.fixture.ts';
import { permissions } from './permissions.ts';
import { region } from './region.ts';
import { twilioAccount } from './twilio-account.ts';

const WEBHOOK = 'https://voice.example.com/webhook/incoming_call';
const ELSEWHERE = 'https://handler.twilio.com/twiml/EH00000000000000000000000000000000';
const HERE: TwilioState = { number: { voice_url: WEBHOOK } };

interface Asked {
  readonly access?: Partial<TwilioAccess>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly check?: Check;
}

async function findingsFor(
  state: TwilioState,
  { access = {}, check = twilioAccount, variables = {} }: Asked = {},
): Promise<readonly Finding[]> {
  await using twilio = await openTwilio(state);
  const deployment = { ...bareDeployment, variables, twilio: { ...twilio.access, ...access } };
  return await check.run(probeOfDeployment(deployment));
}

const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, title, verdict }) => `${verdict}${code === undefined ? '' : ` ${code}`} ${title}`);

test('a number that leads here is right', async () => {
  expect(told(await findingsFor({ number: { voice_url: WEBHOOK, voice_fallback_url: ELSEWHERE } }))).toEqual([
    'ok The account is active',
    'ok The account has credit',
    `ok ${NUMBER} leads here, by POST`,
    `ok ${NUMBER} has a fallback URL`,
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
  expect(told(await findingsFor({}, { access: { number: '+97233760009' } }))).toContain(
    'fail The account does not have that number',
  );
});

test('without a number every number of the account is looked at', async () => {
  expect(told(await findingsFor({}, { access: { number: undefined } }))).toContain(
    'warn No number of the account leads here',
  );
  const right = { number: { voice_url: WEBHOOK } };
  expect(told(await findingsFor(right, { access: { number: undefined } }))).toContain(
    `ok ${NUMBER} leads here, by POST`,
  );
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
  const alerts = await findingsFor({
    number: { voice_url: WEBHOOK, voice_fallback_url: ELSEWHERE },
    alerts: ['31920', '31920', '99999', '11205'],
  });
  expect(told(alerts).slice(4)).toEqual([
    'warn 31920 Twilio’s debugger has 31920: Stream - WebSocket - Handshake Error',
    'warn Twilio’s debugger has 99999',
    'warn 11205 Twilio’s debugger has 11205: HTTP connection failure',
  ]);
  expect(alerts[4]?.remedy).toMatch(/public origin/);
});

test('an API that nobody answers for is no verdict on the server', async () => {
  const twilio = await openTwilio();
  await twilio[Symbol.asyncDispose]();
  const [found] = await twilioAccount.run(probeOfDeployment({ ...bareDeployment, twilio: twilio.access }));
  expect(found).toMatchObject({ verdict: 'warn', title: 'Twilio’s API cannot be reached from here' });
});

test.each([
  ['no fallback URL', { voice_url: WEBHOOK, voice_fallback_url: null }, 'has no fallback URL'],
  ['a fallback on this server', { voice_url: WEBHOOK, voice_fallback_url: WEBHOOK }, 'is this server itself'],
])('a number with %s is told of', async (_what, number, title) => {
  const found = (await findingsFor({ number })).find((one) => one.title.includes(title));
  expect(found).toMatchObject({ verdict: 'warn', remedy: expect.stringContaining('TwiML Bin') });
});

test('little credit is told of, and how much', async () => {
  const found = (await findingsFor({ ...HERE, balance: '1.5' }))[1];
  expect(found).toMatchObject({ verdict: 'warn', title: 'The account has little credit', seen: '1.50 USD' });
});

test('a country to which no call may go is named, with what it costs', async () => {
  expect(told(await findingsFor(HERE, { check: permissions }))).toEqual(['ok Calls to +972 are permitted']);
  const [found] = await findingsFor({ ...HERE, permitted: ['US'] }, { check: permissions });
  expect(found).toMatchObject({
    verdict: 'warn',
    code: 13227,
    title: 'Calls to +972 are not permitted',
    seen: 'Israel',
  });
});

test('of countries that share a code one is enough', async () => {
  const number = { voice_url: WEBHOOK, phone_number: '+15551230000' };
  const asked = { check: permissions, access: { number: undefined } };
  expect(told(await findingsFor({ number, permitted: ['CA'] }, asked))).toEqual(['ok Calls to +1 are permitted']);
});

test('a region that is far, while another is near', async () => {
  const state = { ...HERE, voiceRegion: 'us1', regionMs: { us1: 150, ie1: 1 } };
  const [found] = await findingsFor(state, { check: region });
  expect(found).toMatchObject({ verdict: 'warn', title: 'Calls are handled in us1, and ie1 is nearer to this server' });
  expect(found?.seen).toMatch(/^us1 \d+ ms, ie1 \d+ ms/);
});

test('a region that is near, and a vendor on another continent', async () => {
  const state = { ...HERE, voiceRegion: 'ie1', regionMs: { us1: 150, ie1: 1 } };
  const variables = { GOOGLE_SPEECH_LOCATION: 'us-central1', AZURE_SPEECH_REGION: 'westeurope' };
  const found = await findingsFor(state, { check: region, variables });
  expect(told(found).map((line) => line.replace(/\d+ ms/, 'N ms'))).toEqual([
    'ok Calls are handled in ie1, N ms away',
    'warn GOOGLE_SPEECH_LOCATION is on another continent than the calls',
  ]);
});

test('regions that are not to be read are no verdict', async () => {
  expect(told(await findingsFor(HERE, { check: region }))).toEqual(['skipped The region of the number']);
});
