/** Every number that is left once dates, times and telephone numbers have been read. */
import { NUMERAL, type Numeral, parseNumeral, valueOfNumeral } from '../numerals.ts';
import { type Found, rewrite, type Said } from '../rewrite.ts';
import { afterPoint, cardinal, houseNumber, ordinal, year } from './cardinal.ts';
import { british as britishMeasure, CURRENCIES, CURRENCY_CODES, MEASURES, type Measure } from './units.ts';

const PATTERN = new RegExp(
  String.raw`(?<![\p{L}\p{M}\d])(?<sign>[$€£₪] ?)?(?:(?<=^|[\s(])(?<minus>[-−])(?=\d))?(?<first>${NUMERAL})` +
    `(?: ?[-–—] ?[$€£₪]?(?<second>${NUMERAL}))?`,
  'gu',
);
const SCALE = /^ ?(thousand|million|billion|trillion|[KMB])(?![\p{L}\d])/u;
/** In lower case only after a sign of money, for m is also a metre. */
const MONEY_SCALE = /^ ?(k|m|mn|bn)(?![\p{L}\d])/u;
const SCALE_NAMES: Readonly<Record<string, string>> = {
  K: 'thousand',
  M: 'million',
  B: 'billion',
  k: 'thousand',
  m: 'million',
  mn: 'million',
  bn: 'billion',
};
const UNIT =
  /^ ?(%|percent|[$€£₪]|km\/h|kmh|km|cm|mm|mg|ml|mph|mi|m²|kg|g|lbs?|oz|ft|sq ?ft|sq ?m|m|GB|MB|KB|TB|°[CF]?|hrs?|mins?|secs?)(?:\.(?= [a-z]))?(?![\p{L}\d])/u;
const SUFFIX = /^(?:st|nd|rd|th)(?: ?[-–—] ?(\d{1,4})(?:st|nd|rd|th))?(?![\p{L}\d])/u;
const CODE = /(?<![A-Za-z])(US\$|USD|EUR|GBP|NIS|ILS) ?(?=\d)/g;
const HOUSE =
  /^ (?:[A-Z][\p{L}'’-]{1,20} ){1,3}(?:Street|Avenue|Road|Boulevard|Drive|Lane|Court|Square|Place|Way)(?!\p{L})/u;
const COUNTED = /^ [a-z]{2,20}s(?![\p{L}])|^ (?:people|men|women|children)/u;
const YEAR_BEFORE = /(?:^|[^\p{L}])(?:in|since|of|year|from|until|by|around|circa)(?: the)? $/iu;

export function readNumbers(text: string, british: boolean): string {
  const signs = text.replace(CODE, (_, code: string) => CURRENCY_CODES[code]!);
  return rewrite(signs, PATTERN, (found) => sayNumber(found, british));
}

interface Context {
  readonly british: boolean;
  readonly measure: Measure | undefined;
  readonly scale: string | undefined;
  readonly found: Found;
}

function sayNumber(found: Found, british: boolean): Said | undefined {
  const { sign, minus, first = '0', second } = found.match.groups ?? {};
  const { after } = found;
  const suffix = SUFFIX.exec(after);
  if (suffix && !sign && !first.includes('.')) {
    return sayOrdinals(first, second ?? suffix[1], { british, taken: suffix[0].length });
  }
  const decade = /^['’]?s(?![\p{L}])/u.exec(after);
  if (decade && /^[12]\d{2}0$/.test(first)) return { text: sayDecade(Number(first), british), taken: decade[0].length };
  const scale = SCALE.exec(after) ?? (sign ? MONEY_SCALE.exec(after) : null);
  const rest = after.slice(scale?.[0].length ?? 0);
  const unit = sign ? null : UNIT.exec(rest);
  if (!scale && !unit && /^\p{Script=Latin}/u.test(after)) return undefined;
  const measure = CURRENCIES[sign?.trim() ?? unit?.[1] ?? ''] ?? measureOf(unit?.[1], british);
  const taken = (scale?.[0].length ?? 0) + (unit?.[0].length ?? 0);
  const context = { british, measure, scale: scale?.[1] && (SCALE_NAMES[scale[1]] ?? scale[1]), found };
  const said = second === undefined ? sayOne(first, context) : sayRange(first, second, context);
  return { text: (minus ? 'minus ' : '') + said, taken };
}

function measureOf(sign: string | undefined, british: boolean): Measure | undefined {
  const measure = sign === undefined ? undefined : MEASURES[sign === 'percent' ? '%' : sign];
  return measure && (british ? britishMeasure(measure) : measure);
}

function sayOne(written: string, context: Context): string {
  const number = parseNumeral(written);
  const { measure, scale, british, found } = context;
  if (!measure && !scale) {
    if (HOUSE.test(found.after) && /^\d+$/.test(written)) return houseNumber(number.whole);
    return isYear(written, found) ? year(number.whole, british) : withFraction(number, british);
  }
  if (measure?.cents && number.fraction.length === 2 && !scale) return sayMoney(number, measure, british);
  return withMeasure(withFraction(number, british), number, { ...context, measure });
}

function withMeasure(said: string, number: Numeral, { measure, scale }: Pick<Context, 'measure' | 'scale'>): string {
  const scaled = scale ? `${said} ${scale}` : said;
  if (!measure) return scaled;
  return `${scaled} ${valueOfNumeral(number) === 1 && !scale ? measure.one : measure.many}`;
}

function withFraction({ whole, fraction }: Numeral, british: boolean): string {
  return fraction === '' ? cardinal(whole, british) : `${cardinal(whole, british)} point ${afterPoint(fraction)}`;
}

function sayMoney({ whole, fraction }: Numeral, { one, many, cents }: Measure, british: boolean): string {
  const value = Number(fraction);
  const large = `${cardinal(whole, british)} ${whole === 1 ? one : many}`;
  const small = `${cardinal(value)} ${cents![value === 1 ? 0 : 1]}`;
  if (value === 0) return large;
  return whole === 0 ? small : `${large} and ${small}`;
}

function sayRange(first: string, second: string, context: Context): string {
  const { british, found } = context;
  const start = parseNumeral(first);
  const end = parseNumeral(second);
  const years = isYear(first, found) && isYear(second, found);
  const from = years ? year(start.whole, british) : withFraction(start, british);
  const to = years ? year(end.whole, british) : withMeasure(withFraction(end, british), end, context);
  const clock = start.whole <= 12 && end.whole <= 12 && !context.measure;
  return valueOfNumeral(start) < valueOfNumeral(end) || clock ? `${from} to ${to}` : `${from} ${to}`;
}

function sayOrdinals(
  first: string,
  second: string | undefined,
  { british, taken }: { readonly british: boolean; readonly taken: number },
): Said {
  const [start, end] = [first, second ?? ''].map((written) => ordinal(parseNumeral(written).whole, british));
  return { text: second === undefined ? start! : `${start} to ${end}`, taken };
}

function sayDecade(value: number, british: boolean): string {
  const words = year(value, british);
  return words.endsWith('y') ? `${words.slice(0, -1)}ies` : `${words}s`;
}

/** Four figures without a comma that count nothing: of our times anywhere, older ones after a word such as "in". */
function isYear(written: string, { before, after }: Found): boolean {
  if (!/^(?:1[1-9]|20)\d{2}$/.test(written) || COUNTED.test(after)) return false;
  return Number(written) >= 1900 || YEAR_BEFORE.test(before);
}
