/**
 * A route of the console's API as data. The server, `/api/openapi.json`, the authorisation matrix of the tests and the
 * console's client are all made from these, so that they cannot tell different stories.
 */
import type { z } from 'zod';

/**
 * Who may use a route; each role may do what those before it may.
 * - `anonymous`: no session yet: the way in.
 * - `viewer`: sees calls and people.
 * - `operator`: listens to live calls, acts in them, and works with people.
 * - `owner`: users, keys, what agents say, erasure, the audit log.
 */
export const ROLES = ['anonymous', 'viewer', 'operator', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api`, with `{name}` for each parameter. */
  readonly path: `/${string}`;
  readonly role: Role;
  /** Whether an API key may use it; without this only a person's session may. */
  readonly keys?: true;
  /** One line for the documentation. */
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** A JSON object, or the text of a CSV file. */
  readonly body?: z.ZodObject | z.ZodDiscriminatedUnion | 'csv';
  /** JSON, a file of that media type, or a WebSocket. */
  readonly answer: z.ZodType | File | 'socket';
}

interface File {
  readonly file: 'text/csv' | 'audio/wav' | 'application/x-ndjson' | 'application/json';
}

type Infer<S> = S extends z.ZodType ? z.output<S> : undefined;

export type ParamsOf<R extends ApiRoute> = Infer<R['params']>;
export type QueryOf<R extends ApiRoute> = Infer<R['query']>;
export type BodyOf<R extends ApiRoute> = R['body'] extends 'csv' ? string : Infer<R['body']>;
export type AnswerOf<R extends ApiRoute> = R['answer'] extends z.ZodType ? z.output<R['answer']> : never;

/** What every refusal of the API looks like, with a status of 4xx or 5xx. */
export interface ApiProblem {
  /** For programs; `docs/api.md` lists them. */
  readonly code: string;
  /** For people, in English; the console has its own words for each code. */
  readonly message: string;
  /** Which fields of the request are wrong, and why. */
  readonly fields?: Readonly<Record<string, string>>;
}
