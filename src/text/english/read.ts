/** An English sentence as a person would read it over the telephone. Each step leaves words where it found figures. */
import { type DigitWords, readDigitStrings } from '../digits.ts';
import { plainNumerals, VERSION } from '../numerals.ts';
import { readWebAddresses, type WebWords } from '../web.ts';
import { readAbbreviations } from './abbreviations.ts';
import { readDates } from './calendar.ts';
import { cardinal, ENGLISH_DIGITS } from './cardinal.ts';
import { readTimes } from './clock.ts';
import { readFractions } from './fractions.ts';
import { readNumbers } from './numbers.ts';
import { readSymbols } from './symbols.ts';

const DIGITS: DigitWords = {
  digits: ENGLISH_DIGITS,
  plus: 'plus',
  star: 'star',
  codeBefore:
    /(?:code|PIN|password|passcode|ID|order|account|confirmation|reference|case|ticket|policy|ending in|digits|extension|zip)(?: number| code)?(?: is)?(?:: ?| )#?$/i,
  amountAfter: /^ ?(?:[$€£₪%]|dollars|euros|pounds|shekels|people|million)/,
  dialBefore: /(?:call|dial|phone|number|telephone|reach)[^\d]{0,12}$/i,
};
const WEB: WebWords = {
  at: 'at',
  dot: 'dot',
  slash: 'slash',
  dash: 'dash',
  underscore: 'underscore',
  plus: 'plus',
  digits: ENGLISH_DIGITS,
  endings: {},
};
/** A point that ends the number of a list item would be read as the end of a sentence. */
const LIST_NUMBER = /^\s*(\d{1,2})[.)]\s+(?=[^\d\s])/;

/** A blood pressure, or fifty-fifty. */
const RATIO = /(?<![\d/.,])(\d{2,3})\/(\d{2,3})(?![\d/.,]\d)/g;
const DECADE = /(?<![\p{L}\d])['’]([2-9]0)s(?!\p{L})/gu;

/** `language` is `en` or a tag of a region: only `en-US` and plain `en` put the month first and leave "and" out. */
export function readEnglish(text: string, language: string): string {
  const american = /^en(?:[-_]us)?$/i.test(language);
  const region = { monthFirst: american, british: !american };
  const steps = [
    (t: string) => readWebAddresses(t, WEB),
    (t: string) => t.replace(LIST_NUMBER, (_, number: string) => `${cardinal(Number(number))}, `),
    (t: string) => t.replace(/#(?=\d)/g, 'number ').replace(/(?<![\d/])24\/7(?![\d/])/g, 'twenty-four seven'),
    plainNumerals,
    (t: string) => readDates(t, region),
    readAbbreviations,
    (t: string) => readDigitStrings(t, DIGITS),
    readTimes,
    (t: string) => t.replace(VERSION, (written) => written.replaceAll('.', ' point ')),
    (t: string) =>
      t.replace(RATIO, (_, part: string, whole: string) =>
        part === whole ? `${part} ${whole}` : `${part} over ${whole}`,
      ),
    (t: string) => t.replace(DECADE, (_, decade: string) => cardinal(Number(decade)).replace(/y$/, 'ies')),
    readFractions,
    (t: string) => readNumbers(t, region.british),
    readSymbols,
  ];
  return steps.reduce((said, step) => step(said), text);
}
