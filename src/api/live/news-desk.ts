/** The outbox, followed once for all watchers of this node; each may resume from where it was. */
import type { Clock } from '../../core/clock.ts';
import { type EventPage, openEvents } from '../../nodes/events.ts';
import { readOutbox, readOutboxHead } from '../../store/queries/outbox.ts';
import type { Store } from '../../store/store.ts';

export interface NewsPage {
  readonly cursor: number;
  readonly hasGap: boolean;
  readonly topics: readonly { readonly topic: string; readonly callSid: string | null }[];
}

export interface NewsSeat {
  /** Where this watcher begins; 0 when the store cannot be asked. */
  readonly welcome: Promise<number>;
  leave(): void;
}

export interface NewsDeskOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly tenant: string;
}

interface Seat {
  readonly onNews: (page: NewsPage) => void;
  cursor: number;
  /** Pages that came while it was catching up. */
  waiting: EventPage[] | undefined;
}

const PAGE = 200;
/** Whoever was away for longer is better off asking anew. */
const MOST_PAGES = 10;

export class NewsDesk {
  readonly #o: NewsDeskOptions;
  readonly #seats = new Set<Seat>();
  #stop: (() => Promise<void>) | undefined;
  #stopping: Promise<void> = Promise.resolve();

  constructor(options: NewsDeskOptions) {
    this.#o = options;
  }

  /** Without a cursor, from now on. */
  join(cursor: number | undefined, onNews: (page: NewsPage) => void): NewsSeat {
    const seat: Seat = { onNews, cursor: cursor ?? 0, waiting: [] };
    this.#seats.add(seat);
    this.#stop ??= openEvents({ ...this.#o, cursor: undefined, onEvents: (page) => this.#tell(page) });
    return { welcome: this.#begin(seat, cursor), leave: () => this.#leave(seat) };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#seats.clear();
    this.#end();
    await this.#stopping;
  }

  #leave(seat: Seat): void {
    this.#seats.delete(seat);
    if (this.#seats.size === 0) this.#end();
  }

  #end(): void {
    if (this.#stop) this.#stopping = this.#stop();
    this.#stop = undefined;
  }

  async #begin(seat: Seat, cursor: number | undefined): Promise<number> {
    const { store, tenant } = this.#o;
    try {
      const { position } = await readOutboxHead(store.db, tenant);
      // A cursor of another database begins anew.
      if (cursor === undefined || cursor > position) seat.cursor = position;
      else queueMicrotask(() => void this.#catchUp(seat));
      if (cursor === undefined || cursor > position) this.#settle(seat);
      return seat.cursor;
    } catch {
      // The store is away and says so itself: what is missed meanwhile shows as a gap.
      this.#settle(seat);
      return seat.cursor;
    }
  }

  async #catchUp(seat: Seat): Promise<void> {
    const { store, tenant } = this.#o;
    try {
      for (let pages = 0; ; pages++) {
        const { hasGap, news, position } = await readOutbox(store.db, tenant, { after: seat.cursor, limit: PAGE });
        if (!this.#seats.has(seat)) return;
        const isTooMuch = pages >= MOST_PAGES;
        seat.cursor = position;
        if (news.length > 0 || hasGap)
          seat.onNews(pageOf({ events: news, cursor: position, hasGap: hasGap || isTooMuch }));
        if (news.length < PAGE || isTooMuch) break;
      }
    } catch {
      seat.onNews({ cursor: seat.cursor, hasGap: true, topics: [] });
    }
    this.#settle(seat);
  }

  #settle(seat: Seat): void {
    const { waiting = [] } = seat;
    seat.waiting = undefined;
    for (const page of waiting) this.#give(seat, page);
  }

  #tell(page: EventPage): void {
    for (const seat of this.#seats) {
      if (seat.waiting) seat.waiting.push(page);
      else this.#give(seat, page);
    }
  }

  #give(seat: Seat, page: EventPage): void {
    if (page.cursor <= seat.cursor && !page.hasGap) return;
    const events = page.events.filter(({ position }) => position > seat.cursor);
    seat.cursor = Math.max(seat.cursor, page.cursor);
    if (events.length > 0 || page.hasGap) seat.onNews(pageOf({ ...page, events }));
  }
}

function pageOf({ cursor, events, hasGap }: EventPage): NewsPage {
  const topics = new Map(events.map(({ callSid, topic }) => [`${topic} ${callSid}`, { topic, callSid }]));
  return { cursor, hasGap, topics: [...topics.values()] };
}
