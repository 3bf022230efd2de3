import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, isIPv6, type Socket } from 'node:net';
import formbody from '@fastify/formbody';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type RouteHandlerMethod,
} from 'fastify';
import type { CallDesk } from '../call/desk.ts';
import type { Clock } from '../core/clock.ts';
import { StateError } from '../core/errors.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { originFromRequest, type PublicOrigin } from '../twilio/public-origin.ts';
import type { BrowserPhones } from './browser-phones.ts';
import type { OpenConsole } from './console-door.ts';
import { type ConsoleGate, createConsoleGate } from './console-gate.ts';
import type { ServerContext } from './context.ts';
import { createDeskSlot } from './desk-slot.ts';
import { createDrain } from './drain.ts';
import { createNotFound, problemPhrase, sendProblem } from './fallback.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
import { MediaUpgrade } from './media-upgrade.ts';
import { createPage } from './page.ts';
import { createProbes } from './probes.ts';
import { createRefusalLog } from './refusal-log.ts';
import { type Access, ROUTES, type RouteName } from './routes.ts';
import { parseTrustedProxies } from './trusted-proxies.ts';
import type { Webhooks } from './webhooks.ts';

export interface HttpServerOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
  /** Where Twilio reaches this server. Without it the request tells, and forwarded headers only from a trusted proxy. */
  readonly publicOrigin?: PublicOrigin | undefined;
  /** Addresses, CIDR ranges, `loopback`, `private`. */
  readonly trustedProxies: readonly string[];
  /** Read for each request. */
  readonly authTokens: () => readonly string[];
  /** Until a promised desk is there, callers hear that we cannot answer yet. */
  readonly desk: CallDesk | Promise<CallDesk>;
  /** What Twilio speaks before the desk is there (BCP 47); `en-US` when absent. */
  readonly language?: string | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Incoming calls hear one sentence and no agent. */
  readonly sayOnly?: boolean | undefined;
  readonly deployId?: string | undefined;
  readonly version: string;
  readonly limits?: Partial<ServerLimits> | undefined;
  /** The console and its API; loaded when somebody first asks for it. */
  readonly console?: OpenConsole | undefined;
  /** Browsers that may call the agent. */
  readonly phones?: BrowserPhones | undefined;
}

export interface HttpServer {
  /** For a client on the same machine: a wildcard host is shown as loopback. */
  readonly url: string;
  readonly port: number;
  readonly openSockets: number;
  /** Media sockets that have not sent a valid `start` yet. */
  readonly pendingSockets: number;
  /** Refuses new calls and resolves when the running ones have ended. Idempotent. */
  startDrain(): Promise<void>;
  /** Closes every media socket and connection, and the port. The desk is its owner's to close, before this. */
  close(): Promise<void>;
}

/** Listens at once, whatever the desk still has to load. Rejects when the port cannot be had. */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const context = createContext(options);
  const media = new MediaUpgrade(context);
  const webhooks = lazyWebhooks(context);
  const gate = createGate(options, context);
  const app = createApp(context, webhooks, gate);
  app.server.on('upgrade', (request, socket, head) =>
    gate.upgrade(request, socket, head, () => media.upgrade(request, socket, head)),
  );
  await app.listen({ port: options.port, host: options.host });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://${localHost(options.host)}:${port}`;
  context.log.info('SERVER_START', { url, version: options.version });
  webhooks().catch((error: unknown) => context.log.error('SERVER_FAULT', { error }));
  context.slot.arrival.then((desk) => desk && context.log.info('SERVER_READY', { language: desk.language }));
  let closing: Promise<void> | undefined;
  return {
    url,
    port,
    get openSockets() {
      return media.openSockets;
    },
    get pendingSockets() {
      return media.pendingSockets;
    },
    startDrain: () => context.drain.start(),
    close: () => {
      closing ??= closeAll(context, { media, gate, app });
      return closing;
    },
  };
}

type LazyWebhooks = () => Promise<Webhooks>;

/** The TwiML builder and the form schemas take as long to load as all else here together: the port opens first. */
function lazyWebhooks(context: ServerContext): LazyWebhooks {
  let loaded: Promise<Webhooks> | undefined;
  return () => {
    loaded ??= import('./webhooks.ts').then(({ createWebhooks }) => createWebhooks(context));
    return loaded;
  };
}

function whenLoaded(webhooks: LazyWebhooks, name: keyof Webhooks): RouteHandlerMethod {
  return async function answer(request, reply) {
    const handlers = await webhooks();
    return handlers[name].call(this, request, reply);
  };
}

interface OpenParts {
  readonly media: MediaUpgrade;
  readonly gate: ConsoleGate;
  readonly app: FastifyInstance;
}

async function closeAll(context: ServerContext, { app, gate, media }: OpenParts): Promise<void> {
  await Promise.all([media.close(), gate.close()]);
  await app.close();
  context.log.info('SERVER_STOP');
}

