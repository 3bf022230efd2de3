import type { Opener, TextToSpeech, TextToSpeechOptions } from '../contracts.ts';
import { createSessionVoice } from '../wire/session-voice.ts';
import { openHttpSession } from './http-session.ts';
import { defaultModel, hasSocket, knowsLanguage } from './models.ts';
import { DEFAULT_VOICE, parseOptions, type VoiceChoice } from './options.ts';
import { SocketSession } from './socket-session.ts';

/**
 * `elevenlabs` takes the quickest model that knows the call's language, `elevenlabs:<model>` that model. Models without
 * a socket are asked by HTTP. A voice is the vendor's voice id.
 */
export const openTextToSpeech: Opener<TextToSpeech> = async (context, model) => {
  const options = parseOptions(context.env, model);
  if (typeof options === 'string') return { ok: false, reason: options };
  const warned = new Set<string>();

  const choose = ({ language, voice = DEFAULT_VOICE }: TextToSpeechOptions): VoiceChoice => {
    const choice = { voice, language, model: options.model ?? defaultModel(language) };
    if (!knowsLanguage(choice.model, language) && !warned.has(language)) {
      warned.add(language);
      context.warn(
        `ElevenLabs' model ${choice.model} does not know ${language}: it will read the words with a foreign accent, or ` +
          `not at all. Write tts: 'elevenlabs:${defaultModel(language)}', or tts: 'elevenlabs' to leave the choice to Kav.`,
      );
    }
    return choice;
  };

  const provider = createSessionVoice('elevenlabs', (call) => {
    const choice = choose(call);
    return hasSocket(choice.model)
      ? new SocketSession(options, choice, context.clock)
      : openHttpSession(options, choice, context.clock);
  });
  return { ok: true, provider };
};
