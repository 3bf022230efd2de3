/** What in a text has no sound at all: marks of direction, control characters, pictures, identifiers. */

const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  /[\0-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd]/g;
/** They shape letters in Arabic and Indic scripts, and nowhere else. */
const JOINERS = /[\u200c\u200d](?![\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}])/gu;
/** Marks of chant; the points that voices use stay. */
const CANTILLATION = /[\u0591-\u05af\u05bd\u05c4\u05c5]/g;
const PICTURES =
  /(?:(?![#*\d])[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]|[\ufe0e\ufe0f\u20e3\u2500-\u25ff\u{e0020}-\u{e007f}])+/gu;
const ARROWS = /\s?[\u2190-\u21ff\u27f0-\u27ff]+\s?|\s(?:[-=]{1,4}>|<[-=]{1,4})\s/g;
const EMOTICON = /(?<!\S)[:;=]['-]?[()DPpO/|](?!\S)/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
};
/** A run of characters such as identifiers are made of; a shorter one may be a word. */
const TOKEN = /[A-Za-z0-9](?:[A-Za-z0-9_-]{10,}[A-Za-z0-9])/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Twilio's SIDs are two letters and 32 hexadecimal digits (twilio.com/docs/glossary/what-is-a-sid). */
const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;
const HEX = /^(?:0x)?[0-9a-f]{12,}$/i;
const OPAQUE = 20;
const EMPTY_BRACKETS = /[([]\s*(?:(?:id|ref|sid|uuid|call|session|מזהה)\s*)*[:#=]?\s*[)\]]/gi;

export function stripInvisible(text: string): string {
  return text
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(JOINERS, '')
    .normalize('NFC')
    .replace(CANTILLATION, '')
    .replace(/\r\n?|[\u2028\u2029\v\f]/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n[ \n]+/g, '\n');
}

export function decodeEntities(text: string): string {
  return text.replace(/&(?:#39|([a-z]{2,6}));/g, (written, name: string | undefined) =>
    name === undefined ? "'" : (ENTITIES[name] ?? written),
  );
}

export function stripPictures(text: string): string {
  return text.replace(EMOTICON, ' ').replace(PICTURES, ' ').replace(ARROWS, ', ');
}

/** Identifiers that only a machine reads. Those inside an address of the web stay with it. */
export function stripIdentifiers(text: string): string {
  const stripped = text.replace(TOKEN, (token, at: number) => {
    const inAddress =
      /[@./=&?%]/.test(text[at - 1] ?? '') || /^[@.]\w/.test(text.slice(at + token.length, at + token.length + 2));
    return !inAddress && isIdentifier(token) ? '' : token;
  });
  return stripped === text ? text : stripped.replace(EMPTY_BRACKETS, '');
}

function isIdentifier(token: string): boolean {
  if (UUID.test(token) || SID.test(token)) return true;
  if (!/[A-Za-z]/.test(token) || !/\d/.test(token)) return false;
  if (HEX.test(token)) return true;
  return token.length >= OPAQUE && (token.match(/\d/g)?.length ?? 0) >= 3 && !/^[a-z]+(?:-[a-z]+)+-\d+$/i.test(token);
}
