/**
 * Cuts a stream of text into sentences as soon as each is certain to have ended, so that the first can be spoken while
 * the rest is still being thought of.
 */

import { isSpeakable } from '../providers/speakable.ts';

/** An end mark, with closing quotes, that is followed by white space: `3.5` and `a.m` do not end a sentence. */
const END = /[.!?…؟][\p{Pe}\p{Pf}"'״׳]*\s+/gu;
/** A point after these is not the end of a sentence. */
const ABBREVIATION = /(?:^|\s)(?:\p{L}|mr|mrs|ms|dr|prof|st|no|vs|etc|approx|e\.g|i\.e|גב|מס|עמ)\.$/iu;
/** A text that never ends is spoken in parts of this length, cut at a space. */
const LONGEST_SENTENCE = 400;

export class SentenceSplitter {
  #rest = '';

  /** Takes the next piece of text and returns the sentences that it completes. */
  push(text: string): string[] {
    this.#rest += text;
    const sentences: string[] = [];
    for (let end = this.#end(); end > 0; end = this.#end()) {
      sentences.push(this.#rest.slice(0, end).trim());
      this.#rest = this.#rest.slice(end);
    }
    return sentences.filter(isSpeakable);
  }

  /** What is left when the text is over. */
  flush(): string[] {
    const rest = this.#rest.trim();
    this.#rest = '';
    return isSpeakable(rest) ? [rest] : [];
  }

  #end(): number {
    for (const match of this.#rest.matchAll(END)) {
      if (ABBREVIATION.test(this.#rest.slice(0, match.index + 1))) continue;
      return match.index + match[0].length;
    }
    if (this.#rest.length <= LONGEST_SENTENCE) return 0;
    const space = this.#rest.lastIndexOf(' ', LONGEST_SENTENCE);
    return space > 0 ? space + 1 : LONGEST_SENTENCE;
  }
}
