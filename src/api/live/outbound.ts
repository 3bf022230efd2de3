/**
 * What goes to one watcher. A watcher that reads too slowly is left out until it has caught up, and is then told how much
 * it has missed; one that never does is cut off. Nobody waits for a watcher.
 */
import { WebSocket } from 'ws';
import type { Clock } from '../../core/clock.ts';

export interface OutboundOptions {
  readonly socket: {
    readonly readyState: number;
    readonly bufferedAmount: number;
    send(message: string | Buffer, options: { readonly binary: boolean }, done: () => void): void;
  };
  readonly clock: Clock;
  /** It reads again, after so many messages were left out. */
  readonly onCaughtUp: (missed: number) => void;
  /** It has not caught up in time. */
  readonly onHopeless: () => void;
}

/** More than this unsent, and the watcher is behind. */
const BEHIND_BYTES = 256 * 1024;
const CAUGHT_UP_BYTES = 32 * 1024;
const HOPELESS_MS = 15_000;

export class Outbound {
  readonly #o: OutboundOptions;
  #missed = 0;
  #missedInAll = 0;
  #behindSince: number | undefined;

  constructor(options: OutboundOptions) {
    this.#o = options;
  }

  /** Messages that were left out since the beginning. */
  get missed(): number {
    return this.#missedInAll;
  }

  send(message: string | Buffer, binary = false): void {
    const { clock, socket } = this.#o;
    if (socket.readyState !== WebSocket.OPEN) return;
    if (this.#behindSince === undefined && socket.bufferedAmount > BEHIND_BYTES) this.#behindSince = clock.now();
    if (this.#behindSince !== undefined) {
      this.#missed++;
      this.#missedInAll++;
      return;
    }
    socket.send(message, { binary }, ignoreLoss);
  }

  /** Asked every second. */
  look(): void {
    const { clock, onCaughtUp, onHopeless, socket } = this.#o;
    if (this.#behindSince === undefined) return;
    if (socket.bufferedAmount <= CAUGHT_UP_BYTES) {
      const missed = this.#missed;
      this.#missed = 0;
      this.#behindSince = undefined;
      onCaughtUp(missed);
    } else if (clock.now() - this.#behindSince >= HOPELESS_MS) onHopeless();
  }
}

/** The socket is going, and its `close` says so. */
function ignoreLoss(): void {}
