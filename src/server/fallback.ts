import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from './context.ts';
import { createPage } from './page.ts';
import { allowedMethods, machinePrefix, pathOf } from './routes.ts';

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
};

/** One line without details, in the type that this part of the server speaks; never HTML, never a stack. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
  const phrase = problemPhrase(status);
  reply.code(status);
  if (machinePrefix(pathOf(request.raw)) === 'api') {
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ error: phrase }));
  }
  return reply.type('text/plain; charset=utf-8').send(phrase);
}

export function problemPhrase(status: number): string {
  return PHRASES[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');
}

/** Answers what no route took: a page for people, a 404 or 405 for machines. */
export function createNotFound(context: ServerContext) {
  const page = createPage(context);
  return function notFound(this: Parameters<typeof page>[0]['server'], request: FastifyRequest, reply: FastifyReply) {
    const path = pathOf(request.raw);
    const allowed = allowedMethods(path);
    if (allowed !== undefined) return sendProblem(request, reply.header('Allow', allowed), 405);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && machinePrefix(path) === undefined && acceptsHtml(request.headers.accept)) {
      return page.call(this, request, reply);
    }
    return sendProblem(request, reply, 404);
  };
}

/** Only browsers name HTML; a wildcard is a tool, and a tool is better served by an honest 404. */
export function acceptsHtml(accept = ''): boolean {
  return accept.split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
