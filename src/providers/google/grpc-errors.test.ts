import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorOfGrpc, isStreamLimit } from './grpc-errors.ts';

interface Case {
  readonly code: number;
  readonly details: string;
  readonly becomes: string;
  readonly status?: number;
  readonly retryable?: boolean;
}

const cases = JSON.parse(readFileSync(new URL('fixtures/stt-failures.json', import.meta.url), 'utf8')) as Case[];
const who = { provider: 'google', operation: 'stt' } as const;

test.each(cases)('$code $details', ({ becomes, status, retryable, ...failure }) => {
  expect(isStreamLimit(failure)).toBe(becomes === 'limit');
  if (becomes === 'limit') return;
  const error = errorOfGrpc(who, failure);
  expect(error.code).toBe(becomes);
  expect(error.status).toBe(status);
  expect(error.retryable).toBe(retryable);
});

test('a key that does not work is not quoted', () => {
  const details = 'Getting metadata from plugin failed with error: bad key SECRET';
  expect(errorOfGrpc(who, { code: 2, details }).message).not.toContain('SECRET');
});

test('the time that Google asks to wait is kept', () => {
  const statusDetails = [{ reason: 'RATE_LIMIT_EXCEEDED' }, { retryDelay: { seconds: '7', nanos: 500_000_000 } }];
  expect(errorOfGrpc(who, { code: 8, details: 'Quota exceeded.', statusDetails }).retryAfterMs).toBe(7_500);
});
