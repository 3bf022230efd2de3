/** One generation of connections to PostgreSQL. When the database is lost, the whole generation is, and a new one begins. */
import { Socket } from 'node:net';
import type { ClientConfig, CustomTypesConfig, Pool, PoolClient } from 'pg';

/** Long enough for what is still running, which has a deadline of its own. */
const GRACE_MS = 2500;
const CLOSE_GRACE_MS = 500;

export interface PoolOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  readonly size: number;
}

export interface ConnectionPool {
  readonly pg: Pool;
  /** Lets what runs end in its time, then cuts every socket. */
  retire(): Promise<void>;
  /** The same, in a hurry. */
  close(): Promise<void>;
}

/** A half-open connection answers no farewell: only cutting its socket ends it. So the sockets are kept at hand. */
export async function openPool(options: PoolOptions): Promise<ConnectionPool> {
  const { default: pg } = await import('pg');
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    ...clientConfig(options, sockets, pg.types),
    max: options.size,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  pool.on('error', () => {}); // an idle connection has broken; the pool drops it
  pool.on('connect', (client: PoolClient) => {
    client.on('error', () => {}); // told to whoever has it, by its query; without this it ends the process
  });
  const end = async (graceMs: number): Promise<void> => {
    const gone = Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, graceMs);
    if (!pool.ending) await pool.end();
    await gone;
    clearTimeout(cut);
  };
  return { pg: pool, retire: () => end(GRACE_MS), close: () => end(CLOSE_GRACE_MS) };
}

/** What every connection of ours has, whether pooled or alone. */
export function clientConfig(
  options: Omit<PoolOptions, 'size'>,
  sockets: Set<Socket>,
  types: CustomTypesConfig,
): ClientConfig {
  return {
    connectionString: options.databaseUrl,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: withNumbers(types),
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
  };
}

const INT8 = 20;

/** Counts and milliseconds are numbers. What a number cannot hold stays text, as it is in PostgreSQL's own client. */
function withNumbers(types: CustomTypesConfig): CustomTypesConfig {
  const parse = (value: string): number | string => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  };
  return {
    getTypeParser: ((oid: number, format?: 'text') =>
      oid === INT8 ? parse : types.getTypeParser(oid, format)) as CustomTypesConfig['getTypeParser'],
  };
}
