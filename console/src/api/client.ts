import type { z } from 'zod';
import type { API_ROUTES, ApiRouteName } from '../../../src/api/contract/contract.ts';
import type { AnswerOf, ApiProblem } from '../../../src/api/contract/route.ts';
import { ROUTES } from './routes.ts';

type Routes = typeof API_ROUTES;
type Part<R, K extends string> = R extends Record<K, infer S extends z.ZodType> ? z.input<S> : undefined;
type Body<R> = R extends { readonly body: 'csv' } ? string : Part<R, 'body'>;
type Given<T, K extends string> = T extends undefined ? { readonly [P in K]?: undefined } : { readonly [P in K]: T };
type MaybeGiven<T, K extends string> = { readonly [P in K]?: T | undefined };

export type RouteRequest<N extends ApiRouteName> = Given<Part<Routes[N], 'params'>, 'params'> &
  MaybeGiven<Part<Routes[N], 'query'>, 'query'> &
  Given<Body<Routes[N]>, 'body'>;

/** Routes that answer with JSON, not with a file or a socket. */
export type JsonRoute = { [N in ApiRouteName]: Routes[N]['answer'] extends z.ZodType ? N : never }[ApiRouteName];
export type ReadRoute = { [N in JsonRoute]: Routes[N]['method'] extends 'GET' ? N : never }[JsonRoute];
export type ChangeRoute = Exclude<JsonRoute, ReadRoute>;
export type Answer<N extends JsonRoute> = AnswerOf<Routes[N]>;

/** A refusal of the API, or no answer at all (`offline`). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, { code, fields, message }: ApiProblem) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields ?? {};
  }
}

interface Loose {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

export interface ApiClient {
  ask<N extends JsonRoute>(name: N, request: RouteRequest<N>, signal?: AbortSignal): Promise<Answer<N>>;
  /** Where a file of a call or a table can be fetched. */
  url<N extends ApiRouteName>(name: N, request: Omit<RouteRequest<N>, 'body'>): string;
  /** Of the session, sent back with everything that changes something. */
  setCsrf(value: string | null): void;
}

/** `onLoggedOut` is told whenever the server no longer knows the session. */
export function createClient(onLoggedOut: () => void): ApiClient {
  let csrf: string | null = null;
  return {
    async ask(name, request, signal) {
      const { body } = request as Loose;
      const method = ROUTES[name].split(' ')[0]!;
      const response = await fetch(urlOf(name, request as Loose), {
        method,
        credentials: 'same-origin',
        headers: headersOf(method, body, csrf),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      }).catch((error: unknown) => {
        if (signal?.aborted) throw error;
        throw new Problem(0, { code: 'offline', message: 'no answer' });
      });
      if (response.ok) return response.json();
      const problem = new Problem(response.status, await problemOf(response));
      if (response.status === 401 && name !== 'login') onLoggedOut();
      throw problem;
    },
    url: (name, request) => urlOf(name, request as Loose),
    setCsrf(value) {
      csrf = value;
    },
  };
}

function headersOf(method: string, body: unknown, csrf: string | null): Record<string, string> {
  const type =
    body === undefined ? undefined : typeof body === 'string' ? 'text/csv; charset=utf-8' : 'application/json';
  return {
    Accept: 'application/json',
    ...(type ? { 'Content-Type': type } : {}),
    ...(method !== 'GET' && csrf ? { 'X-Kav-Csrf': csrf } : {}),
  };
}

function urlOf(name: ApiRouteName, { params, query }: Loose): string {
  const path = ROUTES[name].split(' ')[1]!;
  const values = (params ?? {}) as Readonly<Record<string, string>>;
  const filled = path.replace(/\{(\w+)\}/g, (_all, key: string) => encodeURIComponent(values[key] ?? ''));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
  }
  return `/api${filled}${search.size > 0 ? `?${search}` : ''}`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const json: unknown = await response.json().catch(() => undefined);
  if (typeof json === 'object' && json !== null && 'code' in json) return json as ApiProblem;
  return { code: response.status === 429 ? 'too-fast' : 'unexpected', message: response.statusText };
}
