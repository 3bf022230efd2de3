/**
 * The bytes of a segment: a header, then one record for each fact. Whole numbers are big-endian; both checksums are
 * CRC-32 as in IEEE 802.3. A record's covers what follows it, the header's everything but itself.
 *
 *     header   "KAVLEDG" 01 | checksum u32 | sequence of the first record f64
 *     record   FF "Kav" | checksum u32 | length u32 | ordinal u32 | sequence f64 | JSON in UTF-8
 *
 * A sequence counts facts from 1, without gaps. The ordinal is the record's place in its batch, so that a record names
 * the sequence before which everything was durable when it was written. FF is in no UTF-8 text: whatever a caller says,
 * no fact contains what a record begins with.
 */
import { crc32 } from 'node:zlib';

export const HEADER_BYTES = 20;
export const RECORD_HEADER_BYTES = 24;

const MAGIC = Buffer.from('KAVLEDG\u0001', 'latin1');
const MAGIC_NAME_BYTES = 7;
const RECORD_MAGIC = Buffer.from('\u00ffKav', 'latin1');

export interface LedgerRecord {
  readonly sequence: number;
  /** Everything before this was durable when the record was written. */
  readonly batchFirst: number;
  readonly json: Buffer;
  /** Where its last byte's successor is, in the bytes that were read. */
  readonly end: number;
}

export function encodeHeader(first: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeDoubleBE(first, 12);
  bytes.writeUInt32BE(headerChecksum(bytes), 8);
  return bytes;
}

/** The first sequence that a segment promises; `damaged` if the bytes are no header, `foreign` if of another version. */
export function decodeHeader(bytes: Buffer): number | 'damaged' | 'foreign' {
  if (bytes.length < HEADER_BYTES) return 'damaged';
  const isOurs = bytes.subarray(0, MAGIC_NAME_BYTES).equals(MAGIC.subarray(0, MAGIC_NAME_BYTES));
  if (!isOurs || headerChecksum(bytes) !== bytes.readUInt32BE(8)) return 'damaged';
  return bytes[MAGIC_NAME_BYTES] === MAGIC[MAGIC_NAME_BYTES] ? bytes.readDoubleBE(12) : 'foreign';
}

function headerChecksum(bytes: Buffer): number {
  return crc32(bytes.subarray(12, HEADER_BYTES), crc32(bytes.subarray(0, 8)));
}

/** The records of one batch. */
export function encodeBatch(facts: readonly Buffer[], first: number): Buffer {
  const bytes = Buffer.allocUnsafe(facts.reduce((sum, fact) => sum + RECORD_HEADER_BYTES + fact.length, 0));
  let at = 0;
  facts.forEach((fact, ordinal) => {
    RECORD_MAGIC.copy(bytes, at);
    bytes.writeUInt32BE(fact.length, at + 8);
    bytes.writeUInt32BE(ordinal, at + 12);
    bytes.writeDoubleBE(first + ordinal, at + 16);
    fact.copy(bytes, at + RECORD_HEADER_BYTES);
    const end = at + RECORD_HEADER_BYTES + fact.length;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 8, end)), at + 4);
    at = end;
  });
  return bytes;
}

/** The whole records from a place on. What is no record is passed over: the gap in the sequences tells. */
export function* decodeRecords(bytes: Buffer, from: number): Generator<LedgerRecord> {
  for (let at = bytes.indexOf(RECORD_MAGIC, from); at >= 0; ) {
    const record = decodeRecord(bytes, at);
    if (record) yield record;
    at = bytes.indexOf(RECORD_MAGIC, record ? record.end : at + 1);
  }
}

function decodeRecord(bytes: Buffer, at: number): LedgerRecord | undefined {
  if (bytes.length - at < RECORD_HEADER_BYTES) return undefined;
  const end = at + RECORD_HEADER_BYTES + bytes.readUInt32BE(at + 8);
  if (end > bytes.length || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32BE(at + 4)) return undefined;
  const sequence = bytes.readDoubleBE(at + 16);
  const batchFirst = sequence - bytes.readUInt32BE(at + 12);
  return { sequence, batchFirst, json: bytes.subarray(at + RECORD_HEADER_BYTES, end), end };
}
