/** Whether a mark ends a sentence. Every answer depends on the text alone and never on where a chunk of it ended. */

/** A cut after `end` characters, `wait` for more text, or no cut here. */
export type Ending = { readonly end: number } | 'wait' | undefined;

export const END_MARK = /[.!?…؟。！？]/;
const CLOSER = /[\p{Pe}\p{Pf}"'”’״׳*_~`]/u;
const SPACE = /\s/;
const HEBREW = /[א-ת]/;
/** A point after these never ends a sentence: what they are short for goes on. */
const NEVER =
  /^(?:mr|mrs|ms|dr|prof|rev|gen|capt|mt|ft|vs|approx|e\.g|i\.e|cf|dept|jan|feb|apr|aug|sept?|oct|nov|dec|רח|שד|פרופ)$/i;
/** A point after these ends a sentence when a new one seems to begin. */
const PERHAPS = /^(?:a\.m|p\.m|am|pm|etc|inc|ltd|corp|co|jr|sr|ave|rd|blvd|st|apt)$/i;
/** A point after these goes with the number that follows: "No. 5" is no refusal. */
const BEFORE_NUMBER = /^(?:no|nos|fig|p|pp|art|sec|ch|ext|tel|apt|מס|עמ|טל)$/i;
/** "U.S", "ת.ז": letters with points between. */
const DOTTED = /^(?:\p{L}\.)+\p{L}$/u;
const LIST_NUMBER = /^[\s*_]*(?:\d{1,3}|[א-ת]|[a-z])$/i;

/** What stands before "St." when it is a street. */
const STREET_NAME =
  /(?<!\p{L})(?!(?:Then|In|On|At|Near|The|To|From|Of|By|And|But|Visit) $)(?:\p{Lu}[\p{L}'’]{1,20}|\d{1,3}(?:st|nd|rd|th)) $/u;

/** What the mark at `at` does. With `final` the text is over. */
export function endingAt(text: string, at: number, final: boolean): Ending {
  let marks = at;
  while (marks < text.length && END_MARK.test(text[marks]!)) marks++;
  let end = marks;
  while (end < text.length && CLOSER.test(text[end]!)) end++;
  if (end === text.length) return final ? { end } : 'wait';
  const run = text.slice(at, marks);
  if (text[end] === '\n') return { end };
  if (!SPACE.test(text[end]!)) return glued(text, { at, marks, end }, final);
  if (run === '.') return afterPoint(text, at, { end, final });
  return /^(?:…|\.{2,})$/.test(run) ? unlessLowerCase(text, end, final) : { end };
}

/** No space follows. Between Hebrew words a sentence ends all the same; in an address or a number it does not. */
function glued(
  text: string,
  { at, marks, end }: { readonly at: number; readonly marks: number; readonly end: number },
  final: boolean,
): Ending {
  if (!HEBREW.test(text[end]!)) return undefined;
  if (!HEBREW.test(text[at - 1] ?? '') && !/[?!]/.test(text[at]!)) return undefined;
  if (text.slice(at, marks) !== '.') return { end };
  if (end > marks || !HEBREW.test(text[at - 2] ?? '')) return undefined;
  const next = text[end + 1];
  if (next === undefined) return final ? undefined : 'wait';
  return HEBREW.test(next) ? { end } : undefined;
}

function afterPoint(
  text: string,
  at: number,
  { end, final }: { readonly end: number; readonly final: boolean },
): Ending {
  const word = wordBefore(text, at);
  if (end === at + 1) {
    if (LIST_NUMBER.test(text.slice(0, at)) || NEVER.test(word) || /^\p{L}$/u.test(word.replace(/^I$/, ''))) {
      return undefined;
    }
    if (PERHAPS.test(word)) return unlessContinued(text, { at, end, word }, final);
    if (BEFORE_NUMBER.test(word)) return unlessNumber(text, end, final);
    if (DOTTED.test(word)) return undefined;
  }
  return { end };
}

/** The letters before the point, with the points and the quotes between them. */
function wordBefore(text: string, at: number): string {
  let start = at;
  while (start > 0 && at - start < 24 && /[\p{L}\p{M}."'״׳’”]/u.test(text[start - 1]!)) start--;
  return text.slice(start, at).replace(/^["'״׳’”]+/, '');
}

/** The first character after the space, or nothing while it has not come. */
function nextAfter(text: string, end: number): string | undefined {
  let next = end;
  while (next < text.length && SPACE.test(text[next]!)) next++;
  return text[next];
}

function unlessLowerCase(text: string, end: number, final: boolean): Ending {
  const next = nextAfter(text, end);
  if (next === undefined) return final ? { end } : 'wait';
  return /\p{Ll}/u.test(next) ? undefined : { end };
}

function unlessNumber(text: string, end: number, final: boolean): Ending {
  const next = nextAfter(text, end);
  if (next === undefined) return final ? { end } : 'wait';
  return /[\d#]/.test(next) ? undefined : { end };
}

/** "Main St. Then" ends; "on St. Mary's" and "3 p.m. on Monday" do not. */
function unlessContinued(
  text: string,
  { at, end, word }: { readonly at: number; readonly end: number; readonly word: string },
  final: boolean,
): Ending {
  const next = nextAfter(text, end);
  if (next === undefined) return final ? { end } : 'wait';
  if (/[\p{Ll}\p{N},;:]/u.test(next)) return undefined;
  const start = at - word.length;
  const named = STREET_NAME.test(text.slice(Math.max(0, start - 24), start));
  return /^st$/i.test(word) && !named ? undefined : { end };
}
