/** Where the words of a picture have room: no two of them on top of each other. */

/** Of the page's 11 px letters, on the wide side. */
const LETTER_PX = 6.4;
const GAP_PX = 6;

export interface Lettering {
  readonly x: number;
  readonly text: string;
}

export const widthOf = (text: string): number => [...text].length * LETTER_PX;

/** In one line: each text ends, with dots if it must, where the next one begins. The shown texts, in the same order. */
export function fitted(row: readonly Lettering[], endX: number): readonly string[] {
  return row.map(({ text, x }, i) => {
    const room = Math.floor(((row[i + 1]?.x ?? endX) - x - GAP_PX) / LETTER_PX);
    const letters = [...text];
    if (letters.length <= room) return text;
    return room < 2
      ? ''
      : `${letters
          .slice(0, room - 1)
          .join('')
          .trimEnd()}…`;
  });
}

/** In as many lines as are needed: the line of each text, which is the first that is free there. */
export function linesOf(texts: readonly Lettering[]): { readonly lines: readonly number[]; readonly count: number } {
  const ends: number[] = [];
  const lines = texts.map(({ text, x }) => {
    const free = ends.findIndex((end) => end <= x);
    const line = free < 0 ? ends.length : free;
    ends[line] = x + widthOf(text) + GAP_PX;
    return line;
  });
  return { lines, count: ends.length };
}

/** Text of any script from the same left edge: isolated from the picture's own direction (Unicode FSI and PDI). */
export const isolated = (text: string): string => (/[\u0590-\u08ff]/u.test(text) ? `\u2068${text}\u2069` : text);
