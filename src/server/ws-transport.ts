import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { MediaTransport } from '../call/transport.ts';
import type { Clock } from '../core/clock.ts';

const REASON_BYTES = 123; // RFC 6455 section 5.5: a control frame holds 125 bytes, two of them the code.

export interface WsTransportOptions {
  readonly socket: WebSocket;
  /** The connection under the WebSocket, from the `upgrade` event. */
  readonly connection: Duplex;
  readonly clock: Clock;
  /** The peer gets so long to answer the close frame; then the connection is cut. */
  readonly closeMs: number;
}

/** Carries a call over one WebSocket without extensions. */
export function openWsTransport({ socket, connection, clock, closeMs }: WsTransportOptions): MediaTransport {
  let cancelCut = (): void => {};
  const cutLater = (): void => {
    cancelCut();
    cancelCut = clock.at(clock.now() + closeMs, () => socket.terminate());
  };
  socket.once('close', () => cancelCut());
  // After a protocol error `ws` sends the close frame itself.
  socket.once('error', cutLater);
  return {
    send: (message) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      const length = Buffer.byteLength(message);
      // In ASCII, one byte per character, as all of the protocol is.
      if (length === message.length && length <= LONGEST_FRAME)
        connection.write(frameHeader(length) + message, 'latin1');
      else socket.send(message, ignoreLoss);
    },
    close: (code, reason) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.close(code, Buffer.from(reason).subarray(0, REASON_BYTES));
      cutLater();
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
  };
}

const LONGEST_FRAME = 0xffff;

/**
 * The head of a whole, unmasked text message (RFC 6455 section 5.2), one character per byte. `ws` would write head and
 * message apart, which makes a frame cost the process a quarter more.
 */
function frameHeader(length: number): string {
  if (length < 126) return String.fromCharCode(0x81, length);
  return String.fromCharCode(0x81, 126, length >> 8, length & 0xff);
}

/** A message that could not be written means that the socket is going; its `close` event says so to everyone. */
function ignoreLoss(): void {}
