import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { crmSenderOf, erasureKeyOf, openObjects, retentionOf, twilioAuthorization } from './after-calls-settings.ts';
import { parseEnvironment } from './config.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'kav-settings-'));
afterAll(() => rm(folder, { recursive: true }));

const clock = new VirtualClock();
const environmentOf = (raw: Readonly<Record<string, string>>) => parseEnvironment({ KAV_DATA_DIR: folder, ...raw });
const bucket = {
  KAV_S3_ENDPOINT: 'http://127.0.0.1:9000',
  KAV_S3_BUCKET: 'recordings',
  KAV_S3_ACCESS_KEY_ID: 'key',
  KAV_S3_SECRET_ACCESS_KEY: 'secret',
};
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const account = `AC${'0a'.repeat(16)}`;

describe('recordings', () => {
  test('rest in a folder, or in a bucket', async () => {
    expect((await openObjects(environmentOf({}), clock)).name).toBe('disk');
    expect((await openObjects(environmentOf(bucket), clock)).name).toBe('s3');
  });

  test('need the whole of a bucket', async () => {
    const { KAV_S3_BUCKET: _, ...part } = bucket;
    await expect(openObjects(environmentOf(part), clock)).rejects.toThrow('KAV_S3_BUCKET: is not set');
  });
});

describe('the CRM', () => {
  test('is told nothing when there is none', () => {
    expect(crmSenderOf(environmentOf({}), clock)).toBeUndefined();
  });

  test('is told under one secret, or two', () => {
    const url = 'http://10.0.0.7:3000/kav';
    const sender = crmSenderOf(environmentOf({ KAV_CRM_URL: url, KAV_CRM_SECRET: `${secret}, ${secret}` }), clock);
    expect(sender!.endpoint).toEqual({ url: new URL(url), secrets: [secret, secret] });
  });

  test.each([
    [{ KAV_CRM_URL: 'ftp://crm' }, 'KAV_CRM_URL: must begin with https:// or http://'],
    [{ KAV_CRM_URL: 'https://crm' }, 'KAV_CRM_SECRET: is not set'],
    [{ KAV_CRM_URL: 'https://crm', KAV_CRM_SECRET: 'hush' }, 'KAV_CRM_SECRET: must be whsec_'],
  ])('%j is refused', (raw, message) => {
    expect(() => crmSenderOf(environmentOf(raw), clock)).toThrow(message);
  });
});

test('zero days are for ever', () => {
  expect(retentionOf(environmentOf({}))).toEqual({ recordings: 30, transcripts: undefined });
  const raw = { KAV_RETENTION_RECORDINGS_DAYS: '0', KAV_RETENTION_TRANSCRIPTS_DAYS: '7' };
  expect(retentionOf(environmentOf(raw))).toEqual({ recordings: undefined, transcripts: 7 });
});

test("Twilio's password is for the own account alone, and the newest of two", () => {
  const of = twilioAuthorization(environmentOf({ TWILIO_AUTH_TOKEN: 'new, old', TWILIO_ACCOUNT_SID: account }));
  expect(of(account)).toBe(`Basic ${Buffer.from(`${account}:new`).toString('base64')}`);
  expect(of(`AC${'ff'.repeat(16)}`)).toBeUndefined();
  expect(twilioAuthorization(environmentOf({}))(account)).toBeUndefined();
});

test('the key of erasures stays the same, and is not another one', async () => {
  const made = await erasureKeyOf(environmentOf({}));
  expect(await erasureKeyOf(environmentOf({}))).toEqual(made);
  expect(await erasureKeyOf(environmentOf({ KAV_ERASURE_KEY: 'a secret of ours' }))).not.toEqual(made);
  expect(made).toHaveLength(32);
});
