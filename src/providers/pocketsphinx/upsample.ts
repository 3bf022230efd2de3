import { MULAW_TO_LINEAR } from '../../audio/mulaw.ts';

/**
 * 8 kHz µ-law to the 16 kHz of the acoustic model, by linear interpolation on purpose: the images that it leaves fill
 * the upper bands, which the model expects to hold something. Measured against the clean polyphase filter (each with
 * its own cepstral mean): 192 instead of 178 of 237 sentences right.
 */
export class Upsampler {
  #previous = 0;

  process(mulaw: Uint8Array): Int16Array {
    const samples = new Int16Array(2 * mulaw.length);
    let previous = this.#previous;
    for (let i = 0; i < mulaw.length; i++) {
      const sample = MULAW_TO_LINEAR[mulaw[i]!]!;
      samples[2 * i] = (previous + sample) >> 1;
      samples[2 * i + 1] = sample;
      previous = sample;
    }
    this.#previous = previous;
    return samples;
  }
}
