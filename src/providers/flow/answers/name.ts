import type { FlowLanguage } from '../definition.ts';
import { type Found, hasPhrase, phraseAt } from '../phrase.ts';
import { type Token, wordsOf } from '../text.ts';
import { numberWord } from './number-words.ts';

const LEADS: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: ['my name is', 'the name is', 'name is', 'my names', 'i am called', 'call me', 'put it under'],
  he: ['קוראים לי', 'שמי', 'השם שלי', 'השם שלי הוא', 'השם הוא', 'השם', 'שם שלי'],
};
/** Leads that say a name only where a name was asked for: "this is Anna", but also "this is too late". */
const LOOSE_LEADS: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: [
    'this is',
    'it is',
    'its',
    'im',
    'i am',
    'hi',
    'hello',
    'yes',
    'yeah',
    'sure',
    'um',
    'uh',
    'well',
    'okay',
    'no',
    'to',
    'is',
  ],
  he: ['זה', 'אני', 'מדבר', 'מדברת', 'כאן', 'שלום', 'כן', 'אה', 'אז', 'בטח', 'לא', 'היי', 'הוא'],
};
/** A name ends before these. */
const ENDS: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: ['and', 'but', 'i', 'my', 'on', 'at', 'for', 'from', 'please', 'calling', 'speaking', 'here', 'thanks', 'thank'],
  he: ['ואני', 'אני', 'והטלפון', 'הטלפון', 'טלפון', 'בבקשה', 'תודה', 'ואפשר', 'מתקשר', 'מתקשרת', 'מדבר', 'מדברת', 'ו'],
};
/** Words that no name has: with one of them, the answer was something else. */
const NEVER: Readonly<Record<FlowLanguage, string>> = {
  en: `what who why how when where which the a an of to in it is are was do does did dont not know cant can could would
    should want need like have has had this that these those you your we they he she me him her them there yes no maybe
    repeat help sorry name number phone today tomorrow monday tuesday wednesday thursday friday saturday sunday morning
    afternoon evening oclock change wait hold minute second just too late early because if or with about again wrong
    right operator goodbye bye day time change instead`,
  he: `מה מי למה איך מתי איפה כמה לא כן אולי יודע יודעת רוצה צריך צריכה אפשר של את אתה אתם הם זה זאת שוב עזרה סליחה
    שם מספר טלפון היום מחר יום שעה רגע דקה שנייה אבל כי אם או עם על לשנות נציג להתראות ביי חדרים שקל טעות נכון`,
};

/** The name in the utterance; when `strict`, only one that is announced: "my name is …". */
export function findNames(
  tokens: readonly Token[],
  { language, strict }: { readonly language: FlowLanguage; readonly strict: boolean },
): readonly Found[] {
  const announced = afterLead(tokens, LEADS[language], language);
  const from = announced ?? (strict ? undefined : skipLeads(tokens, language));
  if (from === undefined) return [];
  const to = nameEnd(tokens, from, language);
  const words = tokens.slice(from, to);
  // Longer answers are sentences, and "not sure" is no name either.
  const isName =
    words.length >= 1 &&
    words.length <= (announced === undefined ? 4 : 5) &&
    words.every((word) => isNameWord(word, language));
  const rest = announced === undefined ? tokens.slice(to) : [];
  if (!isName || rest.length > 4 || hasPhrase(words, NEVER[language].split(/\s+/u), language)) return [];
  return [{ value: spelled(words), from, to }];
}

function afterLead(tokens: readonly Token[], leads: readonly string[], language: FlowLanguage): number | undefined {
  let after: number | undefined;
  for (let at = 0; at < tokens.length && after === undefined; at++) {
    for (const lead of leads) {
      const length = phraseAt(tokens, at, wordsOf(lead), { language, prefixes: 'ו' });
      if (length > 0 && at + length > (after ?? 0)) after = at + length;
    }
  }
  return after;
}

function skipLeads(tokens: readonly Token[], language: FlowLanguage): number {
  let at = 0;
  for (;;) {
    const length = Math.max(
      ...LOOSE_LEADS[language].map((lead) => phraseAt(tokens, at, wordsOf(lead), { language, prefixes: 'ו' })),
    );
    if (length === 0) return at;
    at += length;
  }
}

function nameEnd(tokens: readonly Token[], from: number, language: FlowLanguage): number {
  const ends = tokens.findIndex((token, index) => index > from && ENDS[language].includes(token.text));
  const pause = tokens.findIndex((token, index) => index > from && token.pause);
  const last = [ends, pause < 0 ? -1 : pause + 1].filter((index) => index >= 0);
  const to = last.length > 0 ? Math.min(...last) : tokens.length;
  const digits = tokens.findIndex(
    (token, index) => index >= from && numberWord(token, language, false)?.role === 'digits',
  );
  return digits < 0 ? to : Math.min(to, digits);
}

function isNameWord(token: Token, language: FlowLanguage): boolean {
  // In Hebrew a number word may be a name: Shani is spelled like "two".
  const isNumber = language === 'en' && numberWord(token, language, false) !== undefined;
  return !isNumber && /^[\p{L}\p{M}'’׳״".-]{1,30}$/u.test(token.raw);
}

/** Recognisers write lower case; a name that came with capitals keeps its own ("McGee"). */
function spelled(words: readonly Token[]): string {
  const raw = words.map((word) => word.raw);
  const hasCapitals = raw.some((word) => word !== word.toLowerCase());
  return raw.map((word) => (hasCapitals ? word : word.replace(/^./u, (letter) => letter.toUpperCase()))).join(' ');
}

/** Common names for a recogniser with a small vocabulary; every one is in the CMU dictionary. */
export const COMMON_NAMES = {
  first: [
    'alex',
    'amy',
    'andrew',
    'anna',
    'anthony',
    'ben',
    'brian',
    'charles',
    'daniel',
    'david',
    'emily',
    'emma',
    'george',
    'jack',
    'james',
    'jane',
    'jennifer',
    'jessica',
    'john',
    'julia',
    'karen',
    'kevin',
    'laura',
    'linda',
    'lisa',
    'maria',
    'mark',
    'mary',
    'michael',
    'nancy',
    'patricia',
    'paul',
    'peter',
    'richard',
    'robert',
    'sarah',
    'steven',
    'susan',
    'thomas',
    'william',
  ],
  last: [
    'adams',
    'allen',
    'anderson',
    'baker',
    'brown',
    'campbell',
    'carter',
    'clark',
    'cohen',
    'collins',
    'cooper',
    'davis',
    'evans',
    'garcia',
    'green',
    'hall',
    'harris',
    'jackson',
    'johnson',
    'jones',
    'king',
    'lee',
    'lewis',
    'martin',
    'miller',
    'moore',
    'morgan',
    'murphy',
    'nelson',
    'parker',
    'roberts',
    'robinson',
    'scott',
    'smith',
    'taylor',
    'thompson',
    'turner',
    'walker',
    'white',
    'williams',
    'wilson',
    'wright',
    'young',
  ],
} as const;
