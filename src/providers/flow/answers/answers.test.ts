import { describe, expect, test } from 'vitest';
import type { FlowLanguage, Question } from '../definition.ts';
import { tokenise } from '../text.ts';
import { findAnswers, pickMeant, speakValue } from './answer.ts';

const LOCALES = { en: 'en-US', he: 'he-IL' } as const;

function understood(question: Question, utterance: string, options: { language: FlowLanguage; strict?: boolean }) {
  const tokens = tokenise(utterance);
  const { language, strict = false } = options;
  const found = findAnswers(question, tokens, { language, locale: LOCALES[language], strict });
  return pickMeant(found, tokens, language)?.value;
}

type Case = readonly [utterance: string, value: string | undefined];

function table(
  name: string,
  question: Question,
  cases: { readonly en: readonly Case[]; readonly he: readonly Case[] },
) {
  for (const language of ['en', 'he'] as const) {
    test.each(cases[language])(`${name} (${language}): %s → %s`, (utterance, value) => {
      expect(understood(question, utterance, { language })).toBe(value);
    });
  }
}

const slot = 'it';
const ask = '?';

table(
  'yes-no',
  { kind: 'yes-no', slot, ask },
  {
    en: [
      ['yes', 'yes'],
      ['Yeah, sure.', 'yes'],
      ["that's right", 'yes'],
      ['no problem', 'yes'],
      ['Nope', 'no'],
      ['no thank you', 'no'],
      ["that's not right", 'no'],
      ["I don't", 'no'],
      ['maybe', undefined],
    ],
    he: [
      ['כן', 'yes'],
      ['כן, בטח!', 'yes'],
      ['נכון', 'yes'],
      ['אין בעיה', 'yes'],
      ['לא', 'no'],
      ['לא, תודה', 'no'],
      ['לא נכון', 'no'],
      ['כֵּן', 'yes'],
      ['\u200fלא\u200e.', 'no'],
      ['אולי', undefined],
    ],
  },
);

const treatments: Question = {
  kind: 'choice',
  slot,
  ask,
  options: [
    { value: 'cleaning', say: 'a cleaning', synonyms: ['teeth cleaned', 'ניקוי', 'ניקוי שיניים'] },
    { value: 'check-up', synonyms: ['checkup', 'exam', 'בדיקה'] },
    { value: 'root-canal', synonyms: ['טיפול שורש'] },
  ],
};
table('choice', treatments, {
  en: [
    ['a cleaning please', 'cleaning'],
    ['I want my teeth cleaned', 'cleaning'],
    ['check-up', 'check-up'],
    ['a Check up.', 'check-up'],
    ['not a cleaning, an exam', 'check-up'],
    ['a cleaning, no, sorry, a root canal', 'root-canal'],
    ['pizza', undefined],
  ],
  he: [
    ['ניקוי', 'cleaning'],
    ['אני צריכה ניקוי שיניים', 'cleaning'],
    ['לבדיקה', 'check-up'],
    ['בשביל הבדיקה', 'check-up'],
    ['טיפול־שורש', 'root-canal'],
    ['לא ניקוי, בדיקה', 'check-up'],
    ['פיצה', undefined],
  ],
});

table(
  'name',
  { kind: 'name', slot, ask },
  {
    en: [
      ['john smith', 'John Smith'],
      ['My name is Mary.', 'Mary'],
      ["it's anna lee", 'Anna Lee'],
      ["I'm Peter O'Brien", "Peter O'Brien"],
      ['my name is anna and I need a cleaning', 'Anna'],
      ['this is John speaking', 'John'],
      ['what do you mean', undefined],
      ['next Tuesday', undefined],
      ['yes', undefined],
      ['four', undefined],
    ],
    he: [
      ['דנה לוי', 'דנה לוי'],
      ['קוראים לי משה', 'משה'],
      ['שמי רות כהן.', 'רות כהן'],
      ['השם שלי הוא יעל', 'יעל'],
      ['מדבר אבי', 'אבי'],
      ['זה דני', 'דני'],
      ['לא יודעת', undefined],
      ['כן', undefined],
      ['למה אתם צריכים את זה', undefined],
    ],
  },
);

table(
  'phone',
  { kind: 'phone', slot, ask },
  {
    en: [
      ['555 123 4567', '+15551234567'],
      ['(555) 123-4567', '+15551234567'],
      ['one five five five one two three four five six seven', '+15551234567'],
      ['five five five, one two three, four five six seven', '+15551234567'],
      ['my number is five five five oh one double two three four five', '+15550122345'],
      ['five fifty five twelve thirty four five sixty seven', '+15551234567'],
      ['555 01 23', '5550123'],
      ['eight hundred five five five one two one two', '+18005551212'],
      ['+972 52-123-4567', '+972521234567'],
      ['one two three', undefined],
      ['I have no phone', undefined],
    ],
    he: [
      ['052-1234567', '+972521234567'],
      ['0521234567', '+972521234567'],
      ['+972-52-123-4567', '+972521234567'],
      ['אפס חמש שתיים אחת שתיים שלוש ארבע חמש שש שבע', '+972521234567'],
      ['אפס חמישים ושתיים, אחת שתיים שלוש, ארבע חמש שש שבע', '+972521234567'],
      ['המספר שלי 03-5551234', '+97235551234'],
      ['אפס שלוש חמש חמש חמש אחת שתיים שלוש ארבע', '+97235551234'],
      ['1-800-123456', '1800123456'],
      ['*2700', '*2700'],
      ['05212345', undefined],
      ['אין לי טלפון', undefined],
    ],
  },
);

