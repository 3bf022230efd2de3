import type { ServerDuplexStream } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { Misbehaviour } from '../misbehaviour.ts';
import { LoopbackListener, type LoopbackNews } from './loopback-listener.ts';
import {
  audioOf,
  GARBAGE,
  refusalOf,
  serializeActivity,
  serializeResult,
  statusOfHttp,
  type Version,
  type WireResponse,
  type WireStatus,
} from './loopback-stt-wire.ts';
import type { SpeechRequest } from './stt-codec.ts';

export interface LoopbackCallOptions {
  readonly version: Version;
  readonly stream: ServerDuplexStream<SpeechRequest, WireResponse>;
  readonly misbehaviour: Misbehaviour | undefined;
  /** What the utterance in progress says. */
  readonly wordsNow: () => string;
  readonly onConfig: (config: SpeechRequest) => void;
  readonly onFinal: () => void;
  readonly onClosed: () => void;
  /** Destroys the connection under the stream. */
  readonly cut: () => void;
}

/** One StreamingRecognize call at the loopback, as it should be or as it was told to misbehave. */
export class LoopbackCall {
  readonly #options: LoopbackCallOptions;
  readonly #listener = new LoopbackListener();
  readonly #timers = new Set<NodeJS.Timeout>();
  #requests = 0;
  #sent = 0;
  #isOver = false;

  constructor(options: LoopbackCallOptions) {
    this.#options = options;
    const { stream, misbehaviour } = options;
    stream.on('data', (request: SpeechRequest) => this.#take(request));
    stream.on('end', () => this.#clientEnded());
    stream.on('cancelled', () => this.forget());
    stream.on('close', () => this.forget());
    stream.on('error', () => this.forget());
    if (misbehaviour?.kind === 'status') {
      this.#fail(statusOfHttp(misbehaviour.status, misbehaviour.retryAfterSeconds));
    }
  }

  /** The stream is over, whoever ended it. */
  forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#options.onClosed();
  }

  #take(request: SpeechRequest): void {
    if (this.#isOver) return;
    const { version, misbehaviour, onConfig } = this.#options;
    const isFirst = this.#requests++ === 0;
    const refusal = refusalOf(version, request, isFirst);
    if (refusal) return this.#fail(refusal);
    if (isFirst) return void onConfig(request);
    this.#answer(this.#listener.hear(audioOf(request)!));
    if (misbehaviour?.kind !== 'stream-limit' || this.#listener.heardMs < misbehaviour.audioMs) return;
    this.#fail({ code: status.OUT_OF_RANGE, details: 'Exceeded maximum allowed stream duration of 305 seconds.' });
  }

  #clientEnded(): void {
    if (this.#isOver) return;
    this.#answer(this.#listener.end());
    const { misbehaviour } = this.#options;
    const isStuck = misbehaviour?.kind === 'mute' || misbehaviour?.kind === 'stall';
    if (!isStuck) this.#after(this.#delayMs(true), () => this.#end());
  }

  #answer(news: readonly LoopbackNews[]): void {
    for (const one of news) {
      if (one.type === 'final') this.#answerFinal(one.atMs);
      else if (one.type === 'words') this.#answerPartial(one.share, one.atMs);
      else this.#send(serializeActivity(this.#options.version, one.type, one.atMs));
    }
  }

  #answerPartial(share: number, endMs: number): void {
    const words = this.#options.wordsNow().split(' ');
    const text = words.slice(0, Math.max(1, Math.floor(words.length * share))).join(' ');
    this.#send(serializeResult(this.#options.version, { text, isFinal: false, endMs }));
  }

  #answerFinal(endMs: number): void {
    const { version, misbehaviour, wordsNow } = this.#options;
    const text = misbehaviour?.kind === 'empty-finals' ? '' : wordsNow();
    const stale = wordsNow().split(' ')[0] ?? '';
    const final = serializeResult(version, { text, isFinal: true, endMs });
    this.#send(final, this.#options.onFinal);
    if (misbehaviour?.kind === 'duplicate-finals') this.#send(final);
    if (misbehaviour?.kind !== 'out-of-order') return;
    this.#send(serializeResult(version, { text: stale, isFinal: false, endMs: Math.max(20, endMs - 200) }));
  }

  #send(response: WireResponse, onGiven?: () => void): void {
    const { misbehaviour } = this.#options;
    if (misbehaviour?.kind === 'mute') return;
    this.#after(this.#delayMs(onGiven !== undefined), () => this.#write(response, onGiven));
  }

  #write(response: WireResponse, onGiven?: () => void): void {
    const { misbehaviour, stream, cut } = this.#options;
    const fault = misbehaviour && 'after' in misbehaviour && this.#sent >= misbehaviour.after ? misbehaviour.kind : '';
    if (fault === 'stall') return;
    if (fault === 'cut') return cut();
    this.#sent++;
    onGiven?.();
    stream.write(fault === 'garbage' ? GARBAGE : response);
  }

  /** All delays of a call are the same but for finals that are late, after which nothing comes but the end. */
  #delayMs(isFinal: boolean): number {
    const { misbehaviour } = this.#options;
    if (misbehaviour?.kind === 'slow') return misbehaviour.ms;
    return misbehaviour?.kind === 'late-finals' && isFinal ? misbehaviour.ms : 0;
  }

  #after(ms: number, work: () => void): void {
    if (ms === 0) return work();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#isOver) work();
    }, ms);
    this.#timers.add(timer);
  }

  #fail(failure: WireStatus): void {
    this.#options.stream.emit('error', failure);
    this.forget();
  }

  #end(): void {
    this.#options.stream.end();
    this.forget();
  }
}
