import { readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { errorOfSdk } from './sdk-error.ts';

const who = { provider: 'acme', operation: 'brain' } as const;
const bodyOf = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
const headers = new Headers({ 'retry-after': '20' });

describe("errors of the vendors' SDKs", () => {
  test('an empty account is not busy', () => {
    const { error } = bodyOf('./openai/fixtures/error-insufficient-quota.json');
    expect(errorOfSdk(who, OpenAI.APIError.generate(429, { error }, undefined, headers))).toMatchObject({
      code: 'provider-misconfigured',
      retryable: false,
      status: 429,
      message: 'acme brain: insufficient_quota: no credit left',
    });
  });

  test('a busy server says how long', () => {
    const error = { message: 'secret', type: 'tokens', code: 'rate_limit_exceeded' };
    expect(errorOfSdk(who, OpenAI.APIError.generate(429, { error }, undefined, headers))).toMatchObject({
      code: 'provider-failed',
      retryable: true,
      retryAfterMs: 20_000,
      message: 'acme brain: HTTP 429, rate_limit_exceeded',
    });
  });

  test('an error in the middle of a stream has no status', () => {
    const body = bodyOf('./anthropic/fixtures/error-overloaded.json');
    const error = new Anthropic.APIError(undefined, body, undefined, headers);
    expect(errorOfSdk(who, error)).toMatchObject({
      code: 'provider-failed',
      retryable: true,
      message: 'acme brain: an error in its answer, overloaded_error',
    });
  });

  test("the vendor's own words are not passed on", () => {
    const error = { message: 'Incorrect API key provided: sk-abc', type: 'what the caller said', code: null };
    const mapped = errorOfSdk(who, OpenAI.APIError.generate(401, { error }, undefined, headers));
    expect([mapped.message, mapped.cause]).toEqual(['acme brain: HTTP 401', undefined]);
  });

  test.each<[string, unknown, string]>([
    ['a refused connection', new OpenAI.APIConnectionError({ cause: fetchFailed('ECONNREFUSED') }), 'ECONNREFUSED'],
    ['no address that answers', new TypeError('fetch failed', { cause: several('ETIMEDOUT') }), 'ETIMEDOUT'],
    [
      'a cut body',
      new TypeError('terminated', { cause: coded('UND_ERR_SOCKET', 'other side closed') }),
      'other side closed',
    ],
    [
      'a certificate',
      new TypeError('fetch failed', { cause: coded('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed') }),
      'self-signed',
    ],
    ['a reset', coded('ECONNRESET', 'read ECONNRESET'), 'ECONNRESET'],
  ])('%s', (_label, error, message) => {
    const mapped = errorOfSdk(who, error);
    expect(mapped).toMatchObject({ code: 'provider-unavailable', retryable: true });
    expect(mapped.message).toContain(message);
  });

  test.each([new SyntaxError('Unexpected token in "what the model said"'), 'a string', undefined, null])(
    '%j is an answer that cannot be read',
    (error) => {
      const mapped = errorOfSdk(who, error);
      expect(mapped).toMatchObject({ code: 'provider-failed', retryable: true });
      expect(mapped.cause).toBeUndefined();
      expect(mapped.message).toBe('acme brain: an answer that cannot be read');
    },
  );
});

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function fetchFailed(code: string): Error {
  return new TypeError('fetch failed', { cause: coded(code, `connect ${code} 127.0.0.1:9`) });
}

function several(code: string): Error {
  return Object.assign(new AggregateError([], ''), { code });
}
