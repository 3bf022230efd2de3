import type { ProviderContext, ProviderOffer, SpeechToText } from '../contracts.ts';
import { createSocketRecogniser, type SocketSessionOptions } from '../wire/socket-recogniser.ts';
import { DEEPGRAM } from './codec.ts';
import { parseOptions } from './options.ts';
import { DeepgramSession } from './session.ts';

/** Deepgram, with `model` or Nova-3. Connects nothing yet. Throws `ConfigError`. */
export async function openSpeechToText(
  { clock, env }: ProviderContext,
  model: string | undefined,
): Promise<ProviderOffer<SpeechToText>> {
  const parsed = parseOptions(env, model);
  if (!parsed.ok) return parsed;
  const { options } = parsed;
  const createSession = (session: SocketSessionOptions) => new DeepgramSession({ ...session, options });
  return { ok: true, provider: createSocketRecogniser({ who: DEEPGRAM, clock, createSession }) };
}
