import { v1, v2 } from '@google-cloud/speech';
import { connectivityState, type Client as GrpcClient } from '@grpc/grpc-js';
import type { Clock } from '../../core/clock.ts';
import { BUDGETS } from '../budgets.ts';
import { tooSlow, unreachable } from '../vendor-error.ts';
import type { GoogleClientOptions } from './credentials.ts';
import { errorOfGrpc, type GrpcFailure } from './grpc-errors.ts';
import type { SpeechRequest, SpeechResponse } from './stt-codec.ts';

export const WHO = { provider: 'google', operation: 'stt' } as const;

/** A stream of the SDK, with the types of its messages. */
export interface RecognizeCall {
  on(event: 'data', listen: (response: SpeechResponse) => void): void;
  on(event: 'error', listen: (failure: GrpcFailure) => void): void;
  on(event: 'end', listen: () => void): void;
  write(request: SpeechRequest): unknown;
  end(): unknown;
  cancel(): void;
}

/** One warm HTTP/2 connection to a region of Google's recognisers; all calls' streams share it. */
export class SpeechConnection {
  readonly #clock: Clock;
  readonly #client: v1.SpeechClient | v2.SpeechClient;
  /** Connects that are under way. */
  readonly #connecting = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;
  #isClosed = false;

  constructor(clock: Clock, version: 'v1' | 'v2', options: GoogleClientOptions) {
    this.#clock = clock;
    this.#client = version === 'v1' ? new v1.SpeechClient(options) : new v2.SpeechClient(options);
  }

  /** Connects. Rejects with a `ProviderError` when it is refused, or not there within the budget. */
  async untilReady(): Promise<void> {
    const connecting = this.#connectInTime();
    this.#connecting.add(connecting);
    try {
      await connecting;
    } finally {
      this.#connecting.delete(connecting);
    }
  }

  async #connectInTime(): Promise<void> {
    const { promise: budgetIsOver, reject } = Promise.withResolvers<never>();
    const disarm = this.#clock.at(this.#clock.now() + BUDGETS.sttConnectMs, () =>
      reject(tooSlow(WHO, `no connection within ${BUDGETS.sttConnectMs} ms`)),
    );
    try {
      await Promise.race([this.#connect(), budgetIsOver]);
    } finally {
      disarm();
    }
  }

  async #connect(): Promise<void> {
    const stub = await this.#client.initialize().catch((error: GrpcFailure) => {
      throw errorOfGrpc(WHO, error);
    });
    const channel = (stub as unknown as GrpcClient).getChannel();
    // grpc-js connects even a channel that was closed when it is asked for its state like this.
    while (!this.#isClosed) {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return;
      if (state === connectivityState.TRANSIENT_FAILURE) {
        throw unreachable(WHO, new Error(`no connection to ${channel.getTarget()}`));
      }
      await new Promise<void>((resolve) => {
        channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => resolve());
      });
    }
  }

  openStream(): RecognizeCall {
    return this.#client._streamingRecognize() as RecognizeCall;
  }

  /** Idempotent; within the time for connecting. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** grpc-js also revives a channel that is closed while it still looks up its host, so that is waited for. */
  async #close(): Promise<void> {
    await Promise.allSettled(this.#connecting);
    this.#isClosed = true;
    // A client that never came up has nothing to close.
    await this.#client.close().catch(() => {});
  }
}
