/** PGlite, PostgreSQL as WebAssembly, in a thread of this process: for one process, and for those who have no database. */
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { ConfigError } from '../../core/errors.ts';
import { within } from '../deadline.ts';
import { type Engine, type EngineEvents, type Listening, QUERY_BUDGET_MS, quotedName } from '../engine.ts';
import { toConnectError, unavailable } from '../failures.ts';
import {
  beginFolder,
  ensureRoom,
  inspectFolder,
  markClosed,
  markInUse,
  moveAside,
  removeBroken,
  snapshotsIn,
} from './data-folder.ts';
import { lockFolder } from './folder-lock.ts';
import { EmbeddedSession } from './session.ts';
import { hasSnapshot } from './snapshots.ts';
import { Turnstile } from './turnstile.ts';
import { WorkerLink } from './worker-link.ts';
import type { WorkerSettings } from './worker-messages.ts';

/** A first start takes seconds; checking a large database after a power cut may take minutes. */
const OPEN_MS = 300_000;
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
  #turnstile: Turnstile;
  #link: WorkerLink | undefined;
  #unlock: (() => void) | undefined;
  #isClosed = false;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#turnstile = new Turnstile(options.clock);
  }

  async connect(): Promise<void> {
    const { folder } = this.#options;
    try {
      if (folder !== undefined) this.#unlock ??= lockFolder(folder);
      const link = folder === undefined ? await this.#create() : await this.#openFolder(folder);
      if (this.#isClosed) {
        await link.terminate();
        throw unavailable('closed');
      }
      this.#adopt(link);
    } catch (error) {
      throw error instanceof ConfigError ? error : toConnectError(error);
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
    const session = await this.acquire(OPEN_MS);
    try {
      return await this.#link!.dump();
    } finally {
      session.release();
    }
  }

  /** Whether there is a durable copy. */
  get hasSnapshot(): boolean {
    const { folder } = this.#options;
    return folder !== undefined && hasSnapshot(snapshotsIn(folder));
  }

  /**
   * Makes a durable copy, and removes all but so many of the older ones; with none of them goes everything else that holds
   * what was there before.
   */
  async snapshot(keepOlder: number): Promise<void> {
    const { folder } = this.#options;
    if (folder === undefined) return;
    await this.#ask({ type: 'snapshot', folder: snapshotsIn(folder), keepOlder }, OPEN_MS);
    if (keepOlder === 0) removeBroken(folder);
  }

  /** Everything that was committed is on the disk afterwards. */
  async sync(): Promise<void> {
    await this.#ask({ type: 'sync' }, CLOSE_MS);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const link = this.#link;
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

  /** A new database, in a folder, where the newest of its copies is preferred, or in memory. */
  #create(dataFolder?: string): Promise<WorkerLink> {
    const { folder, snapshot } = this.#options;
    const isKept = dataFolder !== undefined && folder !== undefined;
    return this.#open({
      ...(isKept ? { dataFolder, restoreFrom: snapshotsIn(folder) } : {}),
      ...(snapshot === undefined ? {} : { snapshot }),
      isSuspect: false,
    });
  }

  async #open(settings: WorkerSettings): Promise<WorkerLink> {
    const { clock } = this.#options;
    const link = new WorkerLink(settings);
    try {
      await within(clock, OPEN_MS, link.opened, () => {});
      return link;
    } catch (error) {
      await link.terminate();
      throw error;
    }
  }

  /**
   * Opens what is there, unless a power cut or a crash may have left anything of it: then the newest copy takes its place,
   * and whoever keeps facts tells them again. So it is when what is there cannot be opened although a new one can.
   */
  async #openFolder(folder: string): Promise<WorkerLink> {
    const { data, isHalfMade, isNew, isSuspect, snapshots } = inspectFolder(folder);
    if (isNew || isHalfMade) return await this.#replace(folder, isNew ? undefined : 'it was not finished');
    if (isSuspect && hasSnapshot(snapshots)) return await this.#replace(folder, 'the power failed while it was in use');
    if (!isSuspect) markInUse(folder);
    try {
      const link = await this.#open({ dataFolder: data, isSuspect });
      if (isSuspect) await this.#tellAgain(link);
      markInUse(folder);
      return link;
    } catch (error) {
      ensureRoom(folder);
      const probe = await this.#create();
      await probe.terminate();
      return await this.#replace(folder, error instanceof Error ? error.message : String(error));
    }
  }

  async #tellAgain(link: WorkerLink): Promise<void> {
    try {
      await this.#options.events.onFactsLost();
    } catch (error) {
      await link.terminate();
      throw error;
    }
  }

  /** Makes a new database from the newest copy. What was there is put aside, for which a problem is the reason. */
  async #replace(folder: string, problem: string | undefined): Promise<WorkerLink> {
    const { events } = this.#options;
    await events.onFactsLost();
    const movedTo = problem === undefined ? undefined : moveAside(folder);
    const dataFolder = beginFolder(folder);
    const link = await this.#create(dataFolder);
    markInUse(folder);
    if (movedTo !== undefined && problem !== undefined) events.onRebuilt(path.basename(movedTo), problem);
    return link;
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
