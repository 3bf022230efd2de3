/**
 * Loaded into a server (`node --import`): tells its parent of every connection that it would open, but those to its
 * database, and opens none of them.
 */
import { Socket } from 'node:net';

interface Target {
  readonly port?: number;
  readonly host?: string;
  readonly servername?: string;
}

const database = URL.parse(process.env['DATABASE_URL'] ?? '');
/** A port on which nothing listens. */
const NOBODY = 1;
const { connect } = Socket.prototype;

Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]) {
  const first = parameters.flat()[0] as Target | number | undefined;
  const { host, port, servername }: Target =
    typeof first === 'object' ? first : first === undefined ? {} : { port: first };
  const isDatabase = database !== null && String(port) === database.port;
  const open = connect as (...all: unknown[]) => Socket;
  if (isDatabase) return open.apply(this, parameters);
  process.send?.({ connection: `${servername ?? host ?? 'somewhere'}:${port}` });
  return open.call(this, { host: '127.0.0.1', port: NOBODY });
} as typeof connect;
