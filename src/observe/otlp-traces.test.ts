import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openOtlpTraces } from './otlp-traces.ts';

interface Sent {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly status: { readonly code?: number };
      }[];
    }[];
  }[];
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A receiver of OTLP over HTTP that keeps what it is sent. */
async function openReceiver(status = 200) {
  const paths: string[] = [];
  const bodies: Sent[] = [];
  const server = createServer(async (request, response) => {
    paths.push(request.url ?? '');
    bodies.push(JSON.parse(await bodyOf(request)) as Sent);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => {
    server.closeAllConnections();
    return once(server.close(), 'close');
  });
  const spans = () =>
    bodies.flatMap((body) => body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((two) => two.spans)));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, paths, spans };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('a call, its turn, and a provider that was asked in it arrive as one trace', async () => {
  const receiver = await openReceiver();
  const errors: unknown[] = [];
  let now = 1_000_000;
  const traces = openOtlpTraces({
    ...receiver,
    now: () => now,
    version: 'test',
    onError: (error) => errors.push(error),
  });
  const call = traces.start('call', { 'kav.call_sid': 'CA1' });
  now += 500;
  const turn = call.child('turn', { 'kav.reply': 2 }, { agoMs: 100 });
  now += 300;
  turn.child('brain openai', {}, { agoMs: 250 }).end({ 'kav.first_ms': 200 }, true);
  turn.end();
  turn.end();
  call.end({ 'kav.reason': 'caller-hung-up' });
  await traces.close();
  await traces.close();
  expect(errors).toEqual([]);
  expect(new Set(receiver.paths)).toEqual(new Set(['/v1/traces']));
  const spans = receiver.spans();
  expect(spans.map(({ name }) => name).sort()).toEqual(['brain openai', 'call', 'turn']);
  const named = (name: string) => spans.find((span) => span.name === name)!;
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(named('turn').parentSpanId).toBe(named('call').spanId);
  expect(named('brain openai').parentSpanId).toBe(named('turn').spanId);
  expect(named('turn').startTimeUnixNano).toBe('1000400000000');
  expect(named('turn').endTimeUnixNano).toBe('1000800000000');
  expect(named('brain openai').status.code).toBe(2);
});

test('a receiver that is not there costs nothing but the spans', async () => {
  const traces = openOtlpTraces({
    endpoint: 'http://127.0.0.1:9',
    now: Date.now,
    version: 'test',
    onError: () => {},
  });
  traces.start('call', {}).end();
  await traces.close();
});
