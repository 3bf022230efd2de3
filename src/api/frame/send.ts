import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { FileAnswer } from '../handler.ts';
import { parseRange } from '../range.ts';
import { bodyOf, type Problem } from './problems.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type(JSON_TYPE).send(JSON.stringify(value));
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { retryAfterSeconds, status } = problem;
  if (retryAfterSeconds !== undefined) reply.header('Retry-After', String(Math.ceil(retryAfterSeconds)));
  return reply.code(status).type(JSON_TYPE).send(bodyOf(problem));
}

/** Ranges of what is in memory are cut here; what is read from elsewhere comes cut. */
export function sendFile(
  reply: FastifyReply,
  file: FileAnswer,
  { range, type }: { readonly type: string; readonly range: string | undefined },
): FastifyReply {
  const { bytes, name, part, body } = file.body instanceof Readable ? file : cut(file, range);
  reply.type(type.startsWith('text/') || type.endsWith('json') ? `${type}; charset=utf-8` : type);
  reply.header('Content-Disposition', `${type.startsWith('audio/') ? 'inline' : 'attachment'}; ${nameOf(name)}`);
  if (bytes === undefined) return reply.send(body);
  reply.header('Accept-Ranges', 'bytes');
  if (!part) return reply.header('Content-Length', String(bytes)).send(body);
  reply.code(206).header('Content-Range', `bytes ${part.from}-${part.to}/${bytes}`);
  return reply.header('Content-Length', String(part.to - part.from + 1)).send(body);
}

function cut(file: FileAnswer, range: string | undefined): FileAnswer {
  if (file.part) return file;
  const whole = Buffer.from(file.body as string | Uint8Array);
  const part = parseRange(range, whole.byteLength);
  const body = part ? whole.subarray(part.from, part.to + 1) : whole;
  return { name: file.name, body, bytes: whole.byteLength, ...(part ? { part } : {}) };
}

/** RFC 6266: the plain name for old browsers, the true one encoded as RFC 8187 says. */
function nameOf(name: string): string {
  const plain = name.replace(/[^\w.-]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}