const amount: Question = { kind: 'number', slot, ask, units: ['rooms', 'חדרים', 'חדר'] };
table('number', amount, {
  en: [
    ['three', '3'],
    ['3.5', '3.5'],
    ['three and a half', '3.5'],
    ['three rooms and a half', '3.5'],
    ['twenty five', '25'],
    ['twenty-five', '25'],
    ['one hundred and twenty', '120'],
    ['two thousand three hundred', '2300'],
    ['1,500,000', '1500000'],
    ['one point five million', '1500000'],
    ['two and a half million', '2500000'],
    ['half a million', '500000'],
    ['350k', '350000'],
    ['not four, five', '5'],
    ['several', undefined],
  ],
  he: [
    ['שלושה', '3'],
    ['שלוש', '3'],
    ['שלושה וחצי', '3.5'],
    ['שלושה חדרים וחצי', '3.5'],
    ['3 וחצי', '3.5'],
    ['עשרים וחמש', '25'],
    ['שתים עשרה', '12'],
    ['מאה ועשרים', '120'],
    ['מאתיים', '200'],
    ['אלפיים ושלוש מאות', '2300'],
    ['חמשת אלפים', '5000'],
    ['חמישים אלף', '50000'],
    ['מיליון', '1000000'],
    ['מיליון וחצי', '1500000'],
    ['מיליון ומאתיים', '1200000'],
    ['שני מיליון ושלוש מאות אלף', '2300000'],
    ['חצי מיליון', '500000'],
    ['2.5 מיליון', '2500000'],
    ['ב-3', '3'],
    ['לא ארבעה, חמישה', '5'],
    ['הרבה', undefined],
  ],
});

table(
  'date',
  { kind: 'date', slot, ask },
  {
    en: [
      ['Tuesday', 'tuesday'],
      ['on Tuesday please', 'tuesday'],
      ['next friday', 'next-friday'],
      ['Friday next week', 'next-friday'],
      ['today', 'today'],
      ['tomorrow morning', 'tomorrow'],
      ['the day after tomorrow', 'day-after-tomorrow'],
      ['sometime next week', 'next-week'],
      ['March 15th', '03-15'],
      ['the fifteenth of March', '03-15'],
      ['march twenty first', '03-21'],
      ['3/15', '03-15'],
      ['the twenty second', 'day-22'],
      ['in three days', 'in-3-days'],
      ['in a week', 'in-1-weeks'],
      ['no, Tuesday', 'tuesday'],
      ['not Monday, Tuesday', 'tuesday'],
      ['Tuesday, not Monday', 'tuesday'],
      ['Monday, no, Tuesday', 'tuesday'],
      ['February 30th', undefined],
      ['whenever', undefined],
    ],
    he: [
      ['שלישי', 'tuesday'],
      ['ביום שלישי', 'tuesday'],
      ['יום ג׳', 'tuesday'],
      ['יום ראשון הבא', 'next-sunday'],
      ['בשבת', 'saturday'],
      ['היום', 'today'],
      ['מחר בבוקר', 'tomorrow'],
      ['מָחָר', 'tomorrow'],
      ['מחרתיים', 'day-after-tomorrow'],
      ['בשבוע הבא', 'next-week'],
      ['15 במרץ', '03-15'],
      ['חמישה עשר במרץ', '03-15'],
      ['ב-15/3', '03-15'],
      ['15.3', '03-15'],
      ['ב-15 לחודש', 'day-15'],
      ['בעוד שלושה ימים', 'in-3-days'],
      ['בעוד שבועיים', 'in-2-weeks'],
      ['לא, ביום שלישי', 'tuesday'],
      ['לא שני, שלישי', 'tuesday'],
      ['לא משנה לי', undefined],
    ],
  },
);

