import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { toneMulaw } from '../../audio/tone.ts';
import { isSpeakable } from '../../text/speakable.ts';
import type { AudioChunk, ProviderContext, TextToSpeech } from '../contracts.ts';
import { wait } from '../wait.ts';
import { parseDelayMs } from './options.ts';

const BYTES_PER_CHARACTER = (60 * SAMPLE_RATE_HZ) / 1000;
const CHUNK_BYTES = (400 * SAMPLE_RATE_HZ) / 1000;
/** Multiples of 5 Hz: each has whole periods in a chunk, so that chunks join without a click. */
const FREQUENCIES_HZ = [330, 390, 440, 495, 550, 620, 700, 785];

/**
 * "Speaks" a tone of 60 ms per character, each sentence in one of eight pitches, `KAV_FAKE_TTS_MS` after the request.
 * Every chunk is a view of a tone made once: hundreds of calls share 8 × 6400 bytes, and nobody may write to them.
 */
export function createFakeTextToSpeech({ clock, env }: ProviderContext): TextToSpeech {
  const firstByteMs = parseDelayMs(env, 'KAV_FAKE_TTS_MS', 0);
  const tones = FREQUENCIES_HZ.map((frequencyHz) => {
    const twoChunks = toneMulaw({ frequencyHz, durationMs: (2 * CHUNK_BYTES * 1000) / SAMPLE_RATE_HZ });
    return { first: twoChunks.subarray(0, CHUNK_BYTES), next: middleOf(twoChunks) };
  });

  async function* synthesize(text: string, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    signal.throwIfAborted();
    if (!isSpeakable(text)) return;
    await wait(clock, firstByteMs, signal);
    const tone = tones[pitchOf(text)]!;
    const total = [...text].length * BYTES_PER_CHARACTER;
    for (let sent = 0; sent < total; sent += CHUNK_BYTES) {
      signal.throwIfAborted();
      const whole = sent === 0 ? tone.first : tone.next;
      yield { encoding: 'mulaw', data: whole.subarray(0, total - sent) };
    }
  }

  return {
    name: 'fake',
    caveat: 'The voice is fake: it plays a tone for as long as the sentence would take.',
    open: () => ({ synthesize, close: async () => {} }),
    close: async () => {},
  };
}

/** A chunk's length without the fades at the ends of the tone, at the same phase as its start. */
function middleOf(twoChunks: Uint8Array): Uint8Array {
  const from = (200 * SAMPLE_RATE_HZ) / 1000;
  return twoChunks.subarray(from, from + CHUNK_BYTES);
}

function pitchOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) >>> 0;
  return hash % FREQUENCIES_HZ.length;
}
