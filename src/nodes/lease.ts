/**
 * A node's name among the others, and the lease that says that it is alive, by the database's time alone. A node that
 * cannot renew goes on: only what the others may do meanwhile depends on it.
 */
import type { Clock } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import type { Log } from '../observe/log.ts';
import { endLease, findNode, type LeaseNews, renewLease, takeName } from '../store/cluster/nodes.ts';
import type { Store } from '../store/store.ts';

export interface NodeIdentity {
  readonly node: string;
  /** Names this life of the process. */
  readonly run: string;
  /** Where the process runs: machine and process id. */
  readonly process: string;
  readonly version: string;
}

export interface LeaseOptions extends NodeIdentity {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether a process, as `process` names it, is surely dead; false when that cannot be known. */
  readonly isGone: (process: string) => boolean;
  /** This machine's wall-clock time. */
  readonly date: () => Date;
  /** The store has just been reached. */
  readonly onRenewed: () => void;
}

const LEASE_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
/** A rival whose lease has not moved for so long will not renew it: it has died, or sleeps. */
const RIVAL_SILENT_MS = 4_500;
const LOOK_EVERY_MS = 1_000;
/** A slower answer says too little of when the database's clock was read. */
const GOOD_ROUND_TRIP_MS = 500;

interface Rival {
  readonly run: string;
  readonly leaseUntil: number;
  readonly since: number;
}

export class NodeLease {
  readonly #o: LeaseOptions;
  readonly #joined = Promise.withResolvers<void>();
  #state: 'joining' | 'member' | 'refused' = 'joining';
  #rival: Rival | undefined;
  #isDraining = false;
  #others = 0;
  #freshUntil = Number.NEGATIVE_INFINITY;
  /** What the database's clock shows when ours shows 0. */
  #epoch: number | undefined;
  #disarm: () => void = () => {};
  #working: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: LeaseOptions) {
    this.#o = options;
    this.#joined.promise.catch(() => {}); // also told in the log, and by `isRefused`
    options.store.ready.then(
      () => this.#wake(),
      () => this.#joined.resolve(), // refused or closed: told elsewhere
    );
    this.#disarm = options.clock.at(options.clock.now() + LOOK_EVERY_MS, () => this.#wake());
  }

  /**
   * Resolves when the name is this process's, or when the store cannot tell; rejects with `ConfigError` when another
   * live process has it.
   */
  get joined(): Promise<void> {
    return this.#joined.promise;
  }

  /** Another live process has the name. */
  get isRefused(): boolean {
    return this.#state === 'refused';
  }

  /** The others surely believe this node to be alive. */
  get isFresh(): boolean {
    return this.#o.clock.now() < this.#freshUntil;
  }

  get others(): number {
    return this.#others;
  }

  /** The database's time, as far as it is known: the same on all nodes. */
  date(): Date {
    return this.#epoch === undefined ? this.#o.date() : new Date(this.#epoch + this.#o.clock.now());
  }

  drain(): void {
    this.#isDraining = true;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disarm();
    this.#joined.resolve();
    await this.#working;
    if (this.#state === 'member') await endLease(this.#o.store.db, this.#o).catch(() => {}); // it runs out by itself
  }

  /** One look at a time; whoever asks meanwhile gets another. */
  #wake(): void {
    this.#disarm();
    this.#working = this.#working.then(async () => {
      if (this.#isClosed) return;
      this.#disarm();
      const pauseMs = await this.#look();
      this.#disarm();
      if (this.#isClosed) return;
      this.#disarm = this.#o.clock.at(this.#o.clock.now() + pauseMs, () => this.#wake());
    });
  }

  /** Returns how long the next look may wait. */
  async #look(): Promise<number> {
    const { clock, onRenewed } = this.#o;
    const since = clock.now();
    try {
      if (this.#state !== 'member' && !(await this.#join())) return LOOK_EVERY_MS;
      const news = await renewLease(this.#o.store.db, this.#row);
      if (!news) {
        this.#state = 'joining';
        return 0;
      }
      this.#learn(news, since);
      this.#joined.resolve();
      onRenewed();
      return RENEW_EVERY_MS;
    } catch {
      if (this.#o.store.state.status !== 'opening') this.#joined.resolve(); // the store is away, and says so itself
      return LOOK_EVERY_MS;
    }
  }

  #learn({ at, others }: LeaseNews, since: number): void {
    const now = this.#o.clock.now();
    this.#freshUntil = since + LEASE_MS;
    this.#others = others;
    if (this.#epoch === undefined || now - since < GOOD_ROUND_TRIP_MS) {
      this.#epoch = at.getTime() - (since + now) / 2;
    }
  }

  async #join(): Promise<boolean> {
    const { log, node, run, store } = this.#o;
    if (await takeName(store.db, this.#row, this.#deadRival())) {
      this.#state = 'member';
      this.#rival = undefined;
      log.info('NODE_JOINED', { node, run });
      return true;
    }
    return this.#watchRival();
  }

  /** Of a rival we may know more than its lease tells. */
  #deadRival(): string | undefined {
    const rival = this.#rival;
    return rival && this.#o.clock.now() - rival.since >= RIVAL_SILENT_MS ? rival.run : undefined;
  }

  /** A lease that moves is a living process's; one that has not moved for long enough is taken at the next look. */
  async #watchRival(): Promise<boolean> {
    const { clock, isGone, node, store } = this.#o;
    const found = await findNode(store.db, node);
    if (!found) return false;
    const { process, run } = found;
    const leaseUntil = found.lease_until.getTime();
    const known = this.#rival;
    if (isGone(process)) {
      this.#rival = { run, leaseUntil, since: Number.NEGATIVE_INFINITY };
      return this.#join();
    }
    if (known?.run === run && known.leaseUntil === leaseUntil) return false;
    this.#rival = { run, leaseUntil, since: clock.now() };
    if (known?.run === run) this.#refuse();
    return false;
  }

  #refuse(): void {
    if (this.#state === 'refused') return;
    this.#state = 'refused';
    const { log, node } = this.#o;
    const error = new ConfigError(
      'KAV_NODE',
      `another live process is node ${node} of this database`,
      'Give each process a name of its own',
    );
    log.error('NODE_NAME_TAKEN', { node, error: error.message });
    this.#joined.reject(error);
  }

  get #row() {
    const { node, process, run, version } = this.#o;
    return { node, process, run, version, isDraining: this.#isDraining, leaseMs: LEASE_MS };
  }
}
