import { babble } from '../audio/babble.ts';
import type { TextToSpeech } from '../providers/contracts.ts';
import { isSpeakable } from '../text/speakable.ts';

const MS_PER_CHARACTER = 60;
const PEAK = 12_000;

/** "Speaks" any language: syllables without words, for as long as the text would take. */
export function createBabbleVoice(): TextToSpeech {
  return {
    name: 'babble',
    caveat: 'The voice babbles: it makes syllables for as long as the sentence would take.',
    open: () => ({
      async *synthesize(text, signal) {
        signal.throwIfAborted();
        if (!isSpeakable(text)) return;
        const samples = babble([...text].length * MS_PER_CHARACTER, PEAK, text.length);
        yield { encoding: 'pcm16', sampleRateHz: 8_000, data: Int16Array.from(samples) };
      },
      close: async () => {},
    }),
    close: async () => {},
  };
}
