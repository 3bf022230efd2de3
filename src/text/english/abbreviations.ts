/** Abbreviations that are said in full. The point of one that ends the text is the sentence's own, and stays. */
import { type Found, rewrite, type Said } from '../rewrite.ts';

/** Before a name. */
const TITLES: Readonly<Record<string, string>> = {
  Dr: 'Doctor',
  Mr: 'Mister',
  Mrs: 'Missus',
  Ms: 'Miz',
  Prof: 'Professor',
  St: 'Saint',
  Mt: 'Mount',
  Ft: 'Fort',
  Rev: 'Reverend',
};
/** After a name. */
const STREETS: Readonly<Record<string, string>> = {
  St: 'Street',
  Dr: 'Drive',
  Ave: 'Avenue',
  Rd: 'Road',
  Blvd: 'Boulevard',
  Ln: 'Lane',
  Ct: 'Court',
  Sq: 'Square',
  Pl: 'Place',
  Inc: 'Incorporated',
  Ltd: 'Limited',
  Corp: 'Corporation',
  Jr: 'Junior',
  Sr: 'Senior',
};
const WORDS: Readonly<Record<string, string>> = {
  'e.g': 'for example',
  'i.e': 'that is',
  etc: 'et cetera',
  vs: 'versus',
  approx: 'approximately',
  dept: 'department',
  appt: 'appointment',
  tel: 'telephone',
};
/** Before a number, with or without the point. */
const NUMBERED: Readonly<Record<string, string>> = {
  no: 'number',
  apt: 'Apartment',
  ext: 'extension',
  tel: 'telephone',
  fl: 'floor',
  pp: 'pages',
};

const TITLE = /(?<!\p{L})(Dr|Mr|Mrs|Ms|Prof|St|Mt|Ft|Rev)(?:\. ?| )(?=\p{Lu}[\p{L}.])/gu;
const STREET = /(?<=[\p{L}\d]['’]?,? )(St|Dr|Ave|Rd|Blvd|Ln|Ct|Sq|Pl|Inc|Ltd|Corp|Jr|Sr)(?:\.|(?=,|$|\s\d))(?!\p{L})/gu;
const WORD = /(?<![\p{L}.])(e\.g|i\.e|etc|vs|approx|dept|appt|tel)(?:\.(?!\p{L}),?|(?<=vs|etc|approx)(?![\p{L}.]))/giu;
const BEFORE_NUMBER = /(?<!\p{L})(no|apt|ext|tel|fl|pp)\.? ?(?=[#\d(+])/giu;

export function readAbbreviations(text: string): string {
  const titled = rewrite(text, TITLE, ({ match: [, word = ''], before }) =>
    isPlace(word, before) ? undefined : { text: `${TITLES[word]} ` },
  );
  const placed = rewrite(titled, STREET, (found) => closing(STREETS[found.match[1]!]!, found));
  const numbered = rewrite(placed, BEFORE_NUMBER, ({ match: [written, word = ''] }) =>
    written.toLowerCase().startsWith('no') && !written.includes('.')
      ? undefined
      : { text: `${NUMBERED[word.toLowerCase()]} ` },
  );
  const worded = rewrite(numbered, WORD, (found) => closing(WORDS[found.match[1]!.toLowerCase()]!, found));
  return worded.replace(/(?<!\p{L})w\/o (?=\p{L})/gu, 'without ').replace(/(?<!\p{L})w\/ ?(?=\p{L})/gu, 'with ');
}

/** "12 Oak Dr. Suite 4": a title does not follow the name of a street that a number leads. */
function isPlace(word: string, before: string): boolean {
  return (word === 'St' || word === 'Dr') && /\d (?:\p{Lu}[\p{L}'’]{1,20} ){1,3}$/u.test(before);
}

function closing(full: string, { match: [written], after }: Found): Said {
  const ends = written.endsWith('.') && /^["')\]]*(?:$|\s+\p{Lu})/u.test(after) && !/^\s+\p{Lu}\p{L}* \d/u.test(after);
  return { text: `${full}${ends && after.trim() === '' ? '.' : ''}` };
}