function createContext(options: HttpServerOptions): ServerContext {
  const { clock, log, metrics, publicOrigin } = options;
  const slot = createDeskSlot(options.desk, log);
  const proxies = parseTrustedProxies(options.trustedProxies);
  return {
    clock,
    log,
    metrics,
    refusals: createRefusalLog(clock, log),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    slot,
    drain: createDrain(slot, log),
    proxies,
    authTokens: options.authTokens,
    originOf: (request) => publicOrigin ?? requestedOrigin(request, proxies.sent(request)),
    requestedOriginOf: (request) => requestedOrigin(request, proxies.sent(request)),
    phones: options.phones,
    language: options.language ?? 'en-US',
    sayOnly: options.sayOnly ?? false,
    deployId: options.deployId,
    version: options.version,
  };
}

function createGate(options: HttpServerOptions, { clock, log, originOf, proxies }: ServerContext): ConsoleGate {
  const surroundings = {
    clock,
    originOf,
    requestedOriginOf: (request: IncomingMessage) => requestedOrigin(request, proxies.sent(request)),
    addressOf: (request: IncomingMessage) => proxies.clientAddress(request),
  };
  return createConsoleGate({ open: options.console, surroundings, log });
}

function requestedOrigin({ headers, socket }: IncomingMessage, trusted: boolean): PublicOrigin | undefined {
  return originFromRequest({
    forwardedProto: headers['x-forwarded-proto']?.toString(),
    forwardedHost: headers['x-forwarded-host']?.toString(),
    host: headers.host,
    trusted,
    encrypted: 'encrypted' in socket,
  });
}

function createApp(context: ServerContext, webhooks: LazyWebhooks, gate: ConsoleGate): FastifyInstance {
  const { limits } = context;
  const app = fastify({
    serverFactory: (listener) =>
      createNodeServer(
        (request, response) => gate.request(request, response, () => listener(request, response)),
        limits,
      ),
    bodyLimit: limits.bodyBytes,
    forceCloseConnections: true,
    // Forms are checked where they are read. Without these, Fastify would load Ajv: 30 ms before the port is open.
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error, request, reply) => void sendProblem(request, reply, 400),
  });
  app.removeAllContentTypeParsers();
  app.register(formbody, { bodyLimit: limits.bodyBytes });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' });
    done();
  });
  app.setNotFoundHandler(createNotFound(context));
  app.setErrorHandler(createErrorAnswer(context, 'open'));
  addRoutes(app, context, webhooks);
  return app;
}

function refuseSchema(): never {
  throw new StateError('a route was given a schema');
}

function addRoutes(app: FastifyInstance, context: ServerContext, webhooks: LazyWebhooks): void {
  const handlers = createHandlers(context, webhooks);
  for (const { name, method, path, access } of ROUTES) {
    app.route({ method, url: path, handler: handlers[name], errorHandler: createErrorAnswer(context, access) });
  }
}

function createErrorAnswer(context: ServerContext, access: Access) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const status = error.statusCode ?? 500;
    if (status >= 500) context.log.error('SERVER_FAULT', { route: request.routeOptions.url, error });
    if (access === 'signed-effects') return reply.code(204).send();
    // A body that cannot be read as a form has no signature that could be checked.
    if (access === 'signed' && status < 500 && status !== 413) return sendProblem(request, reply, 403);
    return sendProblem(request, reply, status);
  };
}

function createHandlers(context: ServerContext, webhooks: LazyWebhooks): Record<RouteName, RouteHandlerMethod> {
  const probes = createProbes(context);
  const upgradeRequired: RouteHandlerMethod = (_request, reply) =>
    reply
      .code(426)
      .headers({ Upgrade: 'websocket', Connection: 'Upgrade' })
      .type('text/plain; charset=utf-8')
      .send('Upgrade Required');
  return {
    'incoming-call': whenLoaded(webhooks, 'incomingCall'),
    'incoming-call-preview': whenLoaded(webhooks, 'incomingCallPreview'),
    'stream-status': whenLoaded(webhooks, 'streamStatus'),
    'stream-ended': whenLoaded(webhooks, 'streamEnded'),
    'recording-done': whenLoaded(webhooks, 'recordingDone'),
    media: upgradeRequired,
    'media-slash': upgradeRequired,
    healthz: probes.healthz,
    readyz: probes.readyz,
    version: probes.version,
    metrics: probes.metrics,
    page: createPage(context),
  };
}

function createNodeServer(listener: Parameters<typeof createServer>[1], limits: ServerLimits): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      // Node looks for slow requests only this often.
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(limits.headersTimeoutMs / 4)),
      // Longer than the minute that load balancers keep a connection: the side that closes first must not be ours.
      keepAliveTimeout: 72_000,
      // Any other `Upgrade`, such as curl's offer of HTTP/2, is an ordinary request.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    listener,
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = 1_000;
  return server;
}

/** What is not even HTTP: answered in text, where Fastify would send JSON. */
function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const statuses: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
  const status = statuses[error.code ?? ''] ?? 400;
  const phrase = problemPhrase(status);
  const headers = `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${phrase.length}\r\nConnection: close`;
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${phrase}\r\n${headers}\r\n\r\n${phrase}`);
}

function localHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIPv6(host) ? `[${host}]` : host;
}
