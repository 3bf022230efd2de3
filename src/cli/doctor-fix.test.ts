import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { settings } from '../doctor/checks/settings.ts';
import type { TwilioAccess } from '../doctor/probe/deployment.ts';
import { probeOfDeployment } from '../doctor/probe/probe.fixture.ts';
import type { Probe } from '../doctor/probe/probe.ts';
import { renderDoctor, renderJson } from '../doctor/render.ts';
import { runChecks } from '../doctor/runner.ts';
import { NUMBER, openTwilio } from '../doctor/twilio/loopback.fixture.ts';
import { deploymentOf } from './deployment.ts';
import { mend, withVariable } from './doctor-fix.ts';

const JSON_KEY = '{\n  "type": "service_account",\n  "private_key": "-----BEGIN\\nabc\\n"\n}';

function probeOf(env: Readonly<Record<string, string>>, twilio?: TwilioAccess): Probe {
  const { deployment: own } = deploymentOf(env, { number: undefined });
  const deployment = twilio ? { ...own, twilio } : own;
  return probeOfDeployment(deployment);
}

test('every wrong variable is named, with its remedy, and none hides another', async () => {
  const found = await settings.run(
    probeOf({
      PORT: 'http',
      EOU_MS: '3',
      TWILIO_ACCOUNT_SID: 'AC1',
      PUBLIC_HOST: 'a_b.example.com',
      TWILIO_NUMBER: '050-1234567',
    }),
  );
  const failed = found.filter(({ verdict }) => verdict === 'fail');
  expect(failed.map(({ title }) => title).sort()).toEqual([
    'EOU_MS must be a whole number from 100 to 5000',
    'PORT must be a whole number',
    'PUBLIC_HOST Twilio refuses host names with an underscore',
    'TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits',
    'TWILIO_NUMBER is no number in E.164',
  ]);
  for (const { remedy } of failed) expect(remedy).toMatch(/\.$/);
});

test('the other spelling of EOU_MS is read as well', async () => {
  const found = await settings.run(probeOf({ EoU_MS: '3' }));
  expect(found.filter(({ verdict }) => verdict === 'fail')).toHaveLength(1);
});

test('a right environment is told without its values', async () => {
  const found = await settings.run(probeOf({ PUBLIC_HOST: 'voice.example.com', TWILIO_AUTH_TOKEN: 'secret-token-1' }));
  expect(found[0]).toMatchObject({ verdict: 'ok', seen: 'PUBLIC_HOST, TWILIO_AUTH_TOKEN' });
});

test('no report holds the key that a fix would write', async () => {
  const probe = probeOf({ GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON: JSON_KEY });
  const report = await runChecks([settings], probe);
  const text = renderJson(report) + renderDoctor(report, { color: true });
  expect(text).toContain('broken over several lines');
  expect(text).not.toContain('BEGIN');
});

test('a scheme in PUBLIC_HOST and a key over several lines are mended in the .env file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'kav-fix-'));
  const envFile = path.join(folder, '.env');
  await writeFile(
    envFile,
    `# mine\nPUBLIC_HOST=https://voice.example.com/\nGOOGLE_CLOUD_SERVICE_ACCOUNT_JSON='${JSON_KEY}'\nPORT=8080\n`,
  );
  const probe = probeOf({ PUBLIC_HOST: 'https://voice.example.com/', GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON: JSON_KEY });
  const fixes = (await settings.run(probe)).flatMap(({ fix }) => (fix ? [fix] : []));
  expect(await mend(fixes, { envFile, probe })).toHaveLength(2);
  const oneLine = JSON.stringify(JSON.parse(JSON_KEY));
  expect(await readFile(envFile, 'utf8')).toBe(
    `# mine\nPUBLIC_HOST=voice.example.com\nGOOGLE_CLOUD_SERVICE_ACCOUNT_JSON='${oneLine}'\nPORT=8080\n`,
  );
  await rm(folder, { recursive: true });
});

test('the webhook of the number is set, with the account’s keys alone', async () => {
  await using twilio = await openTwilio();
  const fix = { type: 'set-number', number: NUMBER } as const;
  const mending = { envFile: '/nowhere/.env', probe: probeOf({}, twilio.access) };
  expect(await mend([fix], mending)).toEqual(['the number leads here now']);
  expect(twilio.number['voice_url']).toBe('https://voice.example.com/webhook/incoming_call');
  const without = await mend([fix], { envFile: '/nowhere/.env', probe: probeOf({}) });
  expect(without).toEqual(['the number was not set: there is no Twilio account']);
});

test('without a file nothing is written', async () => {
  const fix = { type: 'set-variable', name: 'PUBLIC_HOST', value: 'a.example.com' } as const;
  const [line] = await mend([fix], { envFile: '/nowhere/.env', probe: probeOf({}) });
  expect(line).toContain('there is no /nowhere/.env');
});

test.each([
  ['A=1\n', 'A=1\nB=x\n'],
  ['', 'B=x\n'],
  ['export B=old\nC=2', 'B=x\nC=2'],
  ['B={\n "a": 1\n}\nC=2', 'B=x\nC=2'],
  ['B="one\ntwo"\nC=2', 'B=x\nC=2'],
  ['B="never closed\nC=2', 'B=x\nC=2'],
])('%j becomes %j', (before, after) => {
  expect(withVariable(before, 'B', 'x')).toBe(after);
});
