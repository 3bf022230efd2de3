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
  readonly decoder: Decoder;
  readonly applyGrammar: (decoder: Decoder, expectation: Expectation) => void;
  readonly onPartial: (text: string) => void;
}

/** One call's recognition inside the worker: feeds the decoder from the start of an utterance to its end. */
export class Listening {
  readonly #decoder: Decoder;
  readonly #applyGrammar: ListeningTools['applyGrammar'];
  readonly #onPartial: ListeningTools['onPartial'];
  readonly #upsampler = new Upsampler();
  #next: Expectation | undefined = { kind: 'open' };
  #isHearing = false;
  #stretchSamples = 0;
  #earlier: string[] = [];
  #lastPartial = '';

  constructor({ decoder, applyGrammar, onPartial }: ListeningTools) {
    this.#decoder = decoder;
    this.#applyGrammar = applyGrammar;
    this.#onPartial = onPartial;
  }

  /** From the next utterance on: a grammar cannot change within one. */
  expect(expectation: Expectation): void {
    this.#next = expectation;
    if (!this.#isHearing) this.#prepare();
  }

  start(): void {
    if (this.#isHearing) return;
    this.#prepare();
    this.#decoder.startUtterance();
    this.#isHearing = true;
    this.#stretchSamples = 0;
    this.#earlier = [];
    this.#lastPartial = '';
  }

  hear(mulaw: Uint8Array): void {
    if (!this.#isHearing || mulaw.length === 0) return;
    const samples = this.#upsampler.process(mulaw);
    this.#decoder.process(samples);
    this.#stretchSamples += samples.length;
    this.#reportPartial();
    if (this.#stretchSamples < LONG_SAMPLES) return;
    if (this.#stretchSamples < TOO_LONG_SAMPLES && !isPause(samples)) return;
    this.#earlier.push(this.#decoder.endUtterance());
    this.#decoder.startUtterance();
    this.#stretchSamples = 0;
  }

  /** The words of the utterance; empty for one that never began. */
  end(): string {
    if (!this.#isHearing) return '';
    this.#isHearing = false;
    const text = this.#joined(this.#decoder.endUtterance());
    this.#prepare();
    return text;
  }

  close(): void {
    if (this.#isHearing) this.#decoder.endUtterance();
    this.#isHearing = false;
    this.#decoder.free();
  }

  #prepare(): void {
    if (!this.#next) return;
    const expectation = this.#next;
    this.#next = undefined;
    this.#applyGrammar(this.#decoder, expectation);
  }

  #reportPartial(): void {
    const text = this.#joined(this.#decoder.partial());
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
