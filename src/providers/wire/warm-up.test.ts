import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { createWarmUp } from './warm-up.ts';

describe('a warm-up', () => {
  let server: Server;
  let url: string;
  const counts = { requests: 0, connections: 0, open: 0 };
  let isMute: boolean;

  beforeEach(async () => {
    Object.assign(counts, { requests: 0, connections: 0, open: 0 });
    isMute = false;
    server = createServer((_request, response) => {
      counts.requests++;
      counts.open++;
      response.once('close', () => counts.open--);
      if (!isMute) response.writeHead(404).end('nothing here');
    });
    server.on('connection', () => counts.connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('leaves a connection that the next request uses', async () => {
    const warmUp = createWarmUp(new VirtualClock(), url);
    warmUp.touch();
    await vi.waitFor(() => expect(counts).toMatchObject({ requests: 1, open: 0 }));
    await (await fetch(`${url}/work`)).text();
    expect(counts).toMatchObject({ requests: 2, connections: 1 });
    warmUp.close();
  });

  test('comes once in a while only', async () => {
    const clock = new VirtualClock();
    const warmUp = createWarmUp(clock, url);
    for (let i = 0; i < 5; i++) warmUp.touch();
    await vi.waitFor(() => expect(counts.requests).toBe(1));
    await clock.advance(3_000);
    warmUp.touch();
    await vi.waitFor(() => expect(counts.requests).toBe(2));
    warmUp.close();
    await clock.advance(3_000);
    warmUp.touch();
    await (await fetch(url)).text();
    expect(counts.requests).toBe(3);
  });

  test('ends when it is closed, and says nothing of a server that is not there', async () => {
    isMute = true;
    const warmUp = createWarmUp(new VirtualClock(), url);
    warmUp.touch();
    await vi.waitFor(() => expect(counts.open).toBe(1));
    warmUp.close();
    await vi.waitFor(() => expect(counts.open).toBe(0));
    createWarmUp(new VirtualClock(), 'http://127.0.0.1:1').touch();
  });
});
