import { createHash } from 'node:crypto';
import type { RouteHandlerMethod } from 'fastify';
import { httpUrl } from '../twilio/public-origin.ts';
import type { ServerContext } from './context.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 40rem; margin: 10vh auto; padding: 0 1rem; }
h1 { font-weight: 600; margin-bottom: 0; }
code { overflow-wrap: anywhere; }
`;

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** The page for whoever opens the server in a browser: that it runs, and where the number must point. */
export function createPage(context: ServerContext): RouteHandlerMethod {
  return (request, reply) => {
    const origin = context.originOf(request.raw);
    const webhook = origin ? httpUrl(origin, '/webhook/incoming_call') : '/webhook/incoming_call';
    return reply.headers(HEADERS).send(renderPage(context.version, webhook));
  };
}

function renderPage(version: string, webhook: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kav</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Kav is running</h1>
<p>Version ${escapeHtml(version)}</p>
<p>In the Twilio console, open your number and set, under “A call comes in”, a webhook with HTTP POST to:</p>
<p><code>${escapeHtml(webhook)}</code></p>
<p>What Twilio will be told: <a href="/webhook/incoming_call_preview">the answer to a call</a>.
Can it serve now: <a href="/readyz">readiness</a>.</p>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
