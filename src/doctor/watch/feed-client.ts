/** Listens to the feeds of all servers of a data directory, also of those that start later. */
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { socketPath } from '../../observe/watch-feed.ts';

export interface FeedClientOptions {
  readonly clock: Clock;
  readonly folder: string;
  readonly workingFolder: string;
  readonly onLine: (text: string) => void;
  /** How many servers are listened to, each time that this changes; at first once the folder has been looked at. */
  readonly onServers: (count: number) => void;
}

export interface FeedClient {
  /** Idempotent. */
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 500;
/** No line of a feed is nearly as long: such a text is not a feed. */
const MOST_LINE_CHARACTERS = 64 * 1024;

/** Never rejects: a folder or a socket that is not there is looked for again. */
export function openFeedClient(options: FeedClientOptions): FeedClient {
  const { clock, folder, onLine, onServers, workingFolder } = options;
  const sockets = new Map<string, Socket>();
  let told: number | undefined;
  let isClosed = false;
  let cancel = (): void => {};
  let looking: Promise<void> = Promise.resolve();
  const tell = (): void => {
    if (told === sockets.size || isClosed) return;
    told = sockets.size;
    onServers(sockets.size);
  };
  const look = async (): Promise<void> => {
    const names = await readdir(folder).catch(() => []);
    const fresh = names.filter((name) => name.endsWith('.sock') && !sockets.has(name));
    const opened = fresh.map(async (name) => {
      const socket = await listen(socketPath(folder, name, workingFolder), onLine);
      if (!socket) return;
      sockets.set(name, socket);
      socket.on('close', () => {
        sockets.delete(name);
        tell();
      });
    });
    await Promise.all(opened);
    tell();
    if (isClosed) for (const socket of sockets.values()) socket.destroy();
    else cancel = clock.at(clock.now() + LOOK_EVERY_MS, again);
  };
  const again = (): void => {
    looking = look();
  };
  again();
  return {
    close: async () => {
      isClosed = true;
      cancel();
      await looking;
      for (const socket of sockets.values()) socket.destroy();
    },
  };
}

/** Undefined when nobody answers there. */
function listen(address: string, onLine: (text: string) => void): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address, () => resolve(socket));
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MOST_LINE_CHARACTERS) socket.destroy();
      for (const line of lines) onLine(line);
    });
    socket.on('error', () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}
