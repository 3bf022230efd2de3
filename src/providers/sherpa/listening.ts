import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { MULAW_TO_LINEAR } from '../../audio/mulaw.ts';
import type { OnlineRecogniser, OnlineStream } from './recogniser.ts';

/** A streaming model looks ahead: the last word comes out only when something follows it. */
const TAIL = new Float32Array(0.3 * SAMPLE_RATE_HZ);
const FULL_SCALE = 32_768;

/** One call's recognition inside the worker. */
export class Listening {
  readonly #recogniser: OnlineRecogniser;
  readonly #stream: OnlineStream;
  readonly #onPartial: (text: string) => void;
  #samples = new Float32Array(0);
  #lastPartial = '';

  constructor(recogniser: OnlineRecogniser, onPartial: (text: string) => void) {
    this.#recogniser = recogniser;
    this.#stream = recogniser.createStream();
    this.#onPartial = onPartial;
  }

  hear(mulaw: Uint8Array): void {
    if (this.#samples.length < mulaw.length) this.#samples = new Float32Array(mulaw.length);
    const samples = this.#samples.subarray(0, mulaw.length);
    for (let i = 0; i < mulaw.length; i++) samples[i] = MULAW_TO_LINEAR[mulaw[i]!]! / FULL_SCALE;
    const text = this.#decode(samples);
    if (text === '' || text === this.#lastPartial) return;
    this.#lastPartial = text;
    this.#onPartial(text);
  }

  /** The words since the last end. */
  end(): string {
    const text = this.#decode(TAIL);
    this.#recogniser.reset(this.#stream);
    this.#lastPartial = '';
    return text;
  }

  #decode(samples: Float32Array): string {
    this.#stream.acceptWaveform({ samples, sampleRate: SAMPLE_RATE_HZ });
    while (this.#recogniser.isReady(this.#stream)) this.#recogniser.decode(this.#stream);
    return this.#recogniser.getResult(this.#stream).text.trim();
  }
}
