import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { StateError } from '../../core/errors.ts';
import type { ConsoleSurroundings } from '../../server/console-door.ts';
import { pathOf } from '../../server/routes.ts';
import { liveRoutes } from '../contract/live.ts';
import { ApiRefusal, type Caller } from '../handler.ts';
import type { SessionWatch } from '../accounts/session-watch.ts';
import type { LiveDoor, Visit } from '../live/door.ts';
import type { Guard } from './guard.ts';
import { apiHeaders } from './headers.ts';
import type { Pace } from './pace.ts';
import { bodyOf, problemOf } from './problems.ts';
import { type RequestOrigin, readRequestOrigin } from './request-origin.ts';

export interface LiveUpgradeOptions {
  readonly guard: Guard;
  readonly live: LiveDoor | undefined;
  readonly sessions: SessionWatch;
  readonly pace: Pace;
  readonly surroundings: ConsoleSurroundings;
}

/** Lets the live socket through to its door when session and Origin are good; refuses in HTTP whatever else. */
export function createLiveUpgrade({ guard, live, pace, sessions, surroundings }: LiveUpgradeOptions) {
  const admit = async (request: IncomingMessage, origin: RequestOrigin) => {
    if (!pace(surroundings.addressOf(request))) throw new ApiRefusal(429, 'too-fast', 'Too many requests.');
    if (pathOf(request) !== `/api${liveRoutes.live.path}`) throw new ApiRefusal(404, 'not-found', 'Nothing is here.');
    if (request.method !== 'GET') throw new ApiRefusal(404, 'not-found', 'Nothing is here.');
    const { caller } = await guard.admit(liveRoutes.live, request, origin);
    if (!live) throw new ApiRefusal(503, 'not-built', 'This part is not there yet.');
    return { caller, live };
  };
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const origin = readRequestOrigin(request, surroundings);
    const onError = (): void => void socket.destroy();
    socket.on('error', onError);
    admit(request, origin).then(
      ({ caller, live: door }) => {
        socket.off('error', onError);
        if (!socket.destroyed) door.upgrade(request, socket, head, visitOf(socket, caller, sessions));
      },
      (error: unknown) => refuse(socket, origin, error),
    );
  };
}

/** Pongs and requests of a page that nobody looks at are less; a microphone is much more. */
const USED_BYTES = 4_096;

/** Its session is watched for as long as the connection lasts. */
function visitOf(socket: Duplex, caller: Caller, sessions: SessionWatch): Visit {
  const ending = new AbortController();
  const { sessionHash, userId } = caller;
  if (sessionHash === undefined || userId === undefined) throw new StateError('a key at the live socket');
  let seenBytes = 0;
  const stop = sessions.watch({
    sessionHash,
    userId,
    wasUsed: () => {
      const bytes = socket instanceof Socket ? socket.bytesRead : 0;
      const isUsed = bytes - seenBytes > USED_BYTES;
      seenBytes = bytes;
      return isUsed;
    },
    onEnd: () => ending.abort(),
  });
  socket.once('close', stop);
  return { caller, ended: ending.signal };
}

function refuse(socket: Duplex, origin: RequestOrigin, error: unknown): void {
  const problem = problemOf(error);
  const body = bodyOf(problem);
  const headers = {
    ...apiHeaders(origin),
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
