import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Schema } from './schema.ts';

/** Long enough to gather what a burst of facts has to say, short enough to be live. */
const GATHER_MS = 50;

interface Word {
  readonly channel: string;
  readonly payload: string;
}

/**
 * Sends notifications, gathered: PostgreSQL takes a lock of the whole cluster for each transaction that notifies. They
 * are hints, so what cannot be sent is dropped.
 */
export class Announcer {
  readonly #db: Kysely<Schema>;
  readonly #clock: Clock;
  readonly #words = new Map<string, Word>();
  #cancel: (() => void) | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(db: Kysely<Schema>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  notify(channel: string, payload: string): void {
    this.#words.set(`${channel}\n${payload}`, { channel, payload });
    this.#cancel ??= this.#clock.at(this.#clock.now() + GATHER_MS, () => {
      this.#cancel = undefined;
      this.#sending = this.#sending.then(() => this.#send());
    });
  }

  /** Sends what is gathered, and is done. */
  async close(): Promise<void> {
    this.#cancel?.();
    this.#cancel = () => {};
    await this.#sending;
    await this.#send();
  }

  async #send(): Promise<void> {
    const words = [...this.#words.values()];
    this.#words.clear();
    if (words.length === 0) return;
    const { channels, payloads } = { channels: words.map((w) => w.channel), payloads: words.map((w) => w.payload) };
    await sql`select pg_notify(word.channel, word.payload)
      from unnest(${channels}::text[], ${payloads}::text[]) as word (channel, payload)`
      .execute(this.#db)
      .catch(() => {});
  }
}
