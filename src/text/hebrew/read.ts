/** A Hebrew sentence as a person would read it over the telephone. Each step leaves words where it found figures. */
import { type DigitWords, readDigitStrings } from '../digits.ts';
import { plainNumerals, VERSION } from '../numerals.ts';
import { readWebAddresses, type WebWords } from '../web.ts';
import { readAbbreviations } from './abbreviations.ts';
import { readDates } from './calendar.ts';
import { cardinal, HEBREW_DIGITS } from './cardinal.ts';
import { readTimes } from './clock.ts';
import { readNumbers } from './numbers.ts';
import { readSymbols } from './symbols.ts';

const DIGITS: DigitWords = {
  digits: HEBREW_DIGITS,
  plus: 'פלוס',
  star: 'כוכבית',
  codeBefore:
    /(?:קוד|קודן|סיסמה|אסמכתא|אסמכתה|הזמנה|לקוח|זהות|מיקוד|חשבון|פוליסה|תיק|כרטיס|ספרות|טלפון|נייד|רישוי|פקס|שלוחה|מסתיים|מסתיימת|האחרונות)(?: [א-ת]{2,10})?(?: הוא| היא)?:? ?$/,
  amountAfter: /^ ?(?:₪|\$|€|£|ש["״]ח|%|שקל|דולר|אירו|אנשים|תושבים)/,
  dialBefore: /(?:חייגו|חייג|חייגי|טלפון|נייד|התקשרו|בטל)[^\d]{0,12}$/,
};
const WEB: WebWords = {
  at: 'שטרודל',
  dot: 'נקודה',
  slash: 'סלאש',
  dash: 'מקף',
  underscore: 'קו תחתון',
  plus: 'פלוס',
  digits: HEBREW_DIGITS,
  endings: { com: 'קום', co: 'קו', il: 'איי אל', org: 'אורג', net: 'נט' },
};
/** A point that ends the number of a list item would be read as the end of a sentence. */
const LIST_NUMBER = /^\s*(\d{1,2})[.)]\s+(?=[^\d\s])/;
/** Round the clock is no date. */
const ALWAYS = /(?<![\d/])24\/7(?![\d/])/g;
/** A blood pressure, and the like. */
const RATIO = /(?<![\d/.,])(\d{2,3})\/(\d{2,3})(?![\d/.,]\d)/g;

export function readHebrew(text: string): string {
  const steps = [
    (t: string) => readWebAddresses(t, WEB),
    (t: string) => t.replace(LIST_NUMBER, (_, number: string) => `${cardinal(Number(number))}, `),
    (t: string) => t.replace(ALWAYS, 'עשרים וארבע שבע').replace(/#(?=\d)/g, 'מספר '),
    plainNumerals,
    readAbbreviations,
    (t: string) => readDigitStrings(t, DIGITS),
    readDates,
    readTimes,
    (t: string) => t.replace(VERSION, (written) => written.replaceAll('.', ' נקודה ')).replace(RATIO, '$1 על $2'),
    readNumbers,
    readSymbols,
  ];
  return steps.reduce((said, step) => step(said), text);
}
