import type { Clock } from '../../core/clock.ts';

/** How long to wait for the next item, and what ends the wait. */
export interface InboxWait {
  readonly clock: Clock;
  /** A time of the clock. */
  readonly until: number;
  readonly signal: AbortSignal;
  /** The error to throw when the time is over. */
  readonly late: () => Error;
}

/** What a socket has for one reader, in order, until it ends or fails. */
export class Inbox<T> {
  readonly #items: T[] = [];
  #end: { readonly error?: Error } | undefined;
  #wake: () => void = () => {};

  put(item: T): void {
    if (this.#end) return;
    this.#items.push(item);
    this.#wake();
  }

  /** What is in it can still be taken. The first end counts. */
  end(): void {
    this.#end ??= {};
    this.#wake();
  }

  fail(error: Error): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** The next item, or undefined at the end. Throws the failure, the signal's reason, or the error for lateness. */
  async take(wait: InboxWait): Promise<T | undefined> {
    for (;;) {
      wait.signal.throwIfAborted();
      const item = this.#items.shift();
      if (item !== undefined) return item;
      if (this.#end?.error) throw this.#end.error;
      if (this.#end) return undefined;
      if (wait.clock.now() >= wait.until) throw wait.late();
      await this.#change(wait);
    }
  }

  async #change({ clock, until, signal }: InboxWait): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const abort = () => resolve();
    const disarm = clock.at(until, abort);
    signal.addEventListener('abort', abort, { once: true });
    await promise;
    disarm();
    signal.removeEventListener('abort', abort);
    this.#wake = () => {};
  }
}
