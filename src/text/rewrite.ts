/** A place in a text that a rule may want said in other words. */
export interface Found {
  readonly match: RegExpExecArray;
  /** The last characters of the text before the match, as written. */
  readonly before: string;
  /** The first characters of the text after the match, as written. */
  readonly after: string;
}

/** What to say instead of the match and, when `taken` is given, of so many of the characters after it. */
export interface Said {
  readonly text: string;
  readonly taken?: number;
}

/** How far a rule sees: a bound keeps the time linear in the length of the text. */
const SIGHT = 80;

/** Says each match of a global pattern in other words; where `say` gives nothing the match stays as it is. */
export function rewrite(text: string, pattern: RegExp, say: (found: Found) => Said | undefined): string {
  let out = '';
  let at = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const start = match.index;
    const end = start + match[0].length;
    const before = text.slice(Math.max(0, start - SIGHT), start);
    const said = say({ match, before, after: text.slice(end, end + SIGHT) });
    if (said) {
      out += text.slice(at, start) + said.text;
      at = end + (said.taken ?? 0);
    }
    pattern.lastIndex = Math.max(said ? at : end, start + 1);
  }
  return out + text.slice(at);
}
