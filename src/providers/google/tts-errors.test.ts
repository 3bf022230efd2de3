import { readFileSync } from 'node:fs';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { errorOfRequest, isRefusal } from './tts-errors.ts';

interface Documented {
  readonly grpcCode: number;
  readonly details: string;
  readonly code: string;
  readonly status: number | null;
  readonly retryable: boolean;
}

const documented = readFileSync(new URL('fixtures/tts-errors.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Documented);

const failure = (code: number, details: string, metadata = new Metadata()) =>
  Object.assign(new Error(`${code}: ${details}`), { code, details, metadata });

describe('errorOfRequest', () => {
  test.each(documented)('$grpcCode $details', ({ grpcCode, details, code, status, retryable }) => {
    const error = errorOfRequest(failure(grpcCode, details));
    expect(error).toMatchObject({ code, retryable, provider: 'google', operation: 'tts' });
    expect(error.status ?? null).toBe(status);
  });

  test('the caller’s words are neither in the error nor in its cause', () => {
    const error = errorOfRequest(failure(3, 'Sentence starting with: "My card is 4580" is too long. And: "unclosed'));
    const { cause } = error as { readonly cause: Error };
    expect(`${error.message} ${cause.message} ${cause.stack}`).not.toMatch(/4580|unclosed/);
    expect(error.message).toContain('is too long');
  });

  test('details that cannot be read leave the status as it is', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0x1a, 0x7f]));
    expect(errorOfRequest(failure(8, 'Quota exceeded.', metadata))).toMatchObject({
      status: 429,
      retryAfterMs: undefined,
    });
  });

  test('only a refused request may be asked another way', () => {
    expect([3, 12, 13, 14, 16].map((code) => isRefusal(failure(code, '')))).toEqual([true, true, false, false, false]);
  });
});
