import { describe, expect, test } from 'vitest';
import { StoreError } from '../core/errors.ts';
import { isContention, isOfTheData, toConnectError, toStoreError } from './failures.ts';

const failure = (fields: object, message = 'value "0541234567" is wrong'): Error =>
  Object.assign(new Error(message), fields);

describe('what a database client throws', () => {
  test.each([
    [{ code: 'ECONNREFUSED' }, 'store-unavailable', true],
    [{ code: 'ECONNRESET' }, 'store-unavailable', true],
    [{}, 'store-unavailable', true], // the connection ended without a word
    [{ code: '57P01' }, 'store-unavailable', true],
    [{ code: '57P03' }, 'store-unavailable', true],
    [{ code: '25006' }, 'store-unavailable', true],
    [{ code: '57014' }, 'store-timeout', true],
    [{ code: '55P03' }, 'store-timeout', true],
    [{ code: '40001' }, 'store-failed', true],
    [{ code: '40P01' }, 'store-failed', true],
    [{ code: '53100' }, 'store-failed', true], // the server's disk is full
    [{ code: '23505', constraint: 'calls_pkey' }, 'store-failed', false],
    [{ code: '42P01' }, 'store-failed', false],
  ])('%j is %s', (fields, code, retryable) => {
    const error = toStoreError(failure(fields));
    expect(error).toMatchObject({ code, retryable });
    if (error.sqlState !== undefined) expect(error.message).not.toContain('0541234567');
  });

  test('the name of the constraint is told, the values are not', () => {
    expect(toStoreError(failure({ code: '23505', constraint: 'calls_pkey' })).message).toContain('calls_pkey');
  });

  test('several addresses that refuse are one refusal', () => {
    const error = toStoreError(
      new AggregateError([failure({ code: 'ECONNREFUSED' }, 'connect ECONNREFUSED ::1:5432')]),
    );
    expect(error.message).toContain('ECONNREFUSED ::1:5432');
  });

  test('who connects is told what the server says', () => {
    const refused = failure({ code: '28P01' }, 'password authentication failed for user "kav"');
    const error = toConnectError(toStoreError(refused));
    expect(error).toMatchObject({ code: 'store-unavailable', sqlState: '28P01' });
    expect(error.message).toContain('password authentication failed');
  });

  test('our own errors stay, and tell contention and bad data apart', () => {
    const own = new StoreError({ code: 'store-timeout', retryable: true }, 'late');
    expect(toStoreError(own)).toBe(own);
    expect(isContention(toStoreError(failure({ code: '40P01' })))).toBe(true);
    expect(isContention(own)).toBe(false);
    expect(isOfTheData(toStoreError(failure({ code: '22P05' })))).toBe(true);
    expect(isOfTheData(toStoreError(failure({ code: '40001' })))).toBe(false);
    expect(isOfTheData(new Error('23505'))).toBe(false);
  });
});
