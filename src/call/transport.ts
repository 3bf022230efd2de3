/**
 * What carries a call's media: Twilio's WebSocket in production, a pair of in-process ends in tests. Text messages of
 * the Media Streams protocol both ways, in order.
 */
export interface MediaTransport {
  /** Never throws; after the close it does nothing. */
  send(message: string): void;
  /** Starts the close handshake; idempotent. Codes of RFC 6455 section 7.4. */
  close(code: number, reason: string): void;
  /** Bytes accepted by `send` that the network has not taken yet. */
  readonly bufferedBytes: number;
}

/** The other direction: what a transport tells its owner. */
export interface MediaReceiver {
  message(text: string): void;
  /** Once, however it ended; 1006 when there was no close handshake. */
  closed(code: number, reason: string): void;
}

/** Close codes of a peer that meant it (RFC 6455 section 7.4.1); without a close frame it is 1006. */
const ORDERLY: ReadonlySet<number> = new Set([1000, 1001, 1005]);

export const isOrderly = (code: number): boolean => ORDERLY.has(code);

/** More unsent bytes than this and the peer does not read: about 80 s of frames. */
const MOST_BUFFERED_BYTES = 1 << 20;

export const isStuck = ({ bufferedBytes }: MediaTransport): boolean => bufferedBytes > MOST_BUFFERED_BYTES;
