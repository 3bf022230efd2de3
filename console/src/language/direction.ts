const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/gu;
const LETTER = /\p{L}/gu;

/** The direction of most of the letters: a Hebrew sentence that begins with an English name still reads from the right. */
export function directionOf(text: string): 'rtl' | 'ltr' {
  const letters = text.match(LETTER)?.length ?? 0;
  const fromTheRight = text.match(RIGHT_TO_LEFT)?.filter((c) => /\p{L}/u.test(c)).length ?? 0;
  return fromTheRight * 2 > letters ? 'rtl' : 'ltr';
}
