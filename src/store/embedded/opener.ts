/** Opens the embedded database, whatever state its folder was left in. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { within } from '../deadline.ts';
import { unavailable } from '../failures.ts';
import {
  ensureRoom,
  inspectFolder,
  markFinished,
  markInUse,
  markUnfinished,
  moveAside,
  removeUnfinished,
  snapshotsIn,
} from './data-folder.ts';
import { countSnapshots } from './snapshots.ts';
import { WorkerLink } from './worker-link.ts';
import type { WorkerSettings } from './worker-messages.ts';

/** A first start takes seconds; checking a large database after a power cut may take minutes. */
const OPEN_MS = 300_000;

export interface OpenerOptions {
  readonly clock: Clock;
  /** None keeps the database in memory. */
  readonly folder?: string;
  /** What a new database begins with. */
  readonly snapshot?: Uint8Array;
  /** The database is about to begin from an earlier state; see `EngineEvents`. */
  readonly onFactsLost: () => Promise<void>;
  readonly onRebuilt: (movedTo: string, problem: string) => void;
}

export class Opener {
  readonly #options: OpenerOptions;
  #opening: WorkerLink | undefined;
  #isAborted = false;

  constructor(options: OpenerOptions) {
    this.#options = options;
  }

  async open(): Promise<WorkerLink> {
    const { folder } = this.#options;
    if (folder === undefined) return this.#create();
    removeUnfinished(folder);
    const { data, isNew, isBeheaded, isSuspect } = inspectFolder(folder);
    if (!isSuspect) markInUse(folder);
    if (isNew) return this.#createIn(folder, data);
    if (isBeheaded) return this.#replace(folder, data, new Error('PG_VERSION is missing'));
    // Whatever can be read of it, nobody knows what cannot: a page of zeros is a page without rows.
    if (isSuspect && countSnapshots(snapshotsIn(folder)) > 0)
      return this.#replace(folder, data, new Error('the power failed while it was in use'));
    let link: WorkerLink;
    try {
      link = await this.#openTwice({ dataFolder: data, isSuspect });
    } catch (error) {
      return this.#replace(folder, data, error);
    }
    if (isSuspect) await this.#tellAgain(link);
    markInUse(folder);
    return link;
  }

  async #tellAgain(link: WorkerLink): Promise<void> {
    try {
      await this.#options.onFactsLost();
    } catch (error) {
      await link.terminate();
      throw error;
    }
  }

  /** What is being opened is given up, as if the process had died. */
  async abort(): Promise<void> {
    this.#isAborted = true;
    await this.#opening?.terminate();
  }

  /** A want of memory passes; a torn page does not. */
  async #openTwice(settings: WorkerSettings): Promise<WorkerLink> {
    try {
      return await this.#start(settings);
    } catch {
      return await this.#start(settings);
    }
  }

  /** If a new database can be opened, what is there is at fault, and is put aside. If not, something else is. */
  async #replace(folder: string, data: string, problem: unknown): Promise<WorkerLink> {
    if (this.#isAborted) throw problem;
    ensureRoom(folder);
    const probe = await this.#create();
    await probe.terminate();
    const movedTo = moveAside(folder);
    const link = await this.#createIn(folder, data);
    this.#options.onRebuilt(path.basename(movedTo), problem instanceof Error ? problem.message : String(problem));
    return link;
  }

  /** From the newest copy, if there is one. */
  async #createIn(folder: string, data: string): Promise<WorkerLink> {
    await this.#options.onFactsLost();
    markUnfinished(folder);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const link = await this.#create({ dataFolder: data, restoreFrom: snapshotsIn(folder) });
    markFinished(folder);
    markInUse(folder);
    return link;
  }

  #create(where: Pick<WorkerSettings, 'dataFolder' | 'restoreFrom'> = {}): Promise<WorkerLink> {
    const { snapshot } = this.#options;
    return this.#start({
      ...where,
      ...(snapshot === undefined ? {} : { snapshot }),
      isSuspect: false,
    });
  }

  async #start(settings: WorkerSettings): Promise<WorkerLink> {
    if (this.#isAborted) throw unavailable('closed');
    const link = new WorkerLink(settings);
    this.#opening = link;
    try {
      await within(this.#options.clock, OPEN_MS, link.opened, () => {});
      return link;
    } catch (error) {
      await link.terminate();
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }
}
