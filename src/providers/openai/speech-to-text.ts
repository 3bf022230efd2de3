import type { ProviderContext, ProviderOffer, SpeechToText } from '../contracts.ts';
import { createSocketRecogniser, type SocketSessionOptions } from '../wire/socket-recogniser.ts';
import { OPENAI_STT } from './stt-codec.ts';
import { parseTranscriptionOptions } from './stt-options.ts';
import { TranscriptionSession } from './stt-session.ts';

/** OpenAI's transcription, with `model` or the one that streams. Connects nothing yet. Throws `ConfigError`. */
export async function openSpeechToText(
  { clock, env, warn }: ProviderContext,
  model: string | undefined,
): Promise<ProviderOffer<SpeechToText>> {
  const parsed = parseTranscriptionOptions(env, model);
  if (!parsed.ok) return parsed;
  const { options, warning } = parsed;
  if (warning !== undefined) warn(warning);
  const createSession = (session: SocketSessionOptions) => new TranscriptionSession({ ...session, options });
  return { ok: true, provider: createSocketRecogniser({ who: OPENAI_STT, clock, createSession }) };
}
