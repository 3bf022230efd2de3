/** Healthy servers that are not Kav: the doctor accuses none of them of anything. */
import { afterAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { renderDoctor } from '../../src/doctor/render.ts';
import { createLoopClock, examine, troublesOf } from './examine.ts';
import { openExpressSample } from './express-sample.ts';
import { media, onStart, openSample, TOKEN } from './sample-server.ts';

const clock = createLoopClock();
const QUIET = { idleMs: 12_000, garbage: false };
afterAll(() => clock[Symbol.dispose]());

test.concurrent('a small server with marks and clear', async () => {
  await using sample = await openSample();
  const report = await examine({ clock, url: sample.url });
  expect(troublesOf(report)).toEqual([]);
  expect(report.go).toBe(true);
});

test.concurrent('a server with Express, `ws` and Twilio’s SDK, in which nothing is ours', async () => {
  await using sample = await openExpressSample(TOKEN);
  const report = await examine({ clock, url: sample.url, target: QUIET });
  expect(troublesOf(report)).toEqual([]);
  expect(report.go).toBe(true);
  const text = renderDoctor(report, { color: false });
  for (const line of [/A caller who interrupts is heard/, /Marks tell what was heard/, /A quiet socket stays open/]) {
    expect(text).toMatch(line);
  }
});

test.concurrent('an echo, which has no marks and nothing to clear', async () => {
  const echo = (socket: WebSocket): void =>
    onStart(socket, (streamSid) => (frame) => socket.send(media(streamSid, frame)));
  await using sample = await openSample({ stream: echo });
  const report = await examine({ clock, url: sample.url });
  expect(troublesOf(report)).toEqual([]);
  expect(renderDoctor(report, { color: false })).toContain('The server sends the caller’s own audio back');
});

test.concurrent('a page on the socket’s path does no harm when the socket opens', async () => {
  const page = () => ({ type: 'text/html', body: '<!doctype html><html></html>' });
  await using sample = await openSample({ routes: { '/stream': page, '*': page } });
  expect(troublesOf(await examine({ clock, url: sample.url }))).toEqual([]);
});

test.concurrent('without a token nothing can be told of a server that checks signatures', async () => {
  await using sample = await openSample();
  const report = await examine({ clock, url: sample.url, target: { authToken: undefined } });
  expect(troublesOf(report)).toEqual(["webhook fail - The server wants Twilio's signature, and no token was given"]);
  const blocked = report.checks.filter(({ blockedBy }) => blockedBy === 'webhook').map(({ name }) => name);
  expect(blocked).toEqual(['addresses', 'signature', 'repeat', 'upgrade', 'doors', 'call', 'idle', 'callbacks']);
});

test.concurrent('no report shows the token, the numbers or a parameter', async () => {
  const secret = 'k3y-of-a-parameter-9f8e7d6c5b';
  await using sample = await openSample({
    twiml: ({ host }) =>
      `<Response><Connect><Stream url="wss://${host}/nowhere"><Parameter name="token" value="${secret}"/></Stream></Connect><Spk/></Response>`,
  });
  const text = JSON.stringify(await examine({ clock, url: sample.url }));
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain('15551230001');
  expect(text).not.toContain(secret);
});

/** Greets, and after 5 s of a call ends it in its way. */
const endsWith = (end: (socket: WebSocket) => void) => (socket: WebSocket) => {
  let frames = 0;
  onStart(socket, (streamSid) => {
    socket.send(media(streamSid, new Uint8Array(8_000).fill(0x90)));
    return () => void (++frames === 250 && end(socket));
  });
};

const idleOf = ({ checks }: Awaited<ReturnType<typeof examine>>) =>
  checks.find(({ name }) => name === 'idle')?.findings;

test.concurrent('a quiet socket is held, and a proxy that cuts it is named', async () => {
  await using sample = await openSample({ stream: endsWith((socket) => socket.terminate()) });
  await using open = await openSample();
  const [broken, held] = await Promise.all([
    examine({ clock, url: sample.url, target: QUIET }),
    examine({ clock, url: open.url, target: QUIET }),
  ]);
  expect(troublesOf(broken).filter((line) => line.startsWith('idle'))).toEqual([
    'idle fail 31903 The quiet socket is cut after 5 s',
  ]);
  expect(troublesOf(held)).toEqual([]);
  expect(idleOf(held)).toMatchObject([{ verdict: 'ok', title: 'A quiet socket stays open for 12 s' }]);
});

test.concurrent('a server that ends a call in which nobody speaks has no fault, unless it ends it with an error', async () => {
  await using polite = await openSample({ stream: endsWith((socket) => socket.close(1000, 'no-input')) });
  await using failing = await openSample({ stream: endsWith((socket) => socket.close(1011, 'KeyError')) });
  const [ended, failed] = await Promise.all([
    examine({ clock, url: polite.url, target: QUIET }),
    examine({ clock, url: failing.url, target: QUIET }),
  ]);
  expect(troublesOf(ended)).toEqual([]);
  expect(idleOf(ended)).toMatchObject([
    { title: 'The server itself ended a quiet call after 5 s; until then nothing cut it', seen: 'code 1000 no-input' },
  ]);
  expect(troublesOf(failed).filter((line) => line.startsWith('idle'))).toEqual([
    'idle fail 31921 The server ends a quiet stream with an error after 5 s',
  ]);
});
