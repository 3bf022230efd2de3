/** What the environment says of the work after calls. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import type { CrmSender } from '../jobs/crm/send-event.ts';
import { createDiskObjects } from '../jobs/objects/disk.ts';
import type { ObjectStore } from '../jobs/objects/object-store.ts';
import type { RetentionDays } from '../store/after-calls/retention.ts';
import { OBJECTS_FOLDER } from './data-layout.ts';
import type { Environment } from './environment.ts';
import { VERSION } from './version.ts';

const BUCKET_KEYS = ['KAV_S3_ENDPOINT', 'KAV_S3_BUCKET', 'KAV_S3_ACCESS_KEY_ID', 'KAV_S3_SECRET_ACCESS_KEY'] as const;

/** Throws `ConfigError` for settings of this work that do not fit together. */
export function checkAfterCallsSettings(environment: Environment, clock: Clock): void {
  hasBucket(environment);
  crmSenderOf(environment, clock);
}

/** Throws `ConfigError` when one is set in part. */
export function hasBucket(environment: Environment): boolean {
  const missing = BUCKET_KEYS.filter((key) => environment[key] === undefined);
  if (missing.length === BUCKET_KEYS.length) return false;
  const [first] = missing;
  if (first) throw new ConfigError(first, 'is not set', `Set all of ${BUCKET_KEYS.join(', ')}, or none of them.`);
  return true;
}

/** A bucket when one is set, else a folder. Throws `ConfigError` when the bucket is set in part. */
export async function openObjects(environment: Environment, clock: Clock): Promise<ObjectStore> {
  if (!hasBucket(environment)) return createDiskObjects(path.resolve(environment.KAV_DATA_DIR, OBJECTS_FOLDER));
  const { createS3Objects } = await import('../jobs/objects/s3.ts');
  return createS3Objects({
    endpoint: environment.KAV_S3_ENDPOINT!,
    region: environment.KAV_S3_REGION,
    bucket: environment.KAV_S3_BUCKET!,
    accessKeyId: environment.KAV_S3_ACCESS_KEY_ID!,
    secretAccessKey: environment.KAV_S3_SECRET_ACCESS_KEY!,
    clock,
  });
}

/** Undefined without a CRM. Throws `ConfigError` when nothing would sign. */
export function crmSenderOf(environment: Environment, clock: Clock): CrmSender | undefined {
  const { KAV_CRM_URL: url, KAV_CRM_SECRET: secrets } = environment;
  if (url === undefined) return undefined;
  if (secrets === undefined) {
    throw new ConfigError(
      'KAV_CRM_SECRET',
      'is not set',
      'Set it to whsec_ and what `openssl rand -base64 32` prints.',
    );
  }
  return { endpoint: { url: new URL(url), secrets }, clock, date: () => new Date(), version: VERSION };
}

export function retentionOf(environment: Environment): RetentionDays {
  const daysOrEver = (days: number): number | undefined => (days === 0 ? undefined : days);
  return {
    recordings: daysOrEver(environment.KAV_RETENTION_RECORDINGS_DAYS),
    transcripts: daysOrEver(environment.KAV_RETENTION_TRANSCRIPTS_DAYS),
  };
}

/**
 * Twilio's REST API takes the account and its auth token. Undefined without a token of Twilio's, and for any other
 * account where ours is known.
 */
export function twilioAuthorization(environment: Environment): (accountSid: string) => string | undefined {
  const token = environment.TWILIO_AUTH_TOKEN?.split(',')[0]?.trim();
  const own = environment.TWILIO_ACCOUNT_SID;
  return (accountSid) => {
    if (!token || (own !== undefined && own !== accountSid)) return undefined;
    return `Basic ${Buffer.from(`${accountSid}:${token}`).toString('base64')}`;
  };
}

const KEY_FILE = 'erasure-key';

/** 32 bytes, the same at every start. */
export async function erasureKeyOf(environment: Environment): Promise<Uint8Array> {
  const secret = environment.KAV_ERASURE_KEY ?? (await localKey(environment.KAV_DATA_DIR));
  return createHash('sha256').update(`kav erasure key\n${secret}`).digest();
}

async function localKey(dataDir: string): Promise<string> {
  const file = path.join(dataDir, KEY_FILE);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // `wx` lets the first of two starting processes win; both then read the same file.
  await writeFile(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}
