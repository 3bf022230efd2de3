/** From what a database client throws to our own error. */
import { StoreError } from '../core/errors.ts';

/** The connection is of no use any more: lost, shut down, or on a server that has become a read-only replica. */
const LOST = /^(?:08...|57P0[1-5]|25006)$/;
/** Of a passing nature: contention, shortage, a cancelled statement, an operator's intervention. */
const PASSING = /^(?:40...|53...|55P03|57...|58...|25P0[2-4])$/;
const TOO_SLOW = new Set(['57014', '55P03', '25P03', '25P04']);
/** Bad values in the statement, rather than a bad statement. */
const OF_THE_DATA = /^(?:22|23)...$/;

interface ClientError {
  readonly message: string;
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly routine?: unknown;
}

export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { message, code, constraint } = asClientError(error);
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return unavailable(message, error);
  if (LOST.test(code)) return unavailable(`the database gave up the connection (${code})`, error, code);
  if (TOO_SLOW.has(code)) {
    const details = { code: 'store-timeout', retryable: true, sqlState: code } as const;
    return new StoreError(details, `the statement took too long (${code})`, error);
  }
  const where = typeof constraint === 'string' ? `, ${constraint}` : '';
  const details = { code: 'store-failed', retryable: PASSING.test(code), sqlState: code } as const;
  return new StoreError(details, `the database refused the statement (${code}${where})`, error);
}

/** While connecting, whatever goes wrong means that there is no database to work with. */
export function toConnectError(error: unknown): StoreError {
  const known = toStoreError(error);
  if (known.code === 'store-unavailable') return known;
  // What the server says to somebody who connects is for the operator: no such database, wrong password, too many.
  const { message } = asClientError(known.cause ?? known);
  return unavailable(message.replace(/^store: /, ''), known, known.sqlState);
}

export function unavailable(reason: string, cause?: unknown, sqlState?: string): StoreError {
  const details = { code: 'store-unavailable', retryable: true } as const;
  return new StoreError(sqlState === undefined ? details : { ...details, sqlState }, `store: ${reason}`, cause);
}

export function tooSlow(budgetMs: number): StoreError {
  return new StoreError({ code: 'store-timeout', retryable: true }, `store: no answer within ${budgetMs} ms`);
}

/** Trying the same again at once may succeed: two transactions were in each other's way. */
export function isContention(error: unknown): boolean {
  return error instanceof StoreError && (error.sqlState === '40001' || error.sqlState === '40P01');
}

export function isOfTheData(error: unknown): boolean {
  return error instanceof StoreError && error.sqlState !== undefined && OF_THE_DATA.test(error.sqlState);
}

function asClientError(error: unknown): ClientError {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  return error instanceof Error ? error : { message: String(error) };
}
