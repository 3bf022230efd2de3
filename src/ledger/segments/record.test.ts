import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHeader, decodeRecords, encodeBatch, encodeHeader, HEADER_BYTES } from './record.ts';

const texts = fc.array(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom('ÿKav', '\u0000', 'שלום', 'KAVLEDG')),
  { minLength: 1, maxLength: 8 },
);
const encode = (facts: readonly string[], first = 1): Buffer =>
  encodeBatch(
    facts.map((text) => Buffer.from(JSON.stringify(text))),
    first,
  );
const textsOf = (bytes: Buffer): [number, string][] =>
  [...decodeRecords(bytes, 0)].map(({ sequence, json }) => [sequence, JSON.parse(json.toString())]);

describe('records', () => {
  test('come back as they were written, with the start of their batch', () => {
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const bytes = Buffer.concat([encodeHeader(5), encode(first, 5), encode(second, 5 + first.length)]);
        expect(decodeHeader(bytes)).toBe(5);
        expect(textsOf(bytes)).toEqual([...first, ...second].map((text, i) => [5 + i, text]));
        const starts = [...decodeRecords(bytes, HEADER_BYTES)].map(({ batchFirst }) => batchFirst);
        expect(starts).toEqual([...first.map(() => 5), ...second.map(() => 5 + first.length)]);
      }),
    );
  });

  test('of bytes that were cut, changed, or are nothing at all, are those that were written, in order', () => {
    const harm = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 40 }), cut: fc.nat() });
    fc.assert(
      fc.property(texts, fc.array(harm, { maxLength: 3 }), (facts, harms) => {
        let bytes = encode(facts);
        for (const { at, bytes: garbage, cut } of harms) {
          Buffer.from(garbage).copy(bytes, at % bytes.length);
          if (cut % 3 === 0) bytes = bytes.subarray(0, cut % (bytes.length + 1));
          if (bytes.length === 0) break;
        }
        const written = new Map(facts.map((text, i) => [i + 1, text]));
        const read = textsOf(bytes);
        for (const [sequence, text] of read) expect(text).toBe(written.get(sequence));
        expect(read.map(([sequence]) => sequence)).toEqual([...new Set(read.map(([s]) => s))].sort((a, b) => a - b));
      }),
      { numRuns: 2000 },
    );
  });

  test('are not found in garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(290), (garbage, at) => {
        const bytes = Buffer.from(garbage);
        Buffer.from('\u00ffKav', 'latin1').copy(bytes, Math.min(at, bytes.length));
        expect([...decodeRecords(bytes, 0)]).toEqual([]);
        expect(decodeHeader(bytes)).toBe('damaged');
      }),
      { numRuns: 2000 },
    );
  });
});
