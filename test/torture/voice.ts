/** Stands in for the fake voice: its audio can be read, so that the harness knows what a caller has heard. */
import type { AudioChunk, TextToSpeech } from '../../src/providers/contracts.ts';
import { frameOf } from './words.ts';

/** Long enough to be speech, short enough for a call of seconds. */
const FRAMES = 12;

async function* synthesize(text: string, signal: AbortSignal): AsyncGenerator<AudioChunk> {
  signal.throwIfAborted();
  const frame = frameOf(text);
  for (let i = 0; i < FRAMES; i++) yield { encoding: 'mulaw', data: frame };
}

export function createFakeTextToSpeech(): TextToSpeech {
  return { name: 'fake', open: () => ({ synthesize, close: async () => {} }), close: async () => {} };
}
