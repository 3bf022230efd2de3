import { joinOverlap, splitWords } from './overlap.ts';
import type { Heard, SpeechNews } from './stt-codec.ts';

/** What one stream has made of its audio: finals in the order of the audio, then what may still change. */
export class StreamTranscript {
  readonly #finals: Heard[] = [];
  #isDoubtful = false;
  #interim = '';

  /** Where the last final ends, from the stream's beginning; 0 when there is none, or the model does not tell. */
  get finalMs(): number {
    return this.#finals.at(-1)?.endMs ?? 0;
  }

  get hasInterim(): boolean {
    return this.#interim !== '';
  }

  get text(): string {
    return [...this.#finals.map(({ text }) => text), this.#interim].filter((text) => text !== '').join(' ');
  }

  /** True when the words have changed. A repeated final and an interim older than the finals change nothing. */
  accept({ heard }: SpeechNews): boolean {
    const before = this.text;
    const interims: string[] = [];
    let isCurrent = false;
    for (const one of heard) {
      if (one.isFinal) isCurrent = this.#addFinal(one) || isCurrent;
      else if (one.endMs === undefined || one.endMs > this.finalMs) {
        interims.push(one.text);
        isCurrent = true;
      }
    }
    if (isCurrent) this.#interim = interims.filter((text) => text !== '').join(' ');
    return this.text !== before;
  }

  /** Words that had been heard were not made final: there may have been more. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  dropInterim(): void {
    this.#interim = '';
  }

  /** A final without words does not unsay what was heard so far: it is then all that is known. */
  #addFinal(final: Heard): boolean {
    const { endMs } = final;
    if (endMs !== undefined && this.#finals.some((known) => known.endMs === endMs)) return false;
    const at = endMs === undefined ? -1 : this.#finals.findIndex((known) => (known.endMs ?? 0) > endMs);
    const text = final.text === '' ? this.#interim : final.text;
    this.#isDoubtful ||= final.text === '' && this.#interim !== '';
    this.#finals.splice(at < 0 ? this.#finals.length : at, 0, { ...final, text });
    return at < 0;
  }
}

/** A stream's words, and where in the call's audio it began, in bytes. */
export interface TranscriptPart {
  readonly transcript: StreamTranscript;
  readonly from: number;
}

/** Bytes of µ-law in a millisecond. */
export const BYTES_PER_MS = 8;

/** The words of streams that follow each other; where the audio of two overlaps, each word once. */
export function joinParts(parts: readonly TranscriptPart[]): string {
  let words: readonly string[] = [];
  let coveredTo = Number.POSITIVE_INFINITY;
  for (const { transcript, from } of parts) {
    const next = splitWords(transcript.text);
    words = coveredTo <= from ? [...words, ...next] : joinOverlap(words, next);
    const isTold = transcript.finalMs > 0 && !transcript.hasInterim;
    coveredTo = isTold ? from + transcript.finalMs * BYTES_PER_MS : Number.POSITIVE_INFINITY;
  }
  return words.join(' ');
}
