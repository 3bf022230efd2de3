/**
 * Google's recognisers on 127.0.0.1: a gRPC server with both versions of StreamingRecognize, from the definitions in
 * Google's own package. It hears sound, not words: each utterance is answered with the next line that it was given.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import type { Behaviour, Loopback } from '../misbehaviour.ts';
import { LoopbackCall } from './loopback-stt-call.ts';
import { speechServices, type Version, type WireResponse } from './loopback-stt-wire.ts';
import type { SpeechRequest } from './stt-codec.ts';

export interface GoogleSpeechLoopbackOptions {
  /** A line for each utterance, over and over. */
  readonly words: readonly string[];
  readonly behave?: Behaviour;
}

export interface GoogleSpeechLoopback extends Loopback {
  /** TCP connections that are open now. */
  readonly connections: number;
  /** The first message of each stream. */
  readonly configs: readonly SpeechRequest[];
}

/** A key that opens nothing, for `GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON`. */
const THROWAWAY_KEY = JSON.stringify({
  type: 'service_account',
  project_id: 'loopback',
  client_email: 'nobody@loopback.iam.gserviceaccount.com',
  private_key: 'none',
});

export async function openGoogleSpeechLoopback(options: GoogleSpeechLoopbackOptions): Promise<GoogleSpeechLoopback> {
  const { words, behave = () => undefined } = options;
  const calls = new Set<LoopbackCall>();
  const configs: SpeechRequest[] = [];
  const sockets = new Map<string, Socket>();
  let requests = 0;
  let finals = 0;

  const answer = (version: Version, stream: ServerDuplexStream<SpeechRequest, WireResponse>): void => {
    const call = new LoopbackCall({
      version,
      stream,
      misbehaviour: behave(requests++),
      wordsNow: () => words[finals % words.length] ?? '',
      onConfig: (config) => configs.push(config),
      onFinal: () => finals++,
      onClosed: () => calls.delete(call),
      cut: () => sockets.get(stream.getPeer())?.destroy(),
    });
    calls.add(call);
  };

  const server = new Server();
  const services = speechServices();
  for (const version of ['v1', 'v2'] as const) {
    server.addService(services[version], {
      StreamingRecognize: (stream: ServerDuplexStream<SpeechRequest, WireResponse>) => answer(version, stream),
    });
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.on('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { readonly port: number };

  return {
    env: {
      GOOGLE_SPEECH_ENDPOINT: `http://127.0.0.1:${port}`,
      GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON: THROWAWAY_KEY,
    },
    configs,
    get requests() {
      return requests;
    },
    get open() {
      return calls.size;
    },
    get connections() {
      return sockets.size;
    },
    close: async () => {
      if (!listener.listening) return;
      const closed = once(listener, 'close');
      listener.close();
      for (const call of calls) call.forget();
      injector.destroy();
      server.forceShutdown();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}
