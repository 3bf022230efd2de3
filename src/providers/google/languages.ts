import type { LanguageAnswer, LanguageQuestion } from '../contracts.ts';
import { parseVoiceMode } from './tts-options.ts';
import { chooseVoice } from './tts-voices.ts';

/** Models for the telephone, that hear few languages; the others are chosen by the language, or refused by Google. */
const TELEPHONY = /^(?:telephony|phone_call|telephony_short)$/;
/** https://cloud.google.com/speech-to-text/docs/speech-to-text-supported-languages: neither has Hebrew. */
const NOT_TELEPHONY = /^(?:he|iw)(?:-|$)/i;

export function knowsLanguage(question: LanguageQuestion): LanguageAnswer {
  const { language, operation } = question;
  if (operation === 'stt') return recogniser(question);
  const { name, speaksLanguage } = chooseVoice(
    { callSid: '', language, ...(question.voice === undefined ? {} : { voice: question.voice }) },
    parseVoiceMode(question.model),
  );
  if (speaksLanguage) return { knows: name === undefined ? 'unlisted' : 'yes' };
  return { knows: 'no', remedy: `Name a voice of ${language}, for example Aoede alone, or leave the voice out.` };
}

function recogniser({ language, model }: LanguageQuestion): LanguageAnswer {
  if (model === undefined) return { knows: 'yes' };
  if (!TELEPHONY.test(model) || !NOT_TELEPHONY.test(language)) return { knows: 'unlisted' };
  return { knows: 'no', remedy: "Write stt: 'google' alone: it takes chirp_3 for this language." };
}
