import type { Clock } from '../../core/clock.ts';

interface Closable {
  close(): Promise<void>;
}

/** The sessions that one call has with the providers of a chain: each is opened when it is first needed. */
export class ChainSessions<S extends Closable> {
  readonly #open: (index: number) => S;
  readonly #opened = new Map<number, S>();

  constructor(open: (index: number) => S) {
    this.#open = open;
  }

  get(index: number): S {
    const known = this.#opened.get(index);
    if (known) return known;
    const session = this.#open(index);
    this.#opened.set(index, session);
    return session;
  }

  close(clock: Clock, budgetMs: number): Promise<void> {
    return closeTogether(clock, budgetMs, this.#opened.values());
  }
}

/** Closes all of them at once, and waits no longer than the budget for those that do not come to an end. */
export async function closeTogether(clock: Clock, budgetMs: number, items: Iterable<Closable>): Promise<void> {
  // Whoever cannot close well is let go all the same: there is nobody left to tell.
  const closed = Promise.allSettled(Array.from(items, (item) => item.close()));
  await new Promise<void>((resolve) => {
    const disarm = clock.at(clock.now() + budgetMs, resolve);
    closed.then(() => {
      disarm();
      resolve();
    });
  });
}
