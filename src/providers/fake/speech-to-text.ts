import type { ProviderContext, SpeechToText } from '../contracts.ts';
import { createCannedRecogniser } from '../scripted/canned-session.ts';
import { parseDelayMs } from './options.ts';

export const FAKE_TRANSCRIPT = 'I would like to know your opening hours.';

/** Hears the same words in every utterance, `KAV_FAKE_STT_MS` after its end. Throws `ConfigError` for a bad delay. */
export function createFakeSpeechToText({ clock, env }: ProviderContext): SpeechToText {
  return createCannedRecogniser({
    name: 'fake',
    caveat: `Recognition is fake: it hears "${FAKE_TRANSCRIPT}" whatever the caller says.`,
    clock,
    textOf: () => FAKE_TRANSCRIPT,
    finalMs: parseDelayMs(env, 'KAV_FAKE_STT_MS', 50),
  });
}
