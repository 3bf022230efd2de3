import { SAMPLE_RATE_HZ } from '../audio/frame.ts';
import { decodeMulaw } from '../audio/mulaw.ts';
import { serializeWav } from '../audio/wav.ts';

/** A WAV of the call: the caller left, the agent as the caller heard it right; 8000 Hz, 16 bit. */
export function serializeStereoWav(caller: Uint8Array, agent: Uint8Array): Uint8Array {
  return serializeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [decodeMulaw(caller), decodeMulaw(agent)] });
}
