/** PGlite, PostgreSQL as WebAssembly, in a thread of this process: for one process, and for those who have no database. */
import type { Clock } from '../../core/clock.ts';
import { ConfigError } from '../../core/errors.ts';
import { within } from '../deadline.ts';
import {
  type Engine,
  type EngineEvents,
  type Listening,
  NO_COPIES,
  QUERY_BUDGET_MS,
  quotedName,
  type RemovedCopies,
} from '../engine.ts';
import { toConnectError, unavailable } from '../failures.ts';
import { markClosed, removeBroken, snapshotsIn } from './data-folder.ts';
import { lockFolder } from './folder-lock.ts';
import { Opener } from './opener.ts';
import { EmbeddedSession } from './session.ts';
import { countSnapshots } from './snapshots.ts';
import { Turnstile } from './turnstile.ts';
import type { WorkerLink } from './worker-link.ts';

const COPY_MS = 60_000;
const CLOSE_MS = 20_000;
/** A single statement of Kav's that runs for so long will not end. */
const STUCK_MS = 60_000;

export interface EmbeddedOptions {
  /** Where the database lives; none keeps it in memory, for tests. */
  readonly folder?: string;
  /** What a new database begins with. */
  readonly snapshot?: Uint8Array;
  readonly clock: Clock;
  readonly events: EngineEvents;
}

export class EmbeddedEngine implements Engine {
  readonly kind = 'embedded';
  readonly #options: EmbeddedOptions;
  readonly #channels = new Map<string, Set<Listening>>();
  readonly #opener: Opener;
  #turnstile: Turnstile;
  #opening: Promise<WorkerLink> | undefined;
  #link: WorkerLink | undefined;
  #unlock: (() => void) | undefined;
  #isClosed = false;

  constructor(options: EmbeddedOptions) {
    const { folder, snapshot, clock, events } = options;
    this.#options = options;
    this.#opener = new Opener({
      clock,
      ...(folder === undefined ? {} : { folder }),
      ...(snapshot === undefined ? {} : { snapshot }),
      onFactsLost: events.onFactsLost,
      onRebuilt: events.onRebuilt,
    });
    this.#turnstile = new Turnstile(options.clock);
  }

  async connect(): Promise<void> {
    const { folder } = this.#options;
    try {
      if (folder !== undefined) this.#unlock ??= lockFolder(folder);
      this.#opening = this.#opener.open();
      this.#adopt(await this.#opening);
    } catch (error) {
      throw error instanceof ConfigError ? error : toConnectError(error);
    } finally {
      this.#opening = undefined;
    }
    for (const channel of this.#channels.keys()) await this.#listenOn(channel);
  }

  async acquire(budgetMs: number = QUERY_BUDGET_MS): Promise<EmbeddedSession> {
    const { clock } = this.#options;
    const since = clock.now();
    const turnstile = this.#turnstile;
    await turnstile.enter(budgetMs);
    const link = this.#link;
    if (!link || turnstile !== this.#turnstile) {
      turnstile.leave();
      throw unavailable('the embedded database is not open');
    }
    const cancel = clock.at(clock.now() + Math.max(STUCK_MS, budgetMs), () => void link.terminate());
    const leave = () => {
      cancel();
      turnstile.leave();
    };
    return new EmbeddedSession({ clock, link, budgetMs, since, leave });
  }

  listen(channel: string, listening: Listening): () => void {
    const isNew = !this.#channels.has(channel);
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners.add(listening));
    if (isNew && this.#link)
      this.#listenOn(channel).catch(() => {}); // a lost database is told by itself, and listened to anew
    else if (this.#link) queueMicrotask(listening.onGap);
    return () => {
      listeners.delete(listening);
      if (listeners.size > 0 || !this.#channels.delete(channel)) return;
      this.#ask({ type: 'script', sql: `unlisten ${quotedName(channel)}` }).catch(() => {}); // nobody listens; what still comes is dropped
    };
  }

  /** A copy of the whole database, to begin others with. */
  async dump(): Promise<Uint8Array> {
    const session = await this.acquire(COPY_MS);
    try {
      return await this.#link!.dump();
    } finally {
      session.release();
    }
  }

  /** Whether there is a durable copy. */
  get hasSnapshot(): boolean {
    const { folder } = this.#options;
    return folder !== undefined && countSnapshots(snapshotsIn(folder)) > 0;
  }

  /**
   * Makes a durable copy, and removes all but so many of the older ones; with none of them goes everything else that holds
   * what was there before. Resolves with what has gone.
   */
  async snapshot(keepOlder: number): Promise<RemovedCopies> {
    const { folder } = this.#options;
    if (folder === undefined) return NO_COPIES;
    const before = countSnapshots(snapshotsIn(folder));
    await this.#ask({ type: 'snapshot', folder: snapshotsIn(folder), keepOlder }, COPY_MS);
    const snapshots = before + 1 - countSnapshots(snapshotsIn(folder));
    return { snapshots, setAside: keepOlder === 0 ? removeBroken(folder) : 0 };
  }

  /** Everything that was committed is on the disk afterwards. */
  async sync(): Promise<void> {
    await this.#ask({ type: 'sync' }, CLOSE_MS);
  }

  /** The folder is free for others only when nothing writes into it any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#opener.abort();
    const opened = await this.#opening?.catch(() => undefined);
    const link = this.#link ?? opened;
    this.#link = undefined;
    if (link) await this.#closeLink(link);
    this.#unlock?.();
  }

  async #closeLink(link: WorkerLink): Promise<void> {
    link.onGone = () => {};
    const { clock, folder } = this.#options;
    try {
      await within(clock, CLOSE_MS, link.close(), () => {});
      if (folder !== undefined) markClosed(folder);
    } catch {
      await link.terminate(); // as if the process had died: the next start recovers
    }
  }

  #adopt(link: WorkerLink): void {
    if (this.#isClosed) throw unavailable('closed');
    this.#link = link;
    this.#turnstile = new Turnstile(this.#options.clock);
    link.onNotification = (channel, payload) => {
      for (const { onPayload } of this.#channels.get(channel) ?? []) onPayload(payload);
    };
    link.onGone = (problem) => {
      if (this.#link !== link) return;
      this.#link = undefined;
      this.#options.events.onLost(unavailable(`the embedded database has died: ${problem.message}`, problem));
    };
  }

  async #listenOn(channel: string): Promise<void> {
    await this.#ask({ type: 'script', sql: `listen ${quotedName(channel)}` });
    for (const { onGap } of this.#channels.get(channel) ?? []) onGap();
  }

  async #ask(body: Parameters<EmbeddedSession['ask']>[0], budgetMs?: number): Promise<void> {
    const session = await this.acquire(budgetMs);
    try {
      await session.ask(body);
    } finally {
      session.release();
    }
  }
}
