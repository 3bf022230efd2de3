import type { TextToSpeech, TextToSpeechOptions, TextToSpeechSession } from '../contracts.ts';

/** A voice whose sessions have connections of their own: it only knows which are open, to close them. */
export function createSessionVoice(
  name: string,
  createSession: (call: TextToSpeechOptions) => TextToSpeechSession,
): TextToSpeech {
  const sessions = new Set<TextToSpeechSession>();
  return {
    name,
    open: (call) => {
      const session = createSession(call);
      sessions.add(session);
      return {
        ...(session.firstByteMs === undefined ? {} : { firstByteMs: session.firstByteMs }),
        synthesize: (text, signal) => session.synthesize(text, signal),
        close: async () => {
          sessions.delete(session);
          await session.close();
        },
      };
    },
    close: async () => {
      await Promise.all([...sessions].map((session) => session.close()));
      sessions.clear();
    },
  };
}
