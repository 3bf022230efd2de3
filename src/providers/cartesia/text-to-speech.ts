import type { Opener, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import { createSessionVoice } from '../wire/session-voice.ts';
import { DEFAULT_VOICE, knowsLanguage, languageCode, parseOptions } from './options.ts';
import { CartesiaSession, type VoiceChoice } from './session.ts';

/** `cartesia`, or `cartesia:<model>`. A voice is the vendor's voice id. */
export const openTextToSpeech: Opener<TextToSpeech> = async (context, model) => {
  const options = parseOptions(context.env, model);
  if (typeof options === 'string') return { ok: false, reason: options };
  const warned = new Set<string>();

  const choose = ({ language, voice = DEFAULT_VOICE }: TextToSpeechOptions): VoiceChoice => {
    if (knowsLanguage(options.model, language)) return { voice, language: languageCode(language) };
    if (!warned.has(language)) {
      warned.add(language);
      context.warn(
        `Cartesia's model ${options.model} does not know ${language}: it will read the words as English. Choose ` +
          "a model that does, such as tts: 'cartesia:sonic-3' for Hebrew, or another vendor's voice.",
      );
    }
    // A language that the model does not know would have every sentence refused.
    return { voice, language: undefined };
  };

  const provider = createSessionVoice('cartesia', (call) => new CartesiaSession(options, choose(call), context.clock));
  return { ok: true, provider };
};
