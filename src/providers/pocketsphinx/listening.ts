import type { Expectation } from '../contracts.ts';
import type { Decoder } from './decoder.ts';
import { Upsampler } from './upsample.ts';

/**
 * The library's memory grows with an utterance. One that does not end (music on hold, a stuck detector) is cut in the
 * first pause after 20 s, or anywhere after 30 s, and the texts are joined.
 */
const LONG_SAMPLES = 20 * 16_000;
const TOO_LONG_SAMPLES = 30 * 16_000;
/** Mean magnitude of a batch below which it is a pause. */
const PAUSE_LEVEL = 150;

export interface ListeningTools {
  /** A decoder for what is expected. */
  readonly openDecoder: (expectation: Expectation) => Decoder;
  readonly onPartial: (text: string) => void;
}

/**
 * One call's recognition inside the worker: feeds a decoder from the start of an utterance to its end. Each utterance
 * has a decoder of its own: one that has adapted its cepstral mean to a few short answers understands the next worse
 * than a fresh one (262 instead of 289 of 316 sentences right, four voices, six utterances a call).
 */
export class Listening {
  readonly #openDecoder: ListeningTools['openDecoder'];
  readonly #onPartial: ListeningTools['onPartial'];
  readonly #upsampler = new Upsampler();
  #expectation: Expectation = { kind: 'open' };
  /** Made ahead of the utterance when there is time. */
  #decoder: Decoder | undefined;
  #isHearing = false;
  #stretchSamples = 0;
  #earlier: string[] = [];
  #lastPartial = '';

  constructor({ openDecoder, onPartial }: ListeningTools) {
    this.#openDecoder = openDecoder;
    this.#onPartial = onPartial;
  }

  /** From the next utterance on: a grammar cannot change within one. */
  expect(expectation: Expectation): void {
    this.#expectation = expectation;
    if (this.#isHearing) return;
    this.#decoder?.free();
    this.#decoder = undefined;
    this.#decoder = this.#openDecoder(expectation);
  }

  start(): void {
    if (this.#isHearing) return;
    this.#decoder ??= this.#openDecoder(this.#expectation);
    this.#decoder.startUtterance();
    this.#isHearing = true;
    this.#stretchSamples = 0;
    this.#earlier = [];
    this.#lastPartial = '';
  }

  hear(mulaw: Uint8Array): void {
    const decoder = this.#decoder;
    if (!decoder || !this.#isHearing || mulaw.length === 0) return;
    const samples = this.#upsampler.process(mulaw);
    decoder.process(samples);
    this.#stretchSamples += samples.length;
    this.#reportPartial(decoder.partial());
    if (this.#stretchSamples < LONG_SAMPLES) return;
    if (this.#stretchSamples < TOO_LONG_SAMPLES && !isPause(samples)) return;
    this.#earlier.push(decoder.endUtterance());
    decoder.startUtterance();
    this.#stretchSamples = 0;
  }

  /** The words of the utterance; empty for one that never began. */
  end(): string {
    const decoder = this.#decoder;
    if (!decoder || !this.#isHearing) return '';
    this.#isHearing = false;
    this.#decoder = undefined;
    const text = this.#joined(decoder.endUtterance());
    decoder.free();
    return text;
  }

  close(): void {
    this.end();
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  #reportPartial(newest: string): void {
    const text = this.#joined(newest);
    if (text === '' || text === this.#lastPartial) return;
    this.#lastPartial = text;
    this.#onPartial(text);
  }

  #joined(text: string): string {
    return [...this.#earlier, text].filter((part) => part !== '').join(' ');
  }
}

function isPause(samples: Int16Array): boolean {
  return samples.reduce((sum, sample) => sum + Math.abs(sample), 0) < PAUSE_LEVEL * samples.length;
}
