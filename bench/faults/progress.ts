/** How far a call has come, for faults that begin in its middle and for recognisers that must know what is being said. */
import type { Breakage } from './fault.ts';

/** Into the second line; all lines are longer. */
const MID_LINE_MS = 600;
const BROKEN_LINE = 1;

export class CallProgress {
  readonly #lines: readonly string[];
  readonly #waiting = new Map<Breakage['from'], (() => void)[]>();
  readonly #reached = new Set<Breakage['from']>();
  #timer: NodeJS.Timeout | undefined;
  #line = -1;
  #lineFrom = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** What the caller is saying, or has said last. */
  get line(): string {
    return this.#lines[this.#line] ?? '';
  }

  /** How long ago it began. */
  get sinceLineMs(): number {
    return performance.now() - this.#lineFrom;
  }

  hasReached(moment: Breakage['from']): boolean {
    return this.#reached.has(moment);
  }

  when(moment: Breakage['from'], act: () => void): void {
    if (this.hasReached(moment)) return act();
    this.#waiting.set(moment, [...(this.#waiting.get(moment) ?? []), act]);
  }

  callBegins(): void {
    this.#reach('call');
  }

  /** The first sound of the caller's next line is on its way. */
  lineBegins(): void {
    this.#line++;
    this.#lineFrom = performance.now();
    if (this.#line !== BROKEN_LINE) return;
    this.#reach('line');
    this.#timer = setTimeout(() => this.#reach('mid-line'), MID_LINE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #reach(moment: Breakage['from']): void {
    this.#reached.add(moment);
    for (const act of this.#waiting.get(moment) ?? []) act();
    this.#waiting.delete(moment);
  }
}
