/** The composition root: everything a running Kav is made of is put together here, and nowhere else. */
import nodeCluster from 'node:cluster';
import { hostname } from 'node:os';
import path from 'node:path';
import { createRealClock } from '../call/real-clock.ts';
import { ConfigError } from '../core/errors.ts';
import type { Live } from '../live/live.ts';
import { createMetrics, type Metrics } from '../observe/metrics.ts';
import type { FlushableLog } from '../observe/pino-log.ts';
import { createLog } from '../observe/pino-log.ts';
import { noTraces, type Traces } from '../observe/traces.ts';
import { noWatchFeed, openWatchFeed, WATCH_FOLDER, type WatchFeed } from '../observe/watch-feed.ts';
import { watchedLog } from '../observe/watched-log.ts';
import { type HttpServer, openHttpServer } from '../server/http-server.ts';
import type { Store } from '../store/store.ts';
import { httpUrl } from '../twilio/public-origin.ts';
import { collectYoungGarbageAlone } from './collect-alone.ts';
import { authTokensOf, parseEnvironment, publicOriginOf, type RawEnvironment } from './config.ts';
import type { Environment } from './environment.ts';
import type { LoadedDesk, Parts, ReadyAgent } from './load-desk.ts';
import { VERSION } from './version.ts';

export interface Kav {
  readonly url: string;
  readonly port: number;
  readonly authToken: string;
  /** Where the journals of calls are. */
  readonly journalFolder: string;
  /** Resolves when the agent can take calls. Rejects, mostly with `ConfigError`, when it never will. */
  readonly ready: Promise<ReadyAgent>;
  /** Refuses new calls; resolves when the running ones have ended. */
  drain(): Promise<void>;
  /**
   * A link for the console's first owner, good once and for a day; undefined when there is one already. Once the store is
   * there.
   */
  setupLink(): Promise<string | undefined>;
  /** For those who look on at the calls in this process, and the store whose news they are told. */
  readonly looking: Promise<{ readonly live: Live; readonly store: Store }>;
  /** Resolves when the store is there for the first time; calls are taken before. Rejects when it never will be. */
  readonly stored: Promise<void>;
  /** How long `drain` may take before the calls that are left must leave. */
  readonly drainMs: number;
  /** Whether another node can take the calls. */
  hasOthers(): Promise<boolean>;
  /** Has another node go on with each call, from its next border between turns; resolves when all have gone. */
  handOver(withinMs: number): Promise<void>;
  /** Notes a bug that nothing else has caught. */
  fault(error: unknown): void;
  /** Apologises to the callers that are left; resolves when they have gone. */
  endCalls(): Promise<void>;
  /** Ends what is left and lets go of everything. Idempotent. */
  close(): Promise<void>;
}

/** What is given instead of what would be made. */
export interface GivenParts {
  readonly metrics?: Metrics;
}

