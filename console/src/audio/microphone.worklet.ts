import { Downsampler } from './downsampler.ts';

const FRAME = 160;

/** Cuts the microphone into frames of 20 ms at 8 kHz. */
class Microphone extends AudioWorkletProcessor {
  readonly #down = new Downsampler(sampleRate, 8_000);
  #frame = new Float32Array(FRAME);
  #filled = 0;

  process([input]: Float32Array[][]): boolean {
    const samples = input?.[0];
    if (!samples) return true;
    for (const sample of this.#down.push(samples)) {
      this.#frame[this.#filled++] = sample;
      if (this.#filled < FRAME) continue;
      this.port.postMessage(this.#frame, [this.#frame.buffer]);
      this.#frame = new Float32Array(FRAME);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('kav-microphone', Microphone);
