import { randomUUID } from 'node:crypto';

/** A Twilio identifier: two letters for the kind of thing and 32 hexadecimal digits. */
export function createSid(kind: 'AC' | 'CA' | 'MZ' | 'RE'): string {
  return kind + randomUUID().replaceAll('-', '');
}
