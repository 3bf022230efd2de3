/** flite, an English voice that runs on this machine: https://github.com/festvox/flite, compiled to WebAssembly. */
import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { isSpeakable } from '../../text/speakable.ts';
import type { AudioChunk, ProviderContext, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import { fliteError, SynthesisQueue } from './synthesis-queue.ts';
import { fliteText } from './text.ts';
import { FLITE_VOICES, type FliteVoice } from './worker-messages.ts';

/** Small enough that an interrupted reply stops early, large enough to cost nothing. */
const CHUNK_BYTES = (300 * SAMPLE_RATE_HZ) / 1000;
const DEFAULT_VOICE: FliteVoice = 'slt';

/** Makes no thread until the first sentence. Another language than English, or an unknown voice, fails on `synthesize`. */
export function createFlite({ clock }: ProviderContext): TextToSpeech {
  const queue = new SynthesisQueue(clock);
  return {
    name: 'flite',
    open: (options) => {
      const closing = new AbortController();
      return {
        synthesize: (text, signal) => synthesize(queue, options, text, AbortSignal.any([signal, closing.signal])),
        close: async () => closing.abort(),
      };
    },
    close: () => queue.close(),
  };
}

async function* synthesize(
  queue: SynthesisQueue,
  options: TextToSpeechOptions,
  text: string,
  signal: AbortSignal,
): AsyncGenerator<AudioChunk> {
  signal.throwIfAborted();
  const voice = voiceFor(options);
  const pieces = fliteText(text);
  if (pieces.length === 0 && isSpeakable(text)) {
    throw fliteError('provider-misconfigured', 'cannot read a text without a Latin letter or a digit');
  }
  for (const piece of pieces) {
    const audio = await queue.speak({ text: piece, voice }, signal);
    for (let from = 0; from < audio.length; from += CHUNK_BYTES) {
      signal.throwIfAborted();
      yield { encoding: 'mulaw', data: audio.subarray(from, from + CHUNK_BYTES) };
    }
  }
}

function voiceFor({ language, voice = DEFAULT_VOICE }: TextToSpeechOptions): FliteVoice {
  if (!/^en(?:-|$)/i.test(language)) {
    throw fliteError('provider-misconfigured', `speaks English only, the call is in ${language}`);
  }
  const known = FLITE_VOICES.find((name) => name === voice);
  if (!known) {
    throw fliteError('provider-misconfigured', `has no voice "${voice}"; it has ${FLITE_VOICES.join(', ')}`);
  }
  return known;
}
