/** One telephone number in what people and models have written: found, and taken out. */
import { nationalForm, toE164 } from '../apply/phone.ts';

export interface NumberInText {
  /** A pattern for JavaScript and PostgreSQL alike. It finds a little more than `without` takes out. */
  readonly pattern: string;
  /** `beside` is the number of the other end of the call, which tells the country of a number without one. */
  without(text: string, beside: string): string;
  /** The same in every string of a value as it comes from JSON, also in JSON that stands in a string. */
  withoutIn(value: unknown, beside: string): unknown;
}

export const TAKEN_OUT = '[erased]';
/** What people put between the digits of a number. */
const BETWEEN = '[ ()./-]{0,2}';

/** `number` is in E.164. Only digits are found, however they are grouped: not a number in words. */
export function numberInText(number: string): NumberInText {
  const digits = number.slice(1);
  const forms = [digits, nationalForm(number)].filter((form) => form !== undefined);
  const spelled = forms.map((form) => [...form].join(BETWEEN)).join('|');
  const pattern = `(?<![0-9A-Za-z])(?:[+]|00)?(?:${spelled})(?![0-9A-Za-z])`;
  const found = new RegExp(pattern, 'g');

  const without = (text: string, beside: string): string =>
    text.replaceAll(found, (said) => {
      const isWhole = said.replaceAll(/\D/g, '').replace(/^00/, '') === digits;
      return isWhole || toE164(said, beside) === number ? TAKEN_OUT : said;
    });
  const withoutIn = (value: unknown, beside: string): unknown => {
    if (typeof value === 'string') return withoutInString(value, beside);
    if (Array.isArray(value)) return value.map((each) => withoutIn(each, beside));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutIn(each, beside)]));
  };
  /** A bare number in JSON would not be JSON any more with words in its place. */
  const withoutInString = (text: string, beside: string): string => {
    if (without(text, beside) === text) return text;
    const inner = parsed(text);
    if (inner === undefined) return without(text, beside);
    return JSON.stringify(withoutIn(numbersAsText(inner), beside));
  };
  const numbersAsText = (value: unknown): unknown => {
    if (typeof value === 'number' && without(String(value), number) === TAKEN_OUT) return TAKEN_OUT;
    if (Array.isArray(value)) return value.map(numbersAsText);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, numbersAsText(each)]));
  };
  return { pattern, without, withoutIn };
}

/** Undefined for what is no object or list in JSON. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
