/** What a handler of the API is given, and what it may answer. The frame has checked role, CSRF and shapes before. */
import type { Readable } from 'node:stream';
import type { UserRole } from './contract/accounts.ts';
import type { API_ROUTES, ApiRouteName } from './contract/contract.ts';
import type { AnswerOf, ApiRoute, BodyOf, ParamsOf, QueryOf } from './contract/route.ts';

/** Who asks. An API key has no session. */
export interface Caller {
  readonly tenant: string;
  /** For the audit log: the address of a user, `key:name`, or `anonymous`. */
  readonly actor: string;
  readonly userId: string | undefined;
  readonly role: UserRole | 'anonymous';
  readonly sessionHash: string | undefined;
}

export interface ApiRequest<R extends ApiRoute> {
  readonly caller: Caller;
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  /** The header `Range`, for files. */
  readonly range: string | undefined;
}

/** A file to be read or saved; `name` is what the browser saves it as. */
export interface FileAnswer {
  readonly name: string;
  readonly body: string | Uint8Array | Readable;
  /** Of the whole file, when it is known: then ranges can be served. */
  readonly bytes?: number;
  /** Which of it `body` holds, when a range was asked for; `to` is the last byte, included. */
  readonly part?: { readonly from: number; readonly to: number };
}

export type Answer<R extends ApiRoute> = R['answer'] extends { readonly file: string } ? FileAnswer : AnswerOf<R>;

export type Handler<R extends ApiRoute> = (request: ApiRequest<R>) => Promise<Answer<R>>;

/** The handlers of some routes: each folder makes those of its own. Throws `ApiRefusal` for what cannot be done. */
export type Handlers<N extends ApiRouteName> = { readonly [K in N]: Handler<(typeof API_ROUTES)[K]> };

/** A refusal that the client can do something about: 4xx with its code. */
export class ApiRefusal extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 426 | 429 | 503;
  readonly code: string;
  readonly fields: Readonly<Record<string, string>> | undefined;
  /** When the same may be asked again, where that can be told. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: ApiRefusal['status'],
    code: string,
    message: string,
    fields?: Readonly<Record<string, string>>,
    retryAfterSeconds?: number,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
