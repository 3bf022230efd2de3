/** Fractions: a mixed number is said with "and", and a lone one with its "one". */
import { rewrite } from '../rewrite.ts';
import { cardinal, ordinal } from './cardinal.ts';

const MIXED =
  /(?<![\d.,/$€£₪])(\d{1,3})(?:\.5|(\.25|\.75))(?= (?:and|cups?|hours?|days?|weeks?|months?|years?|teaspoons?|tablespoons?|miles?)(?![a-z]))/g;
const LONE = /(?<![\d.,/\p{L}])(\d{1,2})\/(2|3|4|5|6|8|10|16)(?![\d/.]|\p{L})/gu;

export function readFractions(text: string): string {
  const mixed = rewrite(text, MIXED, ({ match: [, whole = '', quarter] }) => {
    const part = quarter === undefined ? 'a half' : quarter === '.25' ? 'a quarter' : 'three quarters';
    return { text: `${cardinal(Number(whole))} and ${part}` };
  });
  return rewrite(mixed, LONE, ({ match: [, part = '', whole = ''] }) => {
    const said = sayFraction(Number(part), Number(whole));
    return said === undefined ? undefined : { text: said };
  });
}

function sayFraction(part: number, whole: number): string | undefined {
  if (part === 0 || part >= whole) return undefined;
  const name = whole === 2 ? 'half' : whole === 4 ? 'quarter' : ordinal(whole);
  return `${cardinal(part)} ${name}${part === 1 ? '' : 's'}`;
}
