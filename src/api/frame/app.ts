/** The API as a Fastify app of its own, made from the route table. It listens nowhere: the server hands requests in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { StateError } from '../../core/errors.ts';
import type { Log } from '../../observe/log.ts';
import type { ConsoleSurroundings } from '../../server/console-door.ts';
import { API_ROUTES, type ApiRouteName } from '../contract/contract.ts';
import type { ApiRoute } from '../contract/route.ts';
import { ApiRefusal, type FileAnswer } from '../handler.ts';
import type { VisitHandlers, VisitRequest } from '../visit.ts';
import { writeCookie } from './cookies.ts';
import type { Guard, Guest } from './guard.ts';
import { apiHeaders } from './headers.ts';
import type { Pace } from './pace.ts';
import { createShapes } from './parse.ts';
import { problemOf } from './problems.ts';
import { readRequestOrigin } from './request-origin.ts';
import { allowedMethods, bodyBytesOf } from './route-facts.ts';
import { sendFile, sendJson, sendProblem } from './send.ts';

/** Any handler: each is given what its route says, which types can only tell one by one. */
type AnyHandler = (request: VisitRequest<ApiRoute>) => Promise<unknown>;

export interface ApiAppOptions {
  readonly guard: Guard;
  /** A route without one answers 503. */
  readonly handlers: Partial<VisitHandlers<ApiRouteName>>;
  readonly surroundings: ConsoleSurroundings;
  readonly pace: Pace;
  readonly log: Log;
}

export interface ApiApp {
  answer(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

export async function openApiApp(options: ApiAppOptions): Promise<ApiApp> {
  const app = createApp(options);
  const guests = new WeakMap<FastifyRequest, Guest>();
  for (const [name, route] of Object.entries(API_ROUTES)) {
    addRoute(app, { options, name: name as ApiRouteName, route, guests });
  }
  await app.ready();
  return {
    answer: (request, response) => app.routing(request, response),
    close: () => app.close(),
  };
}

function createApp({ log, pace, surroundings }: ApiAppOptions): FastifyInstance {
  const app = fastify({
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: (_error, _request, reply) => void sendProblem(reply, NOT_FOUND),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(apiHeaders(readRequestOrigin(request.raw, surroundings)));
    if (!pace(surroundings.addressOf(request.raw))) {
      throw new ApiRefusal(429, 'too-fast', 'Too many requests from this address.', undefined, 1);
    }
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(request.raw);
    return allowed === undefined
      ? sendProblem(reply, NOT_FOUND)
      : sendProblem(reply.header('Allow', allowed), { ...NOT_FOUND, status: 405, code: 'method-not-allowed' });
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.isFault) log.error('SERVER_FAULT', { route: request.routeOptions.url, error });
    return sendProblem(reply, problem);
  });
  return app;
}

const NOT_FOUND = { status: 404, code: 'not-found', message: 'There is nothing here.' } as const;

function refuseSchema(): never {
  throw new StateError('a route was given a schema');
}

interface RouteParts {
  readonly options: ApiAppOptions;
  readonly name: ApiRouteName;
  readonly route: ApiRoute;
  readonly guests: WeakMap<FastifyRequest, Guest>;
}

function addRoute(app: FastifyInstance, { guests, name, options, route }: RouteParts): void {
  const { guard, handlers, surroundings } = options;
  const shapes = createShapes(route);
  app.route({
    method: route.method,
    url: `/api${route.path.replace(/\{(\w+)\}/g, ':$1')}`,
    bodyLimit: bodyBytesOf(name, route),
    // Before the body is read: a stranger's is not even parsed.
    onRequest: async (request) => {
      const origin = readRequestOrigin(request.raw, surroundings);
      guests.set(request, await guard.admit(route, request.raw, origin));
    },
    handler: async (request, reply) => {
      if (route.answer === 'socket') throw upgradeRequired(reply);
      const handler = handlers[name] as AnyHandler | undefined;
      if (!handler) throw new ApiRefusal(503, 'not-built', 'This part is not there yet.');
      checkMediaType(route, request);
      const answer = await handler({
        ...readGuest(guests.get(request)!, request, { reply, surroundings }),
        params: shapes.params(request.params),
        query: shapes.query(request.query),
        body: shapes.body(request.body),
        range: request.headers.range,
      } as VisitRequest<ApiRoute>);
      if ('file' in route.answer) {
        return sendFile(reply, answer as FileAnswer, { type: route.answer.file, range: request.headers.range });
      }
      return sendJson(reply, shapes.answer(answer));
    },
  });
}

function upgradeRequired(reply: FastifyReply): ApiRefusal {
  reply.headers({ Upgrade: 'websocket', Connection: 'Upgrade' });
  return new ApiRefusal(426, 'upgrade-required', 'This is a WebSocket.');
}

/** Each route takes one kind of body; whoever sends none at all to a route without a body says no kind. */
function checkMediaType(route: ApiRoute, { headers }: FastifyRequest): void {
  const expected = route.body === 'csv' ? 'text/csv' : 'application/json';
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === expected || (type === undefined && route.body === undefined)) return;
  throw new ApiRefusal(415, 'media-type', `The body must be ${expected}.`);
}

function readGuest(
  { caller, origin, sessionSecret }: Guest,
  request: FastifyRequest,
  { reply, surroundings }: { readonly reply: FastifyReply; readonly surroundings: ConsoleSurroundings },
): Pick<VisitRequest<ApiRoute>, 'caller' | 'visit'> {
  const visit = {
    address: surroundings.addressOf(request.raw),
    userAgent: request.headers['user-agent'] ?? '',
    origin: origin.own,
    keepsCookies: origin.isHttps || origin.isLoopback,
    sessionSecret,
    setSession: (secret: string | undefined) => void reply.header('Set-Cookie', writeCookie(origin.cookie, secret)),
  };
  return { caller, visit };
}
