import type { Opener, TextToSpeech, TextToSpeechOptions, TextToSpeechSession } from '../contracts.ts';
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
  const sessions = new Set<TextToSpeechSession>();
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

  const open = (call: TextToSpeechOptions): TextToSpeechSession => {
    const choice = choose(call);
    const session: TextToSpeechSession = hasSocket(choice.model)
      ? new SocketSession(options, choice, context.clock)
      : openHttpSession(options, choice, context.clock);
    sessions.add(session);
    return {
      ...(session.firstByteMs === undefined ? {} : { firstByteMs: session.firstByteMs }),
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

  return { ok: true, provider: { name: 'elevenlabs', open, close } };
};
