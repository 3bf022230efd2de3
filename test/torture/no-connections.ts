/** Loaded into a server (`node --import`): tells its parent of every connection that it opens, but those to its database. */
import { Socket } from 'node:net';

const database = URL.parse(process.env['DATABASE_URL'] ?? '');
const { connect } = Socket.prototype;

Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]) {
  const [first] = parameters.flat() as [{ readonly port?: number; readonly host?: string } | undefined];
  const isDatabase = database !== null && String(first?.port ?? first) === database.port;
  if (!isDatabase) process.send?.({ connection: JSON.stringify(parameters).slice(0, 200) });
  return (connect as (...all: unknown[]) => Socket).apply(this, parameters);
} as typeof connect;
