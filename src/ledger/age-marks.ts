/** Remembers, to the second, when sequences came to be, for as long as they are of interest. */
const EVERY_MS = 1000;

export class AgeMarks {
  #marks: { readonly sequence: number; readonly at: number }[] = [];

  /** From that sequence on, facts are of that time. */
  add(sequence: number, at: number): void {
    const newest = this.#marks.at(-1);
    if (!newest || at - newest.at >= EVERY_MS) this.#marks.push({ sequence, at });
  }

  /** How old that sequence is; everything before it is forgotten. */
  ageOf(sequence: number, now: number): number {
    const mark = this.#marks.findLastIndex((candidate) => candidate.sequence <= sequence);
    if (mark > 0) this.#marks = this.#marks.slice(mark);
    return now - (this.#marks[0]?.at ?? now);
  }
}
