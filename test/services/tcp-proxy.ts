/** A line between a client and a server on this machine that can be made to fail in every way in which lines do. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * `pass`: a good line. `refuse`: nobody listens, and open connections are cut. `black-hole`: connections stay, or come
 * about, and nothing goes through. `deaf`: the server gets everything, its answers are lost.
 */
export type LineState = 'pass' | 'refuse' | 'black-hole' | 'deaf';

export class TcpProxy {
  readonly #target: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #server: Server | undefined;
  #port = 0;
  #state: LineState = 'pass';
  #delayMs = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async open(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that the client holds open. */
  get connections(): number {
    return this.#pairs.size;
  }

  async set(state: LineState): Promise<void> {
    this.#state = state;
    if (state === 'refuse') {
      const closing = this.#stopListening();
      this.reset();
      await closing;
    } else if (!this.#server) await this.#listen();
  }

  /** How long each piece is held up, in both directions. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Every connection ends with a reset, as after a failover. */
  reset(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  async close(): Promise<void> {
    const closing = this.#stopListening();
    this.reset();
    await closing;
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    this.#server = server;
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  #accept(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(pair);
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.on('data', (piece) => this.#pass(piece, far, this.#state === 'black-hole'));
    far.on('data', (piece) => this.#pass(piece, near, this.#state !== 'pass'));
  }

  #pass(piece: Buffer, to: Socket, isLost: boolean): void {
    if (isLost || to.destroyed) return;
    if (this.#delayMs === 0) to.write(piece);
    else setTimeout(() => to.destroyed || to.write(piece), this.#delayMs);
  }
}