const hours: Question = { kind: 'time', slot, ask, within: { from: '09:00', to: '17:00' } };
table('time', hours, {
  en: [
    ['ten', '10:00'],
    ["ten o'clock", '10:00'],
    ['at three', '15:00'],
    ['ten thirty', '10:30'],
    ['half past two', '14:30'],
    ['quarter past nine', '09:15'],
    ['a quarter to ten', '09:45'],
    ['twenty to four', '15:40'],
    ['10:30', '10:30'],
    ['10:30 a.m.', '10:30'],
    ['3pm', '15:00'],
    ['three in the afternoon', '15:00'],
    ['eight in the evening', '20:00'],
    ['in the morning at nine', '09:00'],
    ['nine oh five', '09:05'],
    ['noon', '12:00'],
    ['15:45', '15:45'],
    ['not four, five', '17:00'],
    ['not ten eleven', '11:00'],
    ['late', undefined],
    ['25:00', undefined],
  ],
  he: [
    ['עשר', '10:00'],
    ['בעשר', '10:00'],
    ['בשעה עשר', '10:00'],
    ['בשלוש', '15:00'],
    ['עשר וחצי', '10:30'],
    ['עשר ורבע', '10:15'],
    ['רבע לעשר', '09:45'],
    ['עשרה לארבע', '15:50'],
    ['עשר ועשרים', '10:20'],
    ['אחת עשרה', '11:00'],
    ['שתים עשרה בצהריים', '12:00'],
    ['10:30', '10:30'],
    ['ב-10', '10:00'],
    ['שלוש אחר הצהריים', '15:00'],
    ['שמונה בערב', '20:00'],
    ['תשע בבוקר', '09:00'],
    ['בצהריים', '12:00'],
    ['לא ארבע, חמש', '17:00'],
    ['לא בארבע, בחמש', '17:00'],
    ['מאוחר', undefined],
  ],
});

table(
  'text',
  { kind: 'text', slot, ask },
  {
    en: [
      ['the roof leaks, badly', 'the roof leaks badly'],
      ['...', undefined],
    ],
    he: [
      ['יש נזילה בגג', 'יש נזילה בגג'],
      ['', undefined],
    ],
  },
);

describe('an answer to another question is taken only where it cannot mean anything else', () => {
  const date: Question = { kind: 'date', slot, ask };
  const name: Question = { kind: 'name', slot, ask };
  test.each([
    [hours, 'en', 'ten', undefined],
    [hours, 'en', 'at ten', '10:00'],
    [hours, 'en', 'ten thirty', '10:30'],
    [hours, 'he', 'עשר', undefined],
    [hours, 'he', 'בעשר', '10:00'],
    [amount, 'en', 'three', undefined],
    [amount, 'en', 'three rooms', '3'],
    [amount, 'he', 'שלושה חדרים', '3'],
    [date, 'he', 'ראשון לציון', undefined],
    [date, 'he', 'ביום ראשון', 'sunday'],
    [date, 'en', 'my first visit', undefined],
    [date, 'en', 'on the first', 'day-1'],
    [date, 'en', '10.30', undefined],
    [name, 'en', 'anna', undefined],
    [name, 'en', 'a cleaning, my name is anna', 'Anna'],
    [{ kind: 'yes-no', slot, ask }, 'en', 'yes', undefined],
    [{ kind: 'text', slot, ask }, 'en', 'anything', undefined],
  ] as const)('%o (%s): %s → %s', (question, language, utterance, value) => {
    expect(understood(question, utterance, { language, strict: true })).toBe(value);
  });
});

describe('values are read aloud as people say them', () => {
  const phone: Question = { kind: 'phone', slot, ask };
  const date: Question = { kind: 'date', slot, ask };
  test.each([
    [phone, '+15551234567', 'en', 'five five five, one two three, four five six seven'],
    [phone, '+972521234567', 'he', 'אפס חמש שתיים, אחת שתיים שלוש, ארבע חמש שש שבע'],
    [phone, '*2700', 'he', 'כוכבית שתיים שבע אפס אפס'],
    [date, 'tuesday', 'en', 'on Tuesday'],
    [date, 'next-tuesday', 'en', 'next Tuesday'],
    [date, 'tomorrow', 'en', 'tomorrow'],
    [date, '03-22', 'en', 'on March twenty second'],
    [date, 'in-1-weeks', 'en', 'in 1 week'],
    [date, 'tuesday', 'he', 'ביום שלישי'],
    [date, 'next-saturday', 'he', 'בשבת הבאה'],
    [date, '03-15', 'he', 'ב-15 במרץ'],
    [date, 'in-2-weeks', 'he', 'בעוד שבועיים'],
    [hours, '10:00', 'en', 'ten in the morning'],
    [hours, '12:00', 'en', 'noon'],
    [hours, '14:30', 'en', 'two thirty in the afternoon'],
    [hours, '09:05', 'en', 'nine oh five in the morning'],
    [hours, '10:30', 'he', 'עשר וחצי בבוקר'],
    [hours, '12:00', 'he', 'שתים עשרה בצהריים'],
    [hours, '20:20', 'he', 'שמונה ועשרים בערב'],
    [amount, '1500000', 'en', '1.5 million'],
    [amount, '350000', 'en', '350 thousand'],
    [amount, '1500000', 'he', 'מיליון וחצי'],
    [amount, '2500000', 'he', '2 וחצי מיליון'],
    [amount, '3.5', 'en', '3.5'],
    [treatments, 'cleaning', 'en', 'a cleaning'],
    [{ kind: 'yes-no', slot, ask }, 'yes', 'he', 'כן'],
    [{ ...amount, say: (value: string) => `${value} rooms` }, '3', 'en', '3 rooms'],
  ] as const)('%o %s (%s): %s', (question, value, language, words) => {
    expect(speakValue(question, value, language)).toBe(words);
  });
});
