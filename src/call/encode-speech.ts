import { SAMPLE_RATE_HZ } from '../audio/frame.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import { Resampler } from '../audio/resample.ts';
import type { AudioChunk } from '../providers/contracts.ts';

/**
 * One sentence from a voice, in whatever form it comes, as µ-law of 8 kHz; pieces keep the order and the length. A
 * resampler holds back its last milliseconds, which come when the form changes and at the end.
 */
export async function* encodeSpeech(chunks: AsyncIterable<AudioChunk>): AsyncGenerator<Uint8Array> {
  let resampler: Resampler | undefined;
  let rateHz = 0;
  for await (const chunk of chunks) {
    const chunkRateHz = chunk.encoding === 'mulaw' ? 0 : chunk.sampleRateHz;
    if (chunkRateHz !== rateHz) {
      if (resampler) yield encodeMulaw(resampler.flush());
      rateHz = chunkRateHz;
      resampler = rateHz === 0 || rateHz === SAMPLE_RATE_HZ ? undefined : new Resampler(rateHz, SAMPLE_RATE_HZ);
    }
    if (chunk.encoding === 'mulaw') yield chunk.data;
    else yield encodeMulaw(resampler ? resampler.process(chunk.data) : chunk.data);
  }
  if (resampler) yield encodeMulaw(resampler.flush());
}
