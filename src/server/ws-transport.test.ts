import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { MediaTransport } from '../call/transport.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { openWsTransport } from './ws-transport.ts';

async function openPair() {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const opened = new Promise<MediaTransport>((resolve) => {
    const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    http.on('upgrade', (request, connection: Duplex, head) => {
      server.handleUpgrade(request, connection, head, (socket) => {
        resolve(openWsTransport({ socket, connection, clock: new VirtualClock(), closeMs: 2_000 }));
      });
    });
  });
  const peer = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const received: string[] = [];
  peer.on('message', (data) => received.push(data.toString()));
  const closed = once(peer, 'close');
  return { transport: await opened, received, closed, close: () => http.close() };
}

test('messages of every length and script arrive whole and in order, and none after the close', async () => {
  const { transport, received, closed, close } = await openPair();
  const lengths = [0, 1, 125, 126, 127, 0xffff, 0x10000, 2];
  const messages = [...lengths.map((length) => 'x'.repeat(length)), 'קו', 'é'.repeat(100), '\u0000\u007f'];
  for (const message of messages) transport.send(message);
  transport.close(1000, 'done');
  transport.send('too late');
  const [code, reason] = (await closed) as [number, Buffer];
  close();
  expect(received).toEqual(messages);
  expect([code, reason.toString()]).toEqual([1000, 'done']);
});
