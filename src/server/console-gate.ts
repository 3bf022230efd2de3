import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../observe/log.ts';
import type { ConsoleDoor, ConsoleSurroundings, OpenConsole } from './console-door.ts';
import { acceptsHtml } from './fallback.ts';
import { isMachineRoute, machinePrefix, pathOf } from './routes.ts';

type Otherwise = () => void;

/** Decides by the path alone which half of the server answers, and has the other half loaded at the first need of it. */
export interface ConsoleGate {
  request(request: IncomingMessage, response: ServerResponse, otherwise: Otherwise): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, otherwise: Otherwise): void;
  close(): Promise<void>;
}

export interface ConsoleGateOptions {
  /** Without one there is no console. */
  readonly open: OpenConsole | undefined;
  readonly surroundings: ConsoleSurroundings;
  readonly log: Log;
}

export function createConsoleGate({ log, open, surroundings }: ConsoleGateOptions): ConsoleGate {
  let opening: Promise<ConsoleDoor | undefined> | undefined;
  let isClosed = false;
  const door = (): Promise<ConsoleDoor | undefined> => {
    if (!open || isClosed) return opening ?? Promise.resolve(undefined);
    opening ??= open(surroundings).catch((error: unknown) => {
      log.error('SERVER_FAULT', { route: '/api', error });
      return undefined;
    });
    return opening;
  };
  return {
    request: (request, response, otherwise) => {
      if (!open) return otherwise();
      const path = pathOf(request);
      if (machinePrefix(path) === 'api') {
        void door().then((opened) => (opened ? opened.answer(request, response) : sendUnavailable(response)));
        return;
      }
      if (!mayBePage(request, path)) return otherwise();
      void door().then((opened) => (opened?.hasPage(request) ? opened.answer(request, response) : otherwise()));
    },
    upgrade: (request, socket, head, otherwise) => {
      if (!open || machinePrefix(pathOf(request)) !== 'api') return otherwise();
      const onError = (): void => void socket.destroy();
      socket.on('error', onError);
      void door().then((opened) => {
        socket.off('error', onError);
        if (socket.destroyed) return;
        if (opened) opened.upgrade(request, socket, head);
        else otherwise();
      });
    },
    close: async () => {
      isClosed = true;
      await (await opening)?.close();
    },
  };
}

/** A browser asks for a page, or for one of the files that pages are made of: those have an extension. */
function mayBePage(request: IncomingMessage, path: string): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (machinePrefix(path) !== undefined || isMachineRoute(path)) return false;
  return path === '/' || acceptsHtml(request.headers.accept) || /\.[a-z0-9]+$/i.test(path);
}

/** As every refusal of the API looks. */
function sendUnavailable(response: ServerResponse): void {
  const problem = { code: 'console-unavailable', message: 'This server cannot open its console; its log says why.' };
  response.writeHead(503, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(problem));
}
