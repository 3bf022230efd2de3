import type { FlowLanguage } from '../definition.ts';
import { type Found, findPhrases, phrasesOf } from '../phrase.ts';
import type { Token } from '../text.ts';

const PHRASES = {
  en: [
    ...phrasesOf('yes', ['yes', 'yeah', 'yep', 'yup', 'ya', 'sure', 'of course', 'correct', 'right', 'absolutely']),
    ...phrasesOf('yes', ['exactly', 'okay', 'ok', 'fine', 'all right', 'alright', 'definitely', 'perfect', 'indeed']),
    ...phrasesOf('yes', ['go ahead', 'please do', 'i do', 'it is', 'sounds good', 'uh huh', 'mhm', 'true', 'great']),
    ...phrasesOf('yes', ['no problem', 'why not', 'thats it', 'you bet', 'certainly', 'affirmative', 'good']),
    ...phrasesOf('no', [
      'no',
      'nope',
      'nah',
      'not really',
      'wrong',
      'incorrect',
      'not correct',
      'not right',
      'negative',
    ]),
    ...phrasesOf('no', [
      'dont',
      'do not',
      'i dont',
      'it isnt',
      'it is not',
      'its not',
      'not',
      'false',
      'not quite',
      'never',
    ]),
    ...phrasesOf('no', ['thats not right', 'that is not right', 'not true', 'not good', 'not fine', 'not okay']),
  ],
  he: [
    ...phrasesOf('yes', ['כן', 'בטח', 'בוודאי', 'נכון', 'מדויק', 'בסדר', 'אוקיי', 'אוקי', 'או קיי', 'סבבה', 'מתאים']),
    ...phrasesOf('yes', [
      'אפשר',
      'יאללה',
      'ברור',
      'מעולה',
      'חיובי',
      'בהחלט',
      'אכן',
      'לגמרי',
      'בשמחה',
      'אין בעיה',
      'בדיוק',
    ]),
    ...phrasesOf('yes', ['למה לא', 'הכל נכון', 'הכול נכון', 'מצוין', 'טוב', 'בכיף', 'כמובן', 'ודאי', 'רוצה']),
    ...phrasesOf('no', [
      'לא',
      'ממש לא',
      'לא נכון',
      'לא מדויק',
      'טעות',
      'שלילי',
      'אין מצב',
      'לא תודה',
      'לא רוצה',
      'לא בסדר',
    ]),
    ...phrasesOf('no', ['לא מתאים', 'לא בדיוק', 'אי אפשר', 'בכלל לא', 'לא ממש', 'לא טוב', 'שגוי', 'לא אפשר']),
  ],
} as const;

/** Words of agreement and refusal, left to right. */
export function findYesNo(tokens: readonly Token[], language: FlowLanguage): readonly Found[] {
  return findPhrases(tokens, PHRASES[language], { language, prefixes: 'ו' });
}

/** Agreement or refusal as a whole: the first word of either decides. */
export function yesOrNo(tokens: readonly Token[], language: FlowLanguage): 'yes' | 'no' | undefined {
  return findYesNo(tokens, language)[0]?.value as 'yes' | 'no' | undefined;
}

export const YES_NO_SAMPLES = {
  en: ['yes', 'no', "that's right", 'no thanks'],
  he: ['כן', 'לא', 'נכון', 'לא נכון'],
} as const;
