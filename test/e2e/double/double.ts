import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page, Route } from '@playwright/test';
import { ROUTES } from '../../../console/src/api/routes.ts';
import type { SessionInfo } from '../../../src/api/contract/accounts.ts';
import type { ApiRouteName } from '../../../src/api/contract/contract.ts';
import { callPage, peaks, story, wav } from './call.ts';
import { answerLive } from './live.ts';
import { appointments, calls, contacts, leads, stages } from './people.ts';
import {
  agents,
  audit,
  checks,
  erasures,
  file,
  home,
  keys,
  session,
  sessions,
  steps,
  users,
  versions,
} from './rest.ts';

export const ORIGIN = 'http://localhost:5999';
const DIST = path.resolve(import.meta.dirname, '../../../console/dist');

/** As the server sends it: a page that needs more would break here first. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const page = <T>(items: T[]) => ({ items, next: null });

const ANSWERS: Partial<Record<ApiRouteName, unknown>> = {
  session,
  'read-home': home,
  'read-checks': { checks },
  'read-setup': { steps },
  'list-calls': page(calls),
  'read-call': callPage,
  'read-story': story,
  'read-peaks': peaks,
  'list-contacts': page(contacts),
  'read-contact': {
    contact: contacts[0],
    calls: calls.slice(0, 3),
    leads: leads.slice(0, 1),
    appointments: appointments.slice(1, 2),
  },
  'list-stages': { stages },
  'list-leads': page(leads),
  'change-lead': { lead: leads[0] },
  'list-appointments': page(appointments),
  'list-callbacks': page(leads.filter(({ callBackAt }) => callBackAt !== null)),
  'list-agents': { agents },
  'read-agent': { agent: agents[0], file, versions },
  chat: { text: 'מצוין. מה התקציב שלך?', ends: false, tools: [{ name: 'saveLead', arguments: '{"rooms":3}' }] },
  'list-users': { users },
  'list-keys': { keys },
  'list-sessions': { sessions },
  'list-audit': page(audit),
  'list-erasures': page(erasures),
  'begin-totp': {
    secret: 'JBSWY3DPEHPK3PXP',
    uri: 'otpauth://totp/Kav:noa%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Kav',
  },
};

export interface DoubleOptions {
  readonly session?: SessionInfo;
  readonly liveCalls?: number;
  readonly changesEveryMs?: number;
}

/** A server made of fixtures, inside the browser's network: the built console, the API's reads, and the live socket. */
export async function standIn(target: Page, options: DoubleOptions = {}): Promise<void> {
  await target.routeWebSocket(/\/api\/live$/, (socket) =>
    answerLive(socket, options.liveCalls ?? 7, options.changesEveryMs),
  );
  await target.route(`${ORIGIN}/**`, (route) => answer(route, options));
}

async function answer(route: Route, options: DoubleOptions): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (!pathname.startsWith('/api/')) return sendFile(route, pathname);
  const name = nameOf(route.request().method(), pathname.slice('/api'.length));
  if (name === 'read-audio') return route.fulfill({ contentType: 'audio/wav', body: wav() });
  const json = name === 'session' ? (options.session ?? session) : name && ANSWERS[name];
  if (json === undefined) return route.fulfill({ status: 404, json: { code: 'not-found', message: pathname } });
  return route.fulfill({ json });
}

function nameOf(method: string, pathname: string): ApiRouteName | undefined {
  const asked = `${method} ${pathname}`;
  const patterns = Object.entries(ROUTES) as [ApiRouteName, string][];
  const exact = patterns.find(([, pattern]) => pattern === asked);
  return (exact ??
    patterns.find(([, pattern]) => new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(asked)))?.[0];
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

async function sendFile(route: Route, pathname: string): Promise<void> {
  const extension = path.extname(pathname);
  const contentType = TYPES[extension] ?? 'text/html; charset=utf-8';
  const body = await readFile(path.join(DIST, extension in TYPES ? pathname : 'index.html'));
  await route.fulfill({ contentType, body, headers: { 'Content-Security-Policy': POLICY } });
}
