/**
 * A closed piece of a recording as a file: `KAVR`, a version byte, the length of the head (16 bits, big-endian), the head
 * in JSON, a nonce of 12 bytes, the audio under AES-256-GCM, a tag of 16 bytes. All that stands before the nonce is
 * authenticated with the audio, so that a segment that was changed, renamed or moved to another call does not open.
 * The audio is µ-law of 8 kHz in two channels, sample by sample: left the caller, right what the caller heard.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { ConfigError, PeerProtocolError } from '../core/errors.ts';
import { firstKeyOfRecording, keyOfRecording, type RecordingKey, type RecordingKeys } from './keys.ts';

export interface SegmentHead {
  readonly tenant: string;
  readonly callSid: string;
  readonly recordingId: string;
  /** Counts from 0. */
  readonly index: number;
  /** Milliseconds since the call's first stream began. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Nothing of this recording comes after it. */
  readonly last: boolean;
  /** How many segments before this one are known to have been lost: the disk was too slow, or failed. */
  readonly lost: number;
  readonly keyId: string;
}

export const BYTES_PER_MS = 16;
const MAGIC = Buffer.from('KAVR');
/** Since 2 the key goes by way of the tenant's; what was locked before still opens. */
const VERSION = 2;
const FIRST_VERSION = 1;
const FIXED_BYTES = MAGIC.length + 3;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
/** A call is cut after 4 hours; a segment of more than that is a lie. */
const LONGEST_MS = 4 * 3_600_000;

/** Locks `pieces`, which are `(toMs − fromMs) × 16` bytes in all, with the recording's own key. */
export function sealSegment(head: SegmentHead, key: KeyObject, pieces: readonly Uint8Array[]): Uint8Array {
  const prefix = prefixOf(head);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(prefix);
  const locked = pieces.map((piece) => cipher.update(piece));
  cipher.final();
  return Buffer.concat([prefix, nonce, ...locked, cipher.getAuthTag()]);
}

function prefixOf(head: SegmentHead): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const fixed = Buffer.alloc(FIXED_BYTES);
  MAGIC.copy(fixed);
  fixed[MAGIC.length] = VERSION;
  fixed.writeUInt16BE(json.length, MAGIC.length + 1);
  return Buffer.concat([fixed, json]);
}

/**
 * Unlocks a segment. `expected` is what its place says that it is. Throws `PeerProtocolError` (`recording-foreign`,
 * `recording-truncated`, `recording-damaged`) or, when its key is not at hand, `ConfigError` with the key's id.
 */
export function openSegment(
  bytes: Uint8Array,
  keys: RecordingKeys,
  expected: Partial<SegmentHead> = {},
): { readonly head: SegmentHead; readonly audio: Uint8Array } {
  const { head, prefixBytes, version } = readHead(bytes);
  for (const [name, value] of Object.entries(expected)) {
    const own = head[name as keyof SegmentHead];
    if (own === value) continue;
    throw new PeerProtocolError('recording-foreign', `the segment's ${name} is ${own}, in the place of ${value}`);
  }
  const key = keys.byId.get(head.keyId);
  if (!key) {
    throw new ConfigError(
      'KAV_RECORDING_KEY',
      `has no key "${head.keyId}"`,
      'Add the key that the recording was made with, behind the present one.',
    );
  }
  try {
    const audioAt = prefixBytes + NONCE_BYTES;
    const nonce = bytes.subarray(prefixBytes, audioAt);
    const decipher = createDecipheriv(CIPHER, keyOf(key, head, version), nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(bytes.subarray(0, prefixBytes)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const audio = decipher.update(bytes.subarray(audioAt, -TAG_BYTES));
    decipher.final();
    return { head, audio };
  } catch (error) {
    const problem = `the segment was changed, or key "${head.keyId}" is not the one that it was made with`;
    throw new PeerProtocolError('recording-damaged', problem, error);
  }
}

function keyOf(key: RecordingKey, head: SegmentHead, version: number): KeyObject {
  return version === FIRST_VERSION ? firstKeyOfRecording(key, head.recordingId) : keyOfRecording(key, head);
}

/** What a segment says about itself, before anything vouches for it. Throws `PeerProtocolError`. */
export function readHead(bytes: Uint8Array): ReadHead {
  return headIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes.byteLength);
}

/** The same from the first bytes of a file of that size. */
export function readHeadStart(bytes: Buffer, fileBytes: number): SegmentHead {
  return headIn(bytes, fileBytes).head;
}

interface ReadHead {
  readonly head: SegmentHead;
  readonly prefixBytes: number;
  readonly version: number;
}

function headIn(file: Buffer, fileBytes: number): ReadHead {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, file.length))) {
    throw new PeerProtocolError('recording-foreign', 'this is no segment of a recording');
  }
  if (file.length < FIXED_BYTES) throw new PeerProtocolError('recording-truncated', 'the segment ends in its head');
  const version = file[MAGIC.length]!;
  if (version !== VERSION && version !== FIRST_VERSION)
    throw new PeerProtocolError('recording-foreign', `the segment has the unknown version ${version}`);
  const prefixBytes = FIXED_BYTES + file.readUInt16BE(MAGIC.length + 1);
  if (file.length < prefixBytes) throw new PeerProtocolError('recording-truncated', 'the segment ends in its head');
  const head = parseHead(file.toString('utf8', FIXED_BYTES, prefixBytes));
  const size = prefixBytes + NONCE_BYTES + (head.toMs - head.fromMs) * BYTES_PER_MS + TAG_BYTES;
  if (fileBytes !== size) {
    throw new PeerProtocolError('recording-truncated', `the segment has ${fileBytes} bytes, not ${size}`);
  }
  return { head, prefixBytes, version };
}

function parseHead(json: string): SegmentHead {
  let head: SegmentHead;
  try {
    head = JSON.parse(json) as SegmentHead;
  } catch (error) {
    throw new PeerProtocolError('recording-foreign', 'the head of the segment is not JSON', error);
  }
  if (!isHead(head)) throw new PeerProtocolError('recording-foreign', 'the head is not that of a segment');
  return head;
}

function isHead(head: unknown): head is SegmentHead {
  if (typeof head !== 'object' || head === null) return false;
  const { tenant, callSid, recordingId, keyId, index, fromMs, toMs, last, lost } = head as SegmentHead;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  return (
    [tenant, callSid, recordingId, keyId].every((text) => typeof text === 'string') &&
    [index, fromMs, toMs, lost].every(isCount) &&
    fromMs <= toMs &&
    toMs - fromMs <= LONGEST_MS &&
    typeof last === 'boolean'
  );
}
