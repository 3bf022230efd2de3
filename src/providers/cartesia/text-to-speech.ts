import type { Opener, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import { DEFAULT_VOICE, knowsLanguage, languageCode, parseOptions } from './options.ts';
import { CartesiaSession, type VoiceChoice } from './session.ts';

/** `cartesia`, or `cartesia:<model>`. A voice is the vendor's voice id. */
export const openTextToSpeech: Opener<TextToSpeech> = async (context, model) => {
  const options = parseOptions(context.env, model);
  if (typeof options === 'string') return { ok: false, reason: options };
  const sessions = new Set<CartesiaSession>();
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

  const open: TextToSpeech['open'] = (call) => {
    const session = new CartesiaSession(options, choose(call), context.clock);
    sessions.add(session);
    return {
      synthesize: (text, signal) => session.synthesize(text, signal),
      close: async () => {
        sessions.delete(session);
        await session.close();
      },
    };
  };

  const close = async (): Promise<void> => {
    await Promise.all([...sessions].map((session) => session.close()));
    sessions.clear();
  };

  return { ok: true, provider: { name: 'cartesia', open, close } };
};
