/** What the loopback servers of model vendors have in common: HTTP, answers in small pieces, misbehaviour. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behaviour, Loopback, Misbehaviour } from '../misbehaviour.ts';

/** What the model is to say. */
export interface ModelAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: unknown }[];
}

/** A request as the model sees it. */
export interface LoopbackRequest {
  /** Path and query. */
  readonly path: string;
  /** The body as it came, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The caller's newest words. */
  readonly lastUserText: string;
  /** How many times the caller has spoken. */
  readonly turn: number;
  /** What the tools said that the last answer asked for; empty unless the request ends with them. */
  readonly toolResults: readonly string[];
  /** Names of the tools that may be called. */
  readonly toolsOffered: readonly string[];
}

/** What a vendor's messages look like. */
export interface ModelDialect {
  readonly path: RegExp;
  /** The key that a request carries. */
  readonly keyOf: (headers: IncomingHttpHeaders) => string | undefined;
  readonly read: (body: Record<string, unknown>) => Omit<LoopbackRequest, 'path' | 'body'>;
  /** The messages of an answer, each as it goes over the wire, one write each. */
  readonly serialize: (answer: ModelAnswer, request: LoopbackRequest) => readonly string[];
  /** An answer whose call of this tool has arguments that are no JSON. */
  readonly serializeBrokenCall: (tool: string, request: LoopbackRequest) => readonly string[];
  /** The body that comes with an error status. */
  readonly refusal: (status: number, retryAfterSeconds?: number) => unknown;
}

export interface ModelLoopbackOptions {
  readonly answer: (request: LoopbackRequest) => ModelAnswer;
  readonly behave?: Behaviour;
}

export interface ModelLoopback extends Loopback {
  /** The newest requests, the last one last. */
  readonly seen: readonly LoopbackRequest[];
  /** Answers that the client gave up before their end. */
  readonly givenUp: number;
  /** TCP connections so far. */
  readonly connections: number;
}

/** The only key that the loopback servers take. */
export const LOOPBACK_KEY = 'loopback-key';

const MAX_SEEN = 100;
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** `envOf` names the variables for an origin such as `http://127.0.0.1:4711`. */
export async function openModelLoopback(
  dialect: ModelDialect,
  envOf: (origin: string) => Readonly<Record<string, string>>,
  options: ModelLoopbackOptions,
): Promise<ModelLoopback> {
  const seen: LoopbackRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const counts = { requests: 0, open: 0, givenUp: 0, connections: 0 };

  const later = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || !dialect.path.test(request.url ?? '')) return respondJson(response, 404, {});
    const fault = options.behave?.(counts.requests++);
    counts.open++;
    response.once('close', () => {
      counts.open--;
      if (!response.writableFinished) counts.givenUp++;
    });
    const body = await readJson(request);
    if (dialect.keyOf(request.headers) !== LOOPBACK_KEY) return respondJson(response, 401, dialect.refusal(401));
    if (body === undefined) return respondJson(response, 400, dialect.refusal(400));
    const parsed = { path: request.url ?? '', body, ...dialect.read(body) };
    seen.push(parsed);
    seen.splice(0, seen.length - MAX_SEEN);
    if (fault?.kind === 'slow') await later(fault.ms);
    await answerRequest(response, { dialect, request: parsed, fault, answer: options.answer });
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()); // the client went away while it was being served
  });
  server.on('connection', () => counts.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    env: envOf(`http://127.0.0.1:${port}`),
    seen,
    get requests() {
      return counts.requests;
    },
    get open() {
      return counts.open;
    },
    get givenUp() {
      return counts.givenUp;
    },
    get connections() {
      return counts.connections;
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Serving {
  readonly dialect: ModelDialect;
  readonly request: LoopbackRequest;
  readonly fault: Misbehaviour | undefined;
  readonly answer: ModelLoopbackOptions['answer'];
}

async function answerRequest(response: ServerResponse, serving: Serving): Promise<void> {
  const { dialect, fault, request, answer } = serving;
  if (fault?.kind === 'mute') return;
  if (fault?.kind === 'status') {
    const retry = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
    return respondJson(response, fault.status, dialect.refusal(fault.status, fault.retryAfterSeconds), retry);
  }
  const messages = messagesOf(serving, answer);
  const broken = fault?.kind === 'stall' || fault?.kind === 'cut' || fault?.kind === 'garbage' ? fault : undefined;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  response.flushHeaders();
  for (const message of broken ? messages.slice(0, broken.after) : messages) {
    response.write(message);
    await nextTurn();
  }
  if (broken?.kind === 'stall') return;
  if (broken?.kind === 'cut') return void response.destroy();
  if (broken?.kind === 'garbage') response.write(garbageLike(dialect, request));
  response.end();
}

function messagesOf({ dialect, request, fault }: Serving, answer: ModelLoopbackOptions['answer']): readonly string[] {
  if (fault?.kind === 'empty-answer') return dialect.serialize({}, request);
  const tool = request.toolsOffered[0];
  if (fault?.kind === 'broken-tool-call' && tool !== undefined) return dialect.serializeBrokenCall(tool, request);
  return dialect.serialize(answer(request), request);
}

/** A message of the vendor's that ends in the middle of its JSON. */
function garbageLike(dialect: ModelDialect, request: LoopbackRequest): string {
  const whole = dialect.serialize({ text: 'half' }, request)[0]!.trimEnd();
  return `${whole.slice(0, whole.length - 8)}\n\n`;
}

/** A model's text in pieces about as long as tokens. */
export function tokensOf(text: string): readonly string[] {
  return text.match(/\s*\S{1,6}|\s+$/gu) ?? [];
}

/** One server-sent event (WHATWG HTML, section 9.2). */
export function serializeSse(data: unknown, event?: string): string {
  const json = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${json}\n\n`;
}

/** Whether a user's message is a note of the telephone system alone. */
export const isNote = (text: string): boolean => /^\[[^\]]*\]$/.test(text);

/** The caller's part of a request, from the texts of its user messages. */
export function callerOf(userTexts: readonly string[]): Pick<LoopbackRequest, 'lastUserText' | 'turn'> {
  const spoken = userTexts.filter((text) => text !== '' && !isNote(text));
  return { lastUserText: spoken.at(-1) ?? '', turn: spoken.length };
}

/** The members of a JSON value that should be an array of objects. */
export function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Lets what was written leave as a chunk of its own. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
