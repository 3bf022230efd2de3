/** A turn's words as the rules see them: small letters, no marks inside, and the mark at the end by itself. */

export interface Utterance {
  readonly words: readonly string[];
  readonly mark: 'stop' | 'question' | 'comma' | 'cut' | 'dots' | 'none';
  /** Words with a comma after them. */
  readonly commas: number;
  /** The last word stands alone after a full stop: it begins a new sentence. */
  readonly isNewSentence: boolean;
}

/** The end of a turn is decided by its end: what stands before these characters changes nothing. */
const LONGEST_TAIL = 600;
const NIQQUD = /[\u0591-\u05bd\u05bf-\u05c7]/g;
const EDGES = /^[^\p{L}\p{N}+*@]+|[^\p{L}\p{N}@]+$/gu;
const HEBREW = /[א-ת]/;

export function parseUtterance(text: string): Utterance {
  const tail = tailOf(text).replace(NIQQUD, '').replace(/[’`´]/g, "'").toLowerCase().trim();
  const raw = tail.split(/\s+/).flatMap(apart);
  return {
    words: raw.map(bare).filter((word) => word !== ''),
    mark: markOf(tail),
    commas: raw.filter((word) => /[,،、]$/.test(word)).length,
    isNewSentence: /[.!?؟]$/u.test(raw.at(-2) ?? ''),
  };
}

/** Cut at a space, so that no half of a word is read. */
function tailOf(text: string): string {
  if (text.length <= LONGEST_TAIL) return text;
  const tail = text.slice(-LONGEST_TAIL);
  const space = tail.search(/\s/);
  return space < 0 ? tail : tail.slice(space);
}

/** Commas and dashes between words without spaces; figures keep theirs. */
const apart = (word: string): string[] => (/\d/.test(word) ? [word] : word.split(/(?<=[,،;])(?=.)|[–—־](?=.)/u));

function bare(word: string): string {
  const trimmed = word.replace(EDGES, '');
  return HEBREW.test(trimmed) ? trimmed.replace(/['"׳״]/g, '') : trimmed;
}

function markOf(text: string): Utterance['mark'] {
  if (/[-–—־]$/u.test(text)) return 'cut';
  if (/(?:\.{2,}|…)$/u.test(text)) return 'dots';
  if (/[?؟？]$/u.test(text)) return 'question';
  if (/[.!。！]$/u.test(text)) return 'stop';
  return /[,،、;]$/u.test(text) ? 'comma' : 'none';
}
