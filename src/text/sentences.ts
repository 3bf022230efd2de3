/**
 * Cuts a stream of text into sentences as soon as each is certain to have ended, so that the first can be spoken while
 * the rest is still being thought of. The cuts depend on the text alone, not on the chunks in which it came.
 */
import { END_MARK, endingAt } from './sentence-end.ts';
import { spanAt } from './spans.ts';
import { isSpeakable } from './speakable.ts';

/** From this length on a sentence is cut at a pause inside it. */
const LONG = 220;
/** A piece that is cut off at a pause has at least this length. */
const SHORTEST_PIECE = 60;
/** A text that never ends is cut at a space. */
const LONGEST = 400;
/** A comma, a semicolon, a colon or a dash with a space after it. */
const PAUSE = /[,;:—–،]/;
const CONJUNCTION =
  /^\s(?:and|but|because|so|which|while|although|however|then|or|אבל|כי|אז|ולכן|לכן|וגם|אלא|אשר|למרות|בגלל|או|ואז|ואם|אם|וכן)\s/i;
/** The longest of those words with a space on both sides. */
const CONJUNCTION_LENGTH = 10;

export class SentenceSplitter {
  #rest = '';

  /** Takes the next piece of text and returns the sentences that it completes. */
  push(text: string): string[] {
    this.#rest += text;
    return this.#take(false);
  }

  /** What is left when the text is over. The splitter is then ready for another. */
  flush(): string[] {
    const sentences = this.#take(true);
    this.reset();
    return sentences;
  }

  /** Forgets what has not been handed out. */
  reset(): void {
    this.#rest = '';
  }

  #take(final: boolean): string[] {
    const sentences: string[] = [];
    let start = 0;
    for (let cut = firstCut(this.#rest, final); cut > 0; cut = firstCut(this.#rest.slice(start), final)) {
      sentences.push(this.#rest.slice(start, start + cut).trim());
      start += cut;
    }
    this.#rest = this.#rest.slice(start);
    return sentences.filter(isSpeakable);
  }
}

/** The length of the first sentence of a text, or 0 when more text must tell; of a final text, all that is left. */
function firstCut(text: string, final: boolean): number {
  const pauses: Pauses = { soft: 0, space: 0 };
  /** Characters outside of spans: a long object is not a long sentence. */
  let length = 0;
  for (let i = 0; i < text.length; length++) {
    if (length >= LONG && pauses.soft > 0) return pauses.soft;
    if (length >= LONGEST) return pauses.space > 0 ? pauses.space : wholeCharacter(text, i);
    const span = spanAt(text, i, final);
    if (span === 'open') return 0;
    if (span) {
      if (span.kind === 'fence' || span.kind === 'silent')
        return i > 0 && text.slice(0, i).trim() !== '' ? i : span.end;
      const closed = span.kind === 'emphasis' && closedSentence(text.slice(i, span.end), text[span.end], final);
      if (closed) return closed === 'yes' ? span.end : 0;
      if (span.kind !== 'json') length += span.end - i;
      i = span.end;
      continue;
    }
    if (text[i] === '\n') {
      if (text.slice(0, i).trim() !== '') return i + 1;
    } else if (END_MARK.test(text[i]!)) {
      const ending = endingAt(text, i, final);
      if (ending === 'wait') return 0;
      if (ending) return ending.end;
      while (END_MARK.test(text[i + 1] ?? '')) i++;
    } else if (i + CONJUNCTION_LENGTH > text.length && length + CONJUNCTION_LENGTH >= LONG && !final) {
      // Whether a conjunction begins here is not known yet, and the answer is about to matter.
      return 0;
    } else {
      notePause(text, i, { length, pauses });
    }
    i++;
  }
  return final ? text.length : 0;
}

/** "**One. Two.** Three": the mark stands inside the emphasis. The number of a list item is no sentence. */
function closedSentence(span: string, next: string | undefined, final: boolean): 'yes' | 'wait' | undefined {
  if (!/\p{L}{2}[.!?…]+[*_~]+$/u.test(span)) return undefined;
  if (next === undefined) return final ? 'yes' : 'wait';
  return /\s/.test(next) ? 'yes' : undefined;
}

interface Pauses {
  soft: number;
  space: number;
}

function notePause(
  text: string,
  i: number,
  { length, pauses }: { readonly length: number; readonly pauses: Pauses },
): void {
  const sign = text[i]!;
  const next = text[i + 1];
  if (PAUSE.test(sign) && next === ' ' && length >= SHORTEST_PIECE && !betweenNumbers(text, i)) pauses.soft = i + 1;
  if (!/\s/.test(sign)) return;
  pauses.space = i + 1;
  if (length >= SHORTEST_PIECE && CONJUNCTION.test(text.slice(i, i + CONJUNCTION_LENGTH))) pauses.soft = i + 1;
}

/** "10:00 – 12:00" */
function betweenNumbers(text: string, i: number): boolean {
  return /\d ?$/.test(text.slice(Math.max(0, i - 2), i)) && /^ ?\d/.test(text.slice(i + 1, i + 3));
}

/** A pair of surrogates is one character. */
function wholeCharacter(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text[at] ?? '') && /[\ud800-\udbff]/.test(text[at - 1] ?? '') ? at - 1 : at;
}
