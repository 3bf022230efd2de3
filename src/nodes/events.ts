/**
 * What happens on any node, for whoever watches on this one: the outbox, followed from a cursor without a hole. The
 * notification is only a hint; a poll finds what it did not tell.
 */
import type { Clock } from '../core/clock.ts';
import { OUTBOX_CHANNEL } from '../store/outbox.ts';
import { type OutboxNews, readOutbox, readOutboxHead } from '../store/queries/outbox.ts';
import type { Store } from '../store/store.ts';

export interface EventPage {
  readonly events: readonly OutboxNews[];
  /** Where to go on after these. */
  readonly cursor: number;
  /** Some that came before them are gone: look at everything anew. */
  readonly hasGap: boolean;
}

export interface EventsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly tenant: string;
  /** Where the last page ended; undefined begins with what happens from now on. */
  readonly cursor: number | undefined;
  /** The next page comes when this has resolved. It must not reject. */
  readonly onEvents: (page: EventPage) => void | Promise<void>;
}

/** A dead line for notifications is not noticed at once. */
const POLL_EVERY_MS = 4_000;
const PAGE = 200;

/** Follows a tenant's events until the returned function is called, which resolves when no more will come. */
export function openEvents(options: EventsOptions): () => Promise<void> {
  const follower = new Follower(options);
  return () => follower.close();
}

class Follower {
  readonly #o: EventsOptions;
  readonly #unlisten: () => void;
  #cursor: number | undefined;
  #looksAgain = false;
  #isLooking = false;
  #looking: Promise<void> = Promise.resolve();
  #disarm: () => void = () => {};
  #isClosed = false;

  constructor(options: EventsOptions) {
    this.#o = options;
    this.#cursor = options.cursor;
    const { store, tenant } = options;
    this.#unlisten = store.listen(OUTBOX_CHANNEL, {
      onPayload: (payload) => {
        if (payload === tenant) this.#look();
      },
      onGap: () => this.#look(),
    });
    void store.ready.then(
      () => this.#look(),
      () => {}, // a store that will never be there has no events
    );
    this.#poll();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unlisten();
    this.#disarm();
    await this.#looking;
  }

  #poll(): void {
    const { clock } = this.#o;
    this.#disarm = clock.at(clock.now() + POLL_EVERY_MS, () => {
      this.#look();
      if (!this.#isClosed) this.#poll();
    });
  }

  #look(): void {
    this.#looksAgain = true;
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    this.#looking = this.#readOn()
      .catch(() => {}) // the store is away, and says so itself; the poll goes on
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #readOn(): Promise<void> {
    const { onEvents, store, tenant } = this.#o;
    while (this.#looksAgain && !this.#isClosed) {
      this.#looksAgain = false;
      if (this.#cursor === undefined) {
        this.#cursor = (await readOutboxHead(store.db, tenant)).position;
        continue;
      }
      const { hasGap, news, position } = await readOutbox(store.db, tenant, { after: this.#cursor, limit: PAGE });
      if (this.#isClosed) return;
      this.#cursor = position;
      if (news.length > 0 || hasGap) await onEvents({ events: news, cursor: position, hasGap });
      this.#looksAgain ||= news.length === PAGE;
    }
  }
}
