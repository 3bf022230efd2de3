import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConsoleSurroundings } from '../../server/console-door.ts';
import { pathOf } from '../../server/routes.ts';
import { liveRoutes } from '../contract/live.ts';
import { ApiRefusal } from '../handler.ts';
import type { LiveDoor } from '../live-door.ts';
import type { Guard } from './guard.ts';
import { apiHeaders } from './headers.ts';
import type { Pace } from './pace.ts';
import { bodyOf, problemOf } from './problems.ts';
import { type RequestOrigin, readRequestOrigin } from './request-origin.ts';

export interface LiveUpgradeOptions {
  readonly guard: Guard;
  readonly live: LiveDoor | undefined;
  readonly pace: Pace;
  readonly surroundings: ConsoleSurroundings;
}

/** Lets the live socket through to its door when session and Origin are good; refuses in HTTP whatever else. */
export function createLiveUpgrade({ guard, live, pace, surroundings }: LiveUpgradeOptions) {
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
        if (!socket.destroyed) door.upgrade(request, socket, head, caller);
      },
      (error: unknown) => refuse(socket, origin, error),
    );
  };
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
