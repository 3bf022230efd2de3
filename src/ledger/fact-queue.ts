/** Facts that wait for the disk, in the order in which they were told. */
import type { LedgerError } from '../core/errors.ts';

export interface WaitingFact {
  readonly json: Buffer;
  /** Settles the caller's promise; nothing for a fact that nobody waits for. */
  readonly settle: ((error?: LedgerError) => void) | undefined;
}

export class FactQueue {
  #facts: WaitingFact[] = [];
  #bytes = 0;

  get length(): number {
    return this.#facts.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(fact: WaitingFact): void {
    this.#facts.push(fact);
    this.#bytes += fact.json.length;
  }

  /** The first facts, one at least, as many as fit. They stay in the queue. */
  head(bytes: number): readonly WaitingFact[] {
    let count = 0;
    for (let sum = 0; count < this.#facts.length; count++) {
      sum += this.#facts[count]!.json.length;
      if (sum > bytes && count > 0) break;
    }
    return this.#facts.slice(0, count);
  }

  /** Those facts are durable. */
  shift(count: number): void {
    for (const { json } of this.#facts.splice(0, count)) this.#bytes -= json.length;
  }

  /** Gives back every fact that somebody waits for; the others stay. */
  takeAwaited(): readonly WaitingFact[] {
    const awaited = this.#facts.filter(({ settle }) => settle);
    this.#facts = this.#facts.filter(({ settle }) => !settle);
    this.#bytes = this.#facts.reduce((sum, { json }) => sum + json.length, 0);
    return awaited;
  }

  clear(): void {
    this.#facts = [];
    this.#bytes = 0;
  }
}
