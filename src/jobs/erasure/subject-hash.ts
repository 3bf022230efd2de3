import { createHmac } from 'node:crypto';

/**
 * Names a person in an erasure's report without their number. There are so few numbers that a hash without a key could
 * be turned back by trying them all, so the key must lie outside the database.
 */
export function subjectHash(key: Uint8Array, tenant: string, number: string): string {
  return createHmac('sha256', key).update(`${tenant}\n${number}`).digest('hex');
}
