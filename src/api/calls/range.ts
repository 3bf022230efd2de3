/** The header `Range` (RFC 9110, section 14.2). */
import type { ByteRange } from '../../jobs/objects/object-store.ts';

const ONE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * Undefined for all of the file: without the header, for several ranges, for another unit, and for what lies outside, which
 * a server may pass over.
 */
export function parseRange(header: string | undefined, bytes: number): ByteRange | undefined {
  const [, first = '', last = ''] = ONE_RANGE.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? undefined : { from: bytes - length, to: bytes - 1 };
  }
  const from = Number(first);
  const to = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return from >= bytes || to < from ? undefined : { from, to };
}
