import { SAMPLE_RATE_HZ } from '../audio/frame.ts';
import { serializeMulawWavHeader } from '../audio/wav.ts';
import type { ReadRecording } from './read-recording.ts';

/** The recording as a WAV file of stereo µ-law, piece by piece: left the caller, right what the caller heard. */
export async function* exportWav(recording: ReadRecording): AsyncGenerator<Uint8Array> {
  yield serializeMulawWavHeader({ channelCount: 2, sampleRateHz: SAMPLE_RATE_HZ, dataBytes: recording.bytes });
  yield* recording.audio();
}
