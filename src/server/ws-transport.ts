import { WebSocket } from 'ws';
import type { MediaTransport } from '../call/transport.ts';
import type { Clock } from '../core/clock.ts';

const REASON_BYTES = 123; // RFC 6455 section 5.5: a control frame holds 125 bytes, two of them the code.

/** Carries a call over one WebSocket. The peer gets `closeMs` to answer the close frame; then the connection is cut. */
export function openWsTransport(socket: WebSocket, clock: Clock, closeMs: number): MediaTransport {
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
      if (socket.readyState === WebSocket.OPEN) socket.send(message, ignoreLoss);
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

/** A message that could not be written means that the socket is going; its `close` event says so to everyone. */
function ignoreLoss(): void {}
