/** A server that stands in for Twilio's: real TLS on loopback, with a certificate of its own. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSelfSigned } from '../../../bench/faults/self-signed.ts';
import type { MediaSource } from './media-source.ts';
import { isMediaHost } from './media-url.ts';

export const ACCOUNT = `AC${'0a'.repeat(16)}`;
export const RECORDING = `RE${'0b'.repeat(16)}`;

/** As long as asked, and beginning like a WAV file. */
export function wavOf(bytes: number): Buffer {
  const wav = Buffer.alloc(bytes, 'kav');
  wav.write('RIFF', 0, 'latin1');
  wav.write('WAVE', 8, 'latin1');
  return wav;
}

export interface MediaServer {
  readonly source: MediaSource;
  /** Connections that were made to it, TLS or not. */
  readonly connections: () => number;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

export async function openMediaServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<MediaServer> {
  const { cert, key } = createSelfSigned('api.twilio.com');
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer({ cert, key }, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', () => connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    source: {
      isHost: isMediaHost,
      isAddress: (address) => address === '127.0.0.1',
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      port,
      ca: cert,
    },
    connections: () => connections,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
