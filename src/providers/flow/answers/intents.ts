import type { FlowLanguage } from '../definition.ts';
import { hasPhrase } from '../phrase.ts';
import { type Token, wordsOf } from '../text.ts';

export type Intent = 'repeat' | 'help' | 'operator' | 'goodbye';

type Phrases = Readonly<Record<Intent, readonly string[]>>;

/** What means the intent when it is all that was said. */
const WHOLE: Readonly<Record<FlowLanguage, Phrases>> = {
  en: {
    repeat: [
      ...[
        'repeat',
        'repeat that',
        'repeat the question',
        'can you repeat',
        'can you repeat that',
        'could you repeat that',
      ],
      ...['say that again', 'say it again', 'again', 'pardon', 'pardon me', 'what', 'what did you say', 'come again'],
      ...['excuse me', 'sorry', 'sorry what', 'once more', 'i didnt hear', 'i didnt hear you', 'i didnt catch that'],
    ],
    help: [
      ...['help', 'help me', 'i need help', 'what can i say', 'what are my options', 'what are the options'],
      ...['i dont know', 'i dont understand', 'im not sure', 'not sure', 'what do you mean'],
    ],
    operator: ['operator', 'agent', 'human', 'person', 'representative', 'receptionist', 'somebody', 'real person'],
    goodbye: [
      ...[
        'goodbye',
        'good bye',
        'bye',
        'bye bye',
        'cancel',
        'cancel that',
        'cancel everything',
        'never mind',
        'nevermind',
      ],
      ...[
        'forget it',
        'hang up',
        'stop',
        'quit',
        'i changed my mind',
        'no thanks goodbye',
        'thank you goodbye',
        'ok bye',
      ],
      ...['thanks bye', 'no goodbye', 'no bye'],
    ],
  },
  he: {
    repeat: [
      ...['מה', 'שוב', 'עוד פעם', 'אפשר לחזור', 'אפשר לחזור על זה', 'תחזור', 'תחזרי', 'תחזור על זה', 'תחזרי על זה'],
      ...['לא שמעתי', 'מה אמרת', 'סליחה', 'סליחה מה', 'תגיד שוב', 'תגידי שוב', 'אפשר שוב', 'חזור', 'לחזור', 'מה השאלה'],
    ],
    help: [
      'עזרה',
      'לא הבנתי',
      'לא יודע',
      'לא יודעת',
      'אני לא יודע',
      'אני לא יודעת',
      'מה אפשר להגיד',
      'מה האפשרויות',
      'תעזור לי',
      'תעזרי לי',
    ],
    operator: [
      'נציג',
      'נציגה',
      'נציג אנושי',
      'מוקד',
      'מוקדן',
      'מזכירה',
      'בן אדם',
      'בנאדם',
      'אדם אמיתי',
      'מנהל',
      'מתווך',
      'מתווכת',
    ],
    goodbye: [
      ...['להתראות', 'תודה ולהתראות', 'ביי', 'ביי ביי', 'תודה ביי', 'ביטול', 'לבטל', 'תבטל', 'תבטלי', 'עזוב', 'עזבי'],
      ...[
        'לא משנה',
        'תנתק',
        'תנתקי',
        'לא מעוניין',
        'לא מעוניינת',
        'אני לא מעוניין',
        'אני לא מעוניינת',
        'שלום ולהתראות',
      ],
      ...['לא תודה להתראות', 'לא תודה ביי', 'תשכח מזה', 'תשכחי מזה'],
    ],
  },
};

/** What means the intent inside a longer sentence, when nothing in it answers the question. */
const INSIDE: Readonly<Record<FlowLanguage, Phrases>> = {
  en: {
    repeat: ['repeat', 'say that again', 'didnt hear', 'didnt catch'],
    help: ['help me', 'dont understand', 'dont know', 'what can i say'],
    operator: [
      'operator',
      'real person',
      'a human',
      'representative',
      'speak to',
      'speak with',
      'talk to',
      'talk with',
      'transfer me',
    ],
    goodbye: ['goodbye', 'bye bye', 'hang up', 'never mind', 'forget it', 'cancel'],
  },
  he: {
    repeat: ['לחזור על', 'לא שמעתי', 'מה אמרת', 'להגיד שוב', 'עוד פעם'],
    help: ['לא הבנתי', 'לא יודע', 'לא יודעת', 'צריך עזרה', 'צריכה עזרה'],
    operator: ['נציג', 'נציגה', 'לדבר עם', 'בן אדם', 'תעביר אותי', 'תעבירי אותי'],
    goodbye: ['להתראות', 'לא מעוניין', 'לא מעוניינת', 'לנתק', 'לבטל הכל'],
  },
};

const POLITE: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: ['please', 'um', 'uh', 'er', 'well', 'hey', 'oh', 'the', 'an', 'a'],
  he: ['בבקשה', 'אה', 'אמ', 'רגע', 'היי', 'טוב', 'אז'],
};
const ORDER: readonly Intent[] = ['goodbye', 'operator', 'help', 'repeat'];

/** The intent that the utterance is, and nothing else. */
export function wholeIntent(tokens: readonly Token[], language: FlowLanguage): Intent | undefined {
  const said = plain(
    tokens.map((token) => token.text),
    language,
  );
  if (said === '') return undefined;
  return ORDER.find((intent) => WHOLE[language][intent].some((phrase) => plain(wordsOf(phrase), language) === said));
}

/** The intent that the utterance contains. */
export function insideIntent(tokens: readonly Token[], language: FlowLanguage): Intent | undefined {
  return ORDER.find((intent) => hasPhrase(tokens, INSIDE[language][intent], language));
}

function plain(words: readonly string[], language: FlowLanguage): string {
  return words.filter((word) => !POLITE[language].includes(word)).join(' ');
}
