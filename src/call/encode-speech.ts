import { SAMPLE_RATE_HZ } from '../audio/frame.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import { Resampler } from '../audio/resample.ts';
import type { AudioChunk } from '../providers/contracts.ts';

/** One sentence from a voice, in whatever form it comes, as µ-law of 8 kHz; pieces keep the order and the length. */
export async function* encodeSpeech(chunks: AsyncIterable<AudioChunk>): AsyncGenerator<Uint8Array> {
  let resampler: Resampler | undefined;
  let rateHz = 0;
  for await (const chunk of chunks) {
    if (chunk.encoding === 'mulaw') {
      yield chunk.data;
      continue;
    }
    if (chunk.sampleRateHz !== rateHz) {
      if (resampler) yield encodeMulaw(resampler.flush());
      rateHz = chunk.sampleRateHz;
      resampler = rateHz === SAMPLE_RATE_HZ ? undefined : new Resampler(rateHz, SAMPLE_RATE_HZ);
    }
    yield encodeMulaw(resampler ? resampler.process(chunk.data) : chunk.data);
  }
  if (resampler) yield encodeMulaw(resampler.flush());
}
