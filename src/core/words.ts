/** The words alone, as two transcripts of the same speech share them: no punctuation, no capitals. */
export const normalized = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
