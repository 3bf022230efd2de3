/** A load balancer of the simplest kind: each new connection goes to any backend that takes it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createRandom } from '../../src/simulator/random.ts';

export interface Front {
  readonly url: string;
  add(port: number): void;
  /** Open connections stay. */
  remove(port: number): void;
  close(): void;
}

const MOST_TRIES = 5;

export async function openFront(): Promise<Front> {
  const ports: number[] = [];
  // Not in turn: a call makes two connections, and all sockets of two backends would be the second's.
  const random = createRandom(7);
  const server = createServer({ allowHalfOpen: true }, (near) => dial(near, MOST_TRIES));
  const sockets = new Set<Socket>();

  function dial(near: Socket, triesLeft: number): void {
    const port = ports[Math.floor(random() * ports.length)];
    if (port === undefined || triesLeft === 0) return void near.destroy();
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let isOpen = false;
    far.once('connect', () => {
      isOpen = true;
      sockets.add(near).add(far);
      near.pipe(far).pipe(near);
    });
    far.on('error', () => (isOpen ? near.destroy() : dial(near, triesLeft - 1)));
    far.on('close', () => {
      if (isOpen) near.destroy();
      sockets.delete(near);
      sockets.delete(far);
    });
    near.on('error', () => far.destroy());
    near.on('close', () => far.destroy());
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    add: (backend) => void ports.push(backend),
    remove: (backend) => void ports.splice(ports.indexOf(backend) >>> 0, 1),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
