/** From what went wrong to what the client is told: a code, a sentence, never a detail of ours. */
import { StoreError } from '../../core/errors.ts';
import type { ApiProblem } from '../contract/route.ts';
import { ApiRefusal } from '../handler.ts';

export interface Problem extends ApiProblem {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** A fault of ours, to be logged. */
  readonly isFault?: true;
}

/** How long a client waits when the database is away. */
const STORE_RETRY_SECONDS = 2;

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiRefusal) {
    const { code, fields, message, retryAfterSeconds, status } = error;
    return {
      status,
      code,
      message,
      ...(fields === undefined ? {} : { fields }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  }
  if (error instanceof StoreError && error.code !== 'store-failed') {
    const message = 'The database is away; nothing was changed. Try again.';
    return { status: 503, code: 'store-away', message, retryAfterSeconds: STORE_RETRY_SECONDS };
  }
  return ofTheFramework(error) ?? { status: 500, code: 'fault', message: 'A fault of the server.', isFault: true };
}

/** What Fastify refuses before a handler of ours is asked. */
function ofTheFramework(error: unknown): Problem | undefined {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return { status, code: 'too-large', message: 'The body of the request is too large.' };
  if (status === 415) {
    return {
      status,
      code: 'media-type',
      message: 'The body must be application/json, or text/csv where a file is sent.',
    };
  }
  if (status >= 400 && status < 500) return { status: 400, code: 'invalid', message: 'The request cannot be read.' };
  return undefined;
}

export function bodyOf({ code, fields, message }: Problem): string {
  const problem: ApiProblem = { code, message, ...(fields === undefined ? {} : { fields }) };
  return JSON.stringify(problem);
}
