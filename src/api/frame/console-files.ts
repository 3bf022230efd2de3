/**
 * The built console: a folder of files that is read once. Only what was found then has a path here, so no path that is
 * asked for is ever looked up on the disk. A new `index.html` has the folder read again.
 */
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pathOf } from '../../server/routes.ts';
import { pageHeaders } from './headers.ts';
import type { RequestOrigin } from './request-origin.ts';

export interface ConsoleFiles {
  /** False for everything while the console is not built. `accepts` is whether the browser wants a page. */
  has(request: IncomingMessage): boolean;
  send(request: IncomingMessage, response: ServerResponse, origin: RequestOrigin): Promise<void>;
}

const INDEX = '/index.html';
/** Their names hold a hash of what is in them. */
const HASHED = '/assets/';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

interface Index {
  readonly changedAt: number;
  readonly paths: ReadonlySet<string>;
}

export function createConsoleFiles(folder: string): ConsoleFiles {
  let index: Index | undefined;
  const current = (): Index | undefined => {
    const changedAt = statSync(path.join(folder, INDEX), { throwIfNoEntry: false })?.mtimeMs;
    if (changedAt === undefined) return undefined;
    if (index?.changedAt !== changedAt) index = { changedAt, paths: pathsIn(folder) };
    return index;
  };
  return {
    has: (request) => {
      const found = current();
      if (!found) return false;
      const asked = pathOf(request);
      // A path with an extension that is not there is a file that is gone: a page in its place would be run as a script.
      return found.paths.has(asked) || !/\.[a-z0-9]+$/i.test(asked);
    },
    send: async (request, response, origin) => {
      const paths = current()?.paths ?? new Set();
      const asked = pathOf(request);
      const file = paths.has(asked) ? asked : INDEX;
      const encoding = ENCODINGS.find(({ name, suffix }) => accepts(request, name) && paths.has(file + suffix));
      const bytes = await readFile(path.join(folder, file + (encoding?.suffix ?? '')));
      response.writeHead(200, {
        ...pageHeaders(origin, cachingOf(file)),
        'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream',
        'Content-Length': String(bytes.byteLength),
        Vary: 'Accept-Encoding',
        ...(encoding ? { 'Content-Encoding': encoding.name } : {}),
      });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    },
  };
}

const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

function accepts({ headers }: IncomingMessage, encoding: string): boolean {
  return String(headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .some((part) => {
      const [name, ...parameters] = part.split(';').map((piece) => piece.trim());
      return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    });
}

function cachingOf(file: string): string {
  if (file.startsWith(HASHED)) return 'public, max-age=31536000, immutable';
  return file === INDEX ? 'no-store' : 'public, max-age=3600';
}

function pathsIn(folder: string): ReadonlySet<string> {
  return new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `/${path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/')}`),
  );
}
