import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, PeerProtocolError } from '../core/errors.ts';
import { keyOfRecording } from './keys.ts';
import { headOf, KEYS, keysFrom, newKey, RECORDING_ID } from './recording.fixture.ts';
import { openSegment, readHead, type SegmentHead, sealSegment } from './segment.ts';

const KEY = keyOfRecording(KEYS.current, { tenant: 'default', recordingId: RECORDING_ID });
const AUDIO = Uint8Array.from({ length: 320 }, (_, i) => (i * 7) & 0xff);
const sealed = (head: Partial<SegmentHead> = {}, audio = AUDIO): Uint8Array => sealSegment(headOf(head), KEY, [audio]);

/** Made when the key did not go by way of the tenant's yet. */
const OF_VERSION_1 =
  'S0FWUgEAtXsidGVuYW50IjoiZGVmYXVsdCIsImNhbGxTaWQiOiJDQTExMTExMTExMTExMTExMTExMTExMTExMTEx' +
  'MTExMTExIiwicmVjb3JkaW5nSWQiOiJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYiIsImluZGV4Ijow' +
  'LCJmcm9tTXMiOjAsInRvTXMiOjIsImxhc3QiOnRydWUsImxvc3QiOjAsImtleUlkIjoib2xkIn3V5K8GGMtMkStk' +
  'NEGIQ3qVH9qAxJHH+J8iGm8y8z0mX8T6KhK1p4T2V4Piu2FxuTV03LWn81WCzaJ7us8=';
const ITS_KEY = 'old:01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3da';

function refusalOf(bytes: Uint8Array, keys = KEYS, expected: Partial<SegmentHead> = {}): string {
  try {
    openSegment(bytes, keys, expected);
  } catch (error) {
    if (error instanceof PeerProtocolError || error instanceof ConfigError) return error.code;
    throw error;
  }
  return 'opened';
}

describe('a segment', () => {
  test('opens to what was put in, in one piece or two', () => {
    const bytes = sealSegment(headOf(), KEY, [AUDIO.subarray(0, 100), AUDIO.subarray(100)]);
    const { head, audio } = openSegment(bytes, KEYS, { index: 0, recordingId: RECORDING_ID });
    expect(head).toEqual(headOf());
    expect([...audio]).toEqual([...AUDIO]);
  });

  test('may be empty: the last one of a call that ended in a pause', () => {
    expect(openSegment(sealed({ fromMs: 40, toMs: 40 }, new Uint8Array(0)), KEYS).audio).toHaveLength(0);
  });

  test('of version 1 still opens', () => {
    const { audio, head } = openSegment(Buffer.from(OF_VERSION_1, 'base64'), keysFrom(ITS_KEY));
    expect([...audio]).toEqual([...AUDIO.subarray(0, 32)]);
    expect(head).toEqual(headOf({ toMs: 2, keyId: 'old' }));
  });

  test("does not open with what was made for another tenant's", () => {
    const other = keyOfRecording(KEYS.current, { tenant: 'another', recordingId: RECORDING_ID });
    expect(refusalOf(sealSegment(headOf(), other, [AUDIO]))).toBe('recording-damaged');
  });

  test('is never the same twice', () => {
    expect(Buffer.from(sealed()).equals(sealed())).toBe(false);
  });

  test('holds nothing of its audio in the plain', () => {
    const bytes = Buffer.from(sealed());
    for (let i = 0; i + 8 <= AUDIO.length; i++) expect(bytes.indexOf(AUDIO.subarray(i, i + 8))).toBe(-1);
  });
});

describe('a segment that was touched is refused', () => {
  test('whichever bit of whichever byte was changed', () => {
    const bytes = sealed();
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 1; bit < 256; bit <<= 1) {
        const changed = bytes.slice();
        changed[at]! ^= bit;
        expect(refusalOf(changed), `byte ${at}`).not.toBe('opened');
      }
    }
  });

  test('wherever it was cut, and when something was added', () => {
    const bytes = sealed();
    for (let length = 0; length < bytes.length; length++) {
      expect(refusalOf(bytes.subarray(0, length)), `${length} bytes`).toBe('recording-truncated');
    }
    expect(refusalOf(Buffer.concat([bytes, Buffer.from([0])]))).toBe('recording-truncated');
  });

  test('in the place of another: a swap, another call, another tenant', () => {
    for (const head of [{ index: 4 }, { callSid: 'CA2' }, { tenant: 'other' }, { recordingId: 'cd'.repeat(16) }]) {
      expect(refusalOf(sealed(), KEYS, head)).toBe('recording-foreign');
    }
  });

  test('with the head of another one', () => {
    const [one, two] = [Buffer.from(sealed()), Buffer.from(sealed({ index: 1 }))];
    const { prefixBytes } = readHead(two);
    expect(refusalOf(Buffer.concat([two.subarray(0, prefixBytes), one.subarray(prefixBytes)]))).toBe(
      'recording-damaged',
    );
  });

  test('any bytes at all, with a code', () => {
    const codes = ['recording-foreign', 'recording-truncated', 'recording-damaged', 'config-invalid'];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ maxLength: 400 }).map((rest) => Buffer.concat([Buffer.from('KAVR\x01\x00'), rest])),
      fc.json().map((json) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(Buffer.byteLength(json) & 0xffff);
        return Buffer.concat([Buffer.from('KAVR\x01'), length, Buffer.from(json), Buffer.alloc(28)]);
      }),
    );
    fc.assert(
      fc.property(bytes, (file) => codes.includes(refusalOf(file))),
      { numRuns: 2_000 },
    );
  });
});

describe('keys', () => {
  test('after a rotation the old one still opens', () => {
    const old = newKey();
    const before = keysFrom(`2025:${old}`);
    const bytes = sealSegment(
      headOf({ keyId: '2025' }),
      keyOfRecording(before.current, { tenant: 'default', recordingId: RECORDING_ID }),
      [AUDIO],
    );
    expect(openSegment(bytes, keysFrom(`2026:${newKey()},2025:${old}`)).audio).toHaveLength(320);
  });

  test('one that is not there is named', () => {
    expect(() => openSegment(sealed(), keysFrom(`2026:${newKey()}`))).toThrow(
      /^KAV_RECORDING_KEY: has no key "test"\. Add the key/,
    );
  });

  test('another one under the same id does not open it', () => {
    expect(refusalOf(sealed(), keysFrom(`test:${newKey()}`))).toBe('recording-damaged');
  });
});
