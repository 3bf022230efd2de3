/**
 * Every error Kav raises, by who must act. Each `code` has a heading in `docs/errors.md`. Cancellation is not here:
 * it is the platform's own `AbortError`.
 */
class KavError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.name = new.target.name;
  }
}

/** The operator must act: an environment variable, a flag or an agent file is wrong. Names the key and the remedy. */
export class ConfigError extends KavError {
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(key: string, problem: string, remedy: string, cause?: unknown) {
    super('config-invalid', `${key}: ${problem}. ${remedy}`, cause);
    this.key = key;
    this.problem = problem;
    this.remedy = remedy;
  }

  /** The same error, with the file that it is about. */
  within(file: string): ConfigError {
    return new ConfigError(`${file}: ${this.key}`, this.problem, this.remedy, this);
  }
}

/** A peer on the wire (Twilio, a tool, a stranger) broke its protocol; the message is dropped or the socket is closed. */
export class PeerProtocolError extends KavError {}

export interface ProviderErrorDetails {
  readonly provider: string;
  readonly operation: 'stt' | 'brain' | 'tts';
  readonly code: 'provider-unavailable' | 'provider-failed' | 'provider-timeout' | 'provider-misconfigured';
  readonly status?: number;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

/** A recogniser, brain or voice failed. `retryable` says whether the same request may succeed later. */
export class ProviderError extends KavError {
  readonly provider: string;
  readonly operation: ProviderErrorDetails['operation'];
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(details: ProviderErrorDetails, message: string, cause?: unknown) {
    super(details.code, `${details.provider} ${details.operation}: ${message}`, cause);
    this.provider = details.provider;
    this.operation = details.operation;
    this.status = details.status;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export interface StoreErrorDetails {
  readonly code: 'store-unavailable' | 'store-timeout' | 'store-failed';
  /** The same request may succeed later. */
  readonly retryable: boolean;
  /** PostgreSQL's five characters, when it answered at all. */
  readonly sqlState?: string;
}

/** The database is away, too slow, or refused a statement. Its message names no value of a row. */
export class StoreError extends KavError {
  readonly retryable: boolean;
  readonly sqlState: string | undefined;

  constructor(details: StoreErrorDetails, message: string, cause?: unknown) {
    super(details.code, message, cause);
    this.retryable = details.retryable;
    this.sqlState = details.sqlState;
  }
}

/** Our own bug: something that the code promises cannot be. Ends the call it happens in, never the process. */
export class StateError extends KavError {
  constructor(message: string, cause?: unknown) {
    super('state-impossible', message, cause);
  }
}

/** Asked for something that does not exist: a file, a journal, a call. */
export class NotFoundError extends KavError {
  constructor(what: string, remedy: string, cause?: unknown) {
    super('not-found', `${what} not found. ${remedy}`, cause);
  }
}
