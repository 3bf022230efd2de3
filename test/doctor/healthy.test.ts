/** Healthy servers that are not ours: the doctor accuses none of them of anything. */
import { afterAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { renderDoctor } from '../../src/doctor/render.ts';
import { createLoopClock, examine, troublesOf } from './examine.ts';
import { media, onStart, openSample, TOKEN } from './sample-server.ts';

const clock = createLoopClock();
afterAll(() => clock[Symbol.dispose]());

test.concurrent('a small server with marks and clear', async () => {
  await using sample = await openSample();
  const report = await examine({ clock, url: sample.url });
  expect(troublesOf(report)).toEqual([]);
  expect(report.go).toBe(true);
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

test.concurrent('a quiet socket is held, and a proxy that cuts it is named', async () => {
  const cut = (socket: WebSocket): void => {
    let frames = 0;
    onStart(socket, (streamSid) => {
      socket.send(media(streamSid, new Uint8Array(8_000).fill(0x90)));
      return () => void (++frames === 250 && socket.terminate());
    });
  };
  await using sample = await openSample({ stream: cut });
  await using open = await openSample();
  const target = { idleMs: 12_000, garbage: false };
  const [broken, held] = await Promise.all([
    examine({ clock, url: sample.url, target }),
    examine({ clock, url: open.url, target }),
  ]);
  expect(troublesOf(broken).filter((line) => line.startsWith('idle'))).toEqual([
    'idle fail 31903 The quiet socket is cut after 5 s',
  ]);
  expect(troublesOf(held)).toEqual([]);
});
