/**
 * What happens to calls, one JSON line each, for whoever watches on this machine (`kav doctor --watch`). It is a socket in
 * a folder that only the server's own user can enter. While nobody watches nothing is made; a watcher who does not read
 * is dropped, because a call waits for nobody.
 */
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';

/** Names and counts, never a word of a call, a number or a key. */
export interface WatchLine {
  /** A log event, or an event or effect of a call. */
  readonly event: string;
  readonly call_sid?: string;
  readonly [field: string]: unknown;
}

export interface WatchFeed {
  /** Asked before a line is made. */
  readonly isWatched: boolean;
  /** Never waits and never throws. */
  tell(line: WatchLine): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export const noWatchFeed: WatchFeed = { isWatched: false, tell: () => {}, close: async () => {} };

export const WATCH_FOLDER = 'watch';

const MOST_WATCHERS = 4;
/** What a watcher may leave unread. */
const MOST_WAITING_BYTES = 256 * 1024;
/** `sun_path` of unix(7), with its end. */
const MOST_PATH_BYTES = 103;

/** The shorter way to a socket: its name has little room. */
export function socketPath(folder: string, name: string, workingFolder: string): string {
  const absolute = path.resolve(workingFolder, folder, name);
  const relative = path.relative(workingFolder, absolute);
  return relative.length < absolute.length ? relative : absolute;
}

export interface WatchFeedOptions {
  readonly folder: string;
  /** Different for each process of the machine that serves at the same time. */
  readonly name: string;
  readonly workingFolder: string;
}

/** Rejects when the folder or the socket cannot be made; calls are served without it just as well. */
export async function openWatchFeed({ folder, name, workingFolder }: WatchFeedOptions): Promise<WatchFeed> {
  const address = socketPath(folder, `${name}.sock`, workingFolder);
  if (Buffer.byteLength(address) > MOST_PATH_BYTES) throw new Error(`${address} is too long for the name of a socket`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweep(folder, workingFolder);
  const watchers = new Set<Socket>();
  const server = createServer((socket) => admit(socket, watchers));
  await listen(server, address);
  // The process ends when its calls have ended, watched or not.
  server.unref();
  let closing: Promise<void> | undefined;
  return {
    get isWatched() {
      return watchers.size > 0;
    },
    tell: (line) => {
      const text = `${JSON.stringify(line)}\n`;
      for (const socket of watchers) {
        if (socket.writableLength > MOST_WAITING_BYTES) socket.destroy();
        else socket.write(text);
      }
    },
    close: () => {
      closing ??= closeAll(server, watchers);
      return closing;
    },
  };
}

/** A process that was killed leaves its socket behind, which answers nobody. */
async function sweep(folder: string, workingFolder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sock'));
  const addresses = names.map((name) => socketPath(folder, name, workingFolder));
  await Promise.all(
    addresses.map(async (address) => {
      if (!(await isAnswered(address))) await unlink(address).catch(ignoreAbsent);
    }),
  );
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function admit(socket: Socket, watchers: Set<Socket>): void {
  if (watchers.size >= MOST_WATCHERS) return void socket.destroy();
  watchers.add(socket);
  socket.unref();
  socket.on('error', () => socket.destroy());
  socket.on('close', () => watchers.delete(socket));
  socket.resume();
}

/** A worker's socket is its own: without `exclusive` node:cluster has the primary listen, which takes it for the port. */
function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: address, exclusive: true }, resolve);
  });
}

async function closeAll(server: Server, watchers: ReadonlySet<Socket>): Promise<void> {
  for (const socket of watchers) socket.end();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    for (const socket of watchers) socket.destroySoon();
  });
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
