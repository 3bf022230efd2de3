/** The keys that recordings are locked with, as the operator writes them: `id:key,id:key`, the first one encrypts. */
import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

export interface RecordingKey {
  /** Stands in every segment, so that the right key is found after a rotation. */
  readonly id: string;
  readonly secret: KeyObject;
}

export interface RecordingKeys {
  /** New segments are locked with it. */
  readonly current: RecordingKey;
  readonly byId: ReadonlyMap<string, RecordingKey>;
}

export type ParsedKeys =
  | { readonly ok: true; readonly keys: RecordingKeys }
  | { readonly ok: false; readonly problem: string };

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const HEX_KEY = /^[0-9a-f]{64}$/i;
const BASE64_KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

/** A key without an id is named by its own fingerprint. The problem never repeats what was given: it is a secret. */
export function parseRecordingKeys(text: string): ParsedKeys {
  const byId = new Map<string, RecordingKey>();
  for (const [index, entry] of text.split(',').entries()) {
    const parsed = parseKey(entry.trim());
    const problem = typeof parsed === 'string' ? parsed : byId.has(parsed.id) ? 'has an id that is there twice' : '';
    if (typeof parsed === 'string' || problem !== '') return { ok: false, problem: `key ${index + 1} ${problem}` };
    byId.set(parsed.id, parsed);
  }
  // A text splits into one entry at least.
  return { ok: true, keys: { current: byId.values().next().value!, byId } };
}

function parseKey(entry: string): RecordingKey | string {
  const colon = entry.indexOf(':');
  const written = entry.slice(colon + 1);
  if (!HEX_KEY.test(written) && !BASE64_KEY.test(written)) return 'is not 32 bytes in base64 or hex';
  const bytes = Buffer.from(written, HEX_KEY.test(written) ? 'hex' : 'base64');
  if (bytes.every((byte) => byte === bytes[0])) return 'is one byte repeated, not random';
  const id = colon < 0 ? fingerprintOf(bytes) : entry.slice(0, colon);
  if (!KEY_ID.test(id)) return 'has an id that is not 1 to 32 letters, digits, _ or -';
  return { id, secret: createSecretKey(bytes) };
}

const fingerprintOf = (bytes: Uint8Array): string =>
  createHash('sha256').update('kav recording key id').update(bytes).digest('hex').slice(0, 8);

/** Whose recording it is, and which. */
export interface RecordingName {
  readonly tenant: string;
  readonly recordingId: string;
}

/**
 * The key of one recording, by way of its tenant's (HKDF, RFC 5869): whoever is given a tenant's key opens what is that
 * tenant's, and nothing else. With a key of its own, a recording is far from the number of random nonces
 * that one AES-GCM key bears (2^32, NIST SP 800-38D section 8.3), however many calls there are.
 */
export function keyOfRecording(key: RecordingKey, { recordingId, tenant }: RecordingName): KeyObject {
  return derived(keyOfTenant(key, tenant), recordingId, 'kav recording 2');
}

export function keyOfTenant(key: RecordingKey, tenant: string): KeyObject {
  return derived(key.secret, '', `kav tenant 1\n${tenant}`);
}

/** Of segments of version 1, which knew no key of a tenant. */
export function firstKeyOfRecording(key: RecordingKey, recordingId: string): KeyObject {
  return derived(key.secret, recordingId, 'kav recording 1');
}

function derived(secret: KeyObject, salt: string, info: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, info, KEY_BYTES)));
}
