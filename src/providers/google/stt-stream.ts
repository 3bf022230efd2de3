import type { ProviderError } from '../../core/errors.ts';
import { errorOfGrpc, type GrpcFailure, isStreamLimit } from './grpc-errors.ts';
import type { SpeechTarget } from './options.ts';
import { parseResponse, type SpeechNews, type SpeechRequest, serializeAudio } from './stt-codec.ts';
import { type RecognizeCall, WHO } from './stt-connection.ts';

/**
 * Version 2 takes 25 600 bytes a message and refuses more; its definition speaks of 15 KB, and a tenth of a second is
 * what Google recommends (https://cloud.google.com/speech-to-text/docs/best-practices). A replay goes in whole seconds.
 */
const MAX_MESSAGE_BYTES = 8_000;

/** `finished` after our end; `limit`: Google ended it by its own rules, and another stream goes on. */
export type StreamEnd = 'finished' | 'limit' | ProviderError;

export interface SpeechStreamOptions {
  readonly call: RecognizeCall;
  readonly version: SpeechTarget['version'];
  readonly config: SpeechRequest;
  readonly onNews: (news: SpeechNews) => void;
  /** Once, unless it was cancelled. */
  readonly onEnd: (end: StreamEnd) => void;
}

/** One StreamingRecognize call. */
export class SpeechStream {
  readonly #options: SpeechStreamOptions;
  #isHalfClosed = false;
  #isOver = false;

  constructor(options: SpeechStreamOptions) {
    this.#options = options;
    const { call, config } = options;
    call.on('data', (response) => this.#receive(parseResponse(response)));
    // Stays attached: a cancelled call ends with an error of its own.
    call.on('error', (failure) => this.#finish(endOf(failure)));
    call.on('end', () => this.#finish(this.#isHalfClosed ? 'finished' : 'limit'));
    call.write(config);
  }

  /** The bytes are kept until they are on the wire. */
  send(mulaw: Uint8Array): void {
    if (this.#isOver || this.#isHalfClosed) return;
    const { call, version } = this.#options;
    for (let from = 0; from < mulaw.length; from += MAX_MESSAGE_BYTES) {
      call.write(serializeAudio(version, mulaw.subarray(from, from + MAX_MESSAGE_BYTES)));
    }
  }

  /** No more audio: Google answers with its last words and ends the stream. */
  end(): void {
    if (this.#isOver || this.#isHalfClosed) return;
    this.#isHalfClosed = true;
    this.#options.call.end();
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.call.cancel();
  }

  #receive(news: SpeechNews): void {
    if (this.#isOver) return;
    if (!news.failure) return this.#options.onNews(news);
    this.#options.call.cancel();
    this.#finish(endOf(news.failure));
  }

  #finish(end: StreamEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd(end);
  }
}

function endOf(failure: GrpcFailure): StreamEnd {
  return isStreamLimit(failure) ? 'limit' : errorOfGrpc(WHO, failure);
}
