/**
 * Vendors of our own, for a demo without an account: Google's recogniser, Google's voice and OpenAI's model as servers on
 * this machine that speak the vendors' real protocols. They know their words beforehand; the adapters, the network and
 * the time it takes are real.
 */
import { openGoogleSpeechLoopback } from '../providers/google/loopback-stt.ts';
import { openGoogleVoiceLoopback } from '../providers/google/loopback-tts.ts';
import type { Loopback } from '../providers/misbehaviour.ts';
import type { LoopbackRequest, ModelAnswer } from '../providers/model/loopback.ts';
import { openOpenAiLoopback } from '../providers/openai/loopback.ts';

export interface LoopbackVendors {
  /** What a server needs to use them. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** `utterances` are what the recogniser will have understood, one after another. */
export async function openLoopbackVendors(utterances: readonly string[]): Promise<LoopbackVendors> {
  const vendors: readonly Loopback[] = await Promise.all([
    openGoogleSpeechLoopback({ words: utterances }),
    openGoogleVoiceLoopback({}),
    openOpenAiLoopback({ answer: answerAsLeah }),
  ]);
  const chosen = { KAV_STT: 'google', KAV_BRAIN: 'openai', KAV_TTS: 'google' };
  return {
    env: Object.assign({}, ...vendors.map(({ env }) => env), chosen),
    close: async () => {
      await Promise.all(vendors.map((vendor) => vendor.close()));
    },
  };
}

const LEAD = { area: 'רמת גן', rooms: '4', budget: '2000000', name: 'דויד לוי', phone: '0501234567' };

/** What the model says to each of the caller's lines in `flat-wanted-with-model.yaml`. */
const SCRIPT: readonly (readonly [heard: RegExp, answer: ModelAnswer])[] = [
  [/ארבעה חדרים/u, { text: 'תודה על התיקון. אז דירה ברמת גן, 4 חדרים, עד 2,000,000 ₪, על שם דויד לוי. הכול נכון?' }],
  [/נכון/u, { text: 'מצוין, רק רגע אני שומרת.', toolCalls: [{ name: 'saveLead', arguments: LEAD }] }],
  [/אפס חמש/u, { text: 'רשמתי: 050-1234567. אז דירה ברמת גן, 3 חדרים, עד 2,000,000 ₪, על שם דויד לוי. הכול נכון?' }],
  [/לוי/u, { text: 'נעים מאוד, דויד. לאיזה מספר לחזור אליך?' }],
  [/מיליון/u, { text: 'בסדר גמור, עד 2 מיליון ₪. ומה השם, בבקשה?' }],
  [/חדרים/u, { text: 'רשמתי, 3 חדרים. ומה התקציב, בערך?' }],
  [/גן/u, { text: 'רמת גן, אזור מבוקש! כמה חדרים?' }],
];

const FAREWELL: ModelAnswer = {
  text: 'שמרתי הכול. אחד המתווכים שלנו יחזור אליך עד 18:00. יום נעים, ולהתראות!',
  toolCalls: [{ name: 'end_call', arguments: {} }],
};

function answerAsLeah({ lastUserText, toolResults }: LoopbackRequest): ModelAnswer {
  if (toolResults.length > 0) return FAREWELL;
  const [, answer] = SCRIPT.find(([heard]) => heard.test(lastUserText)) ?? [];
  return answer ?? { text: 'אפשר לחזור על זה?' };
}