/** Listens first, then loads the agent and its providers. Throws `ConfigError` for a wrong environment. */
export async function openKav(raw: RawEnvironment, isTerminal: boolean, given: GivenParts = {}): Promise<Kav> {
  const environment = parseEnvironment(raw);
  collectYoungGarbageAlone();
  const clock = createRealClock();
  const metrics = given.metrics ?? (await ownOrSharedMetrics());
  const pretty = environment.LOG_FORMAT === undefined ? isTerminal : environment.LOG_FORMAT === 'pretty';
  const { DATABASE_URL, KAV_NODE = hostname() } = environment;
  const node = DATABASE_URL === undefined ? {} : { node: KAV_NODE };
  const plainLog = createLog({ level: environment.LOG_LEVEL, pretty, pii: environment.LOG_PII, ...node });
  const publicOrigin = publicOriginOf(environment);
  const authTokens = await authTokensOf(environment);
  const journalFolder = path.resolve(environment.KAV_DATA_DIR, 'journals');
  const watchFeed = await openFeed(environment, plainLog);
  const log = watchedLog(plainLog, watchFeed);
  const traces = await openTraces(environment, log);
  const parts: Parts = { environment, raw, clock, metrics, traces, log, watchFeed, journalFolder, authTokens };
  const loading = import('./load-desk.ts').then(({ loadDesk }) => loadDesk(parts));
  loading.catch(() => {}); // reported through `ready`; a desk that never comes is answered for by the server
  const opening = openHttpServer({
    port: environment.PORT,
    host: environment.HOST,
    ...(publicOrigin === undefined ? {} : { publicOrigin }),
    trustedProxies: environment.TRUSTED_PROXIES.split(',').map((proxy) => proxy.trim()),
    authTokens: () => authTokens,
    desk: loading.then(({ desk }) => desk),
    log,
    metrics,
    clock,
    sayOnly: environment.KAV_SAY_ONLY,
    deployId: environment.DEPLOY_ID,
    version: VERSION,
    console: async (surroundings) => {
      const [{ openConsole }, loaded] = await Promise.all([import('./console.ts'), loading]);
      return openConsole({ parts, loaded, surroundings, port: () => server.port });
    },
    phones: {
      admit: async (proof) => (await loading).phones.admit(proof),
      ended: (callSid) => void loading.then(({ phones }) => phones.ended(callSid)),
    },
  });
  const server = await opening.catch(async (error: unknown) => {
    await closeLoaded(loading, parts);
    throw portProblem(error, environment);
  });
  return {
    url: server.url,
    port: server.port,
    authToken: authTokens[0]!,
    journalFolder,
    ready: loading.then(({ ready }) => ready),
    drain: () => server.startDrain(),
    setupLink: async () => {
      const [{ offerSetupLink }, loaded] = await Promise.all([import('./console.ts'), loading]);
      return offerSetupLink(loaded, publicOrigin ? httpUrl(publicOrigin, '/').slice(0, -1) : server.url);
    },
    looking: quiet(loading.then(({ keeping, live }) => ({ live, store: keeping.store }))),
    stored: quiet(loading.then(({ keeping }) => keeping.store.ready)),
    drainMs: environment.KAV_DRAIN_SECONDS * 1_000,
    hasOthers: async () => (await loading.catch(() => undefined))?.desk.hasOthers ?? false,
    handOver: async (withinMs) => (await loading).desk.handOver(withinMs),
    fault: (error) => log.error('SERVER_FAULT', { error: error instanceof Error ? error.stack : String(error) }),
    endCalls: async () => (await loading).desk.endCalls(),
    close: once(() => closeAll(server, loading, parts)),
  };
}

/** Whoever does not ask need not be told. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A machine that gives no socket serves calls all the same. */
async function openFeed({ KAV_DATA_DIR }: Environment, log: FlushableLog): Promise<WatchFeed> {
  const folder = path.resolve(KAV_DATA_DIR, WATCH_FOLDER);
  try {
    return await openWatchFeed({ folder, name: String(process.pid), workingFolder: process.cwd() });
  } catch (error) {
    log.warn('PROVIDER_NOTE', { note: `kav doctor --watch cannot follow this process: ${error}` });
    return noWatchFeed;
  }
}

/** The packages of OpenTelemetry are loaded only when somebody is there to receive. */
async function openTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Environment, log: FlushableLog): Promise<Traces> {
  if (endpoint === undefined) return noTraces;
  const { openOtlpTraces } = await import('../observe/otlp-traces.ts');
  const onError = (error: unknown): void => log.warn('PROVIDER_NOTE', { note: `spans were not sent: ${error}` });
  return openOtlpTraces({ endpoint, now: Date.now, version: VERSION, onError });
}

async function closeAll(server: HttpServer, loading: Promise<LoadedDesk>, parts: Parts): Promise<void> {
  const loaded = await loading.catch(() => undefined);
  await loaded?.desk.close();
  await server.close();
  await closeLoaded(loading, parts);
}

async function closeLoaded(loading: Promise<LoadedDesk>, { log, metrics, traces, watchFeed }: Parts): Promise<void> {
  const loaded = await loading.catch(() => undefined);
  await loaded?.desk.close();
  loaded?.live.close();
  await loaded?.versions.close();
  await Promise.all([loaded?.runtime.close(), loaded?.endpointingModel?.close()]);
  loaded?.health.close();
  await loaded?.recordings?.close();
  await loaded?.afterCalls.close();
  await loaded?.cluster.close();
  await loaded?.keeping.close();
  await traces.close();
  await watchFeed.close();
  metrics.close();
  log.flush();
}

/** One of several workers answers for all of them. */
async function ownOrSharedMetrics(): Promise<Metrics> {
  const own = createMetrics();
  if (!nodeCluster.worker) return own;
  const { shareMetrics } = await import('./worker-metrics.ts');
  return shareMetrics(own, nodeCluster.worker);
}

function portProblem(error: unknown, { HOST, PORT }: Environment): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    const problem = `another process listens on ${HOST}:${PORT}`;
    return new ConfigError('PORT', problem, 'Stop it, or choose another port', error);
  }
  if (code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error;
  return new ConfigError('PORT', `${HOST}:${PORT} cannot be listened on (${code})`, 'Choose others', error);
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
