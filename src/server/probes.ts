import type { RouteHandlerMethod } from 'fastify';
import type { ServerContext } from './context.ts';

const PLAIN = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };

/** The routes that monitors and load balancers read. */
export function createProbes(context: ServerContext) {
  const healthz: RouteHandlerMethod = (_request, reply) => reply.headers(PLAIN).send('ok');

  const readyz: RouteHandlerMethod = (_request, reply) => {
    const problem = whyNotReady(context);
    return reply
      .code(problem === undefined ? 200 : 503)
      .headers(PLAIN)
      .send(problem ?? 'ready');
  };

  const version: RouteHandlerMethod = (_request, reply) =>
    reply
      .headers({ 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
      .send(JSON.stringify({ deployId: context.deployId ?? null, version: context.version }));

  const metrics: RouteHandlerMethod = async (request, reply) => {
    const { contentType, text } = await context.metrics.page(request.headers.accept ?? '');
    return reply.headers({ 'Content-Type': contentType, 'Cache-Control': 'no-store', Vary: 'Accept' }).send(text);
  };

  return { healthz, readyz, version, metrics };
}

function whyNotReady({ drain, slot }: ServerContext): string | undefined {
  if (drain.started) return 'draining';
  return slot.current ? slot.current.notReady : 'starting';
}
