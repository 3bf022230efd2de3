/** What flite is given to read: plain ASCII, in pieces that take it a fraction of a second each. */

/** About two minutes of speech; no sentence is that long, so what is beyond is a mistake and is not read. */
const MAX_CHARS = 2_000;
/** A piece is synthesised as a whole before its first sound: 240 characters take about 130 ms of CPU. */
const MAX_PIECE_CHARS = 240;

const TYPOGRAPHIC: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': ', ',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  Ł: 'L',
  Ø: 'O',
};

/** The pieces to speak, in order; empty when the text has no Latin letter and no digit. */
export function fliteText(text: string): readonly string[] {
  const plain = [...text.slice(0, 4 * MAX_CHARS).normalize('NFKD')]
    .map((character) => TYPOGRAPHIC[character] ?? character)
    .join('')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\x20-\x7e]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_CHARS);
  return cut(plain).filter((piece) => /[a-z0-9]/i.test(piece));
}

/** Cuts at the last sentence end that fits, else at a comma, else at a space, else anywhere. */
function cut(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > MAX_PIECE_CHARS) {
    const window = rest.slice(0, MAX_PIECE_CHARS);
    const end = [/^.*[.!?](?= )/, /^.*[,;:](?= )/, /^.*(?= )/].map((rule) => rule.exec(window)?.[0].length ?? 0);
    const length = end.find((chars) => chars > 0) ?? MAX_PIECE_CHARS;
    pieces.push(rest.slice(0, length));
    rest = rest.slice(length).trimStart();
  }
  if (rest !== '') pieces.push(rest);
  return pieces;
}
