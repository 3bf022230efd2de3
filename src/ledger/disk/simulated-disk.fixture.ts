/**
 * A disk that can lose power. It keeps what was synced apart from what was not; a power cut keeps any subset of the
 * latter: pages of 4096 bytes, some of them torn, and single names made, replaced or removed. Names and bytes are as
 * independent as POSIX allows them to be, which is more than most file systems do.
 */
import path from 'node:path';
import { createRandom } from '../../simulator/random.ts';
import type { Disk, DiskFile, DiskLock } from './disk.ts';
import { SimulatedFile } from './simulated-file.fixture.ts';

interface NameChange {
  readonly folder: string;
  readonly removes?: string;
  readonly adds?: string;
  readonly file?: SimulatedFile;
}

export interface SimulatedDiskOptions {
  /** A disk, or a ledger, that skips a sync: what the tests must notice. */
  readonly lies?: 'file-sync' | 'folder-sync';
  /** Bytes that the disk holds. */
  readonly room?: number;
}

export class SimulatedDisk implements Disk {
  /** The faults of the coming syncs of files, in order; nothing for one that succeeds. */
  readonly syncFaults: ('EIO' | 'ENOSPC' | undefined)[] = [];
  room: number;
  operations = 0;
  syncs = 0;
  failedSyncs = 0;
  #cutAt = Number.POSITIVE_INFINITY;
  #cut: () => void = () => {};
  readonly #lies: SimulatedDiskOptions['lies'];
  #folders = new Set<string>(['/']);
  #durableFolders = new Set<string>(['/']);
  #names = new Map<string, SimulatedFile>();
  #durableNames = new Map<string, SimulatedFile>();
  #changes: NameChange[] = [];
  #locks = new Map<string, object>();
  #power = 0;
  #stall: Promise<void> | undefined;

  constructor({ lies, room = Number.POSITIVE_INFINITY }: SimulatedDiskOptions = {}) {
    this.#lies = lies;
    this.room = room;
  }

  /** Bytes of all files. */
  get used(): number {
    return [...new Set(this.#names.values())].reduce((sum, file) => sum + file.size, 0);
  }

  /** The disk as one process has it: for a process that has died, nothing happens and nothing returns. */
  boot(): Disk {
    const power = this.#power;
    return new Proxy<Disk>(this, {
      get:
        (_, name: keyof Disk) =>
        (...parameters: unknown[]) =>
          power === this.#power
            ? (this[name] as (...parameters: unknown[]) => unknown).apply(this, parameters)
            : new Promise<never>(() => {}),
    });
  }

  /** Holds up every sync until the returned function is called. */
  stall(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stall = promise;
    return () => {
      this.#stall = undefined;
      resolve();
    };
  }

  /** Everything stands still in the middle of the operation after so many more; resolves then. */
  cutAfter(operations: number): Promise<void> {
    this.#cutAt = this.operations + operations + 1;
    return new Promise((resolve) => {
      this.#cut = resolve;
    });
  }

  /** The process dies: locks are free, what it began never ends, and everything it wrote stays. */
  kill(): void {
    this.#power++;
    this.#locks.clear();
    this.#cutAt = Number.POSITIVE_INFINITY;
    this.syncFaults.length = 0;
  }

  /** The power fails, and what was not synced is kept or lost as the seed says. */
  powerCut(seed: number): void {
    this.kill();
    const random = createRandom(seed);
    for (const change of this.#changes) if (random() < 0.5) applyChange(this.#durableNames, change);
    for (const file of new Set(this.#names.values())) file.powerCut(random);
    for (const file of new Set(this.#durableNames.values())) file.powerCut(random);
    this.#names = new Map(this.#durableNames);
    this.#folders = new Set(this.#durableFolders);
    this.#changes = [];
  }

  /** Turns over one bit, as a bad medium does. */
  flipBit(file: string, byte: number): void {
    this.#file(file).flipBit(byte);
  }

  /** Makes the page that holds that byte unreadable. */
  spoilPage(file: string, byte: number): void {
    this.#file(file).spoil(byte);
  }

  createFolder(folder: string): Promise<void> {
    return this.#operate(() => {
      for (let made = folder; made !== '/'; made = path.dirname(made)) {
        this.#folders.add(made);
        this.#durableFolders.add(made);
      }
    });
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#operate(() => {
      if (!this.#folders.has(folder)) throw fault('ENOENT', folder);
      const all = [...this.#names.keys(), ...this.#folders];
      return all
        .filter((name) => name !== '/' && path.dirname(name) === folder)
        .map((name) => path.basename(name))
        .sort();
    });
  }

  read(file: string, from = 0, to = Number.POSITIVE_INFINITY): Promise<Buffer> {
    return this.#operate(() => {
      const bytes = this.#file(file).read(from, to);
      if (!bytes) throw fault('EIO', file);
      return bytes;
    });
  }

  size(file: string): Promise<number | undefined> {
    return this.#operate(() => this.#names.get(file)?.size);
  }

  create(file: string): Promise<DiskFile> {
    return this.#operate(() => {
      if (this.#names.has(file)) throw fault('EEXIST', file);
      return this.#handle(this.#make(file));
    });
  }

  open(file: string): Promise<DiskFile> {
    return this.#operate(() => this.#handle(this.#names.get(file) ?? this.#make(file)));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#operate(() => {
      this.#change({ folder: path.dirname(to), removes: from, adds: to, file: this.#file(from) });
    });
  }

  remove(file: string): Promise<void> {
    return this.#operate(() => {
      this.#file(file);
      this.#change({ folder: path.dirname(file), removes: file });
    });
  }

  removeFolder(folder: string): Promise<void> {
    return this.#operate(() => {
      if (!this.#folders.has(folder)) throw fault('ENOENT', folder);
      if ([...this.#names.keys()].some((name) => path.dirname(name) === folder)) throw fault('ENOTEMPTY', folder);
      this.#folders.delete(folder);
      this.#durableFolders.delete(folder);
    });
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#operate(() => {
      if (this.#lies === 'folder-sync') return;
      for (const change of this.#changes) if (change.folder === folder) applyChange(this.#durableNames, change);
      this.#changes = this.#changes.filter((change) => change.folder !== folder);
    });
  }

  lock(file: string): Promise<DiskLock | undefined> {
    return this.#operate(() => {
      if (!this.#names.has(file)) this.#make(file);
      if (this.#locks.has(file)) return undefined;
      const holder = {};
      this.#locks.set(file, holder);
      return { release: () => void (this.#locks.get(file) === holder && this.#locks.delete(file)) };
    });
  }

  #make(file: string): SimulatedFile {
    if (!this.#folders.has(path.dirname(file))) throw fault('ENOENT', file);
    const made = new SimulatedFile();
    this.#change({ folder: path.dirname(file), adds: file, file: made });
    return made;
  }

  #change(change: NameChange): void {
    applyChange(this.#names, change);
    this.#changes.push(change);
  }

  #file(name: string): SimulatedFile {
    const file = this.#names.get(name);
    if (!file) throw fault('ENOENT', name);
    return file;
  }

  #handle(file: SimulatedFile): DiskFile {
    let isOpen = true;
    const power = this.#power;
    const operate = (work: (isCut: boolean) => void): Promise<void> =>
      this.#operate((isCut) => {
        if (!isOpen) throw fault('EBADF', 'a closed file');
        work(isCut);
      }, power);
    return {
      write: (bytes, position) => {
        const copy = Buffer.from(bytes);
        return operate((isCut) => {
          const room = this.room - this.used + Math.min(copy.length, Math.max(0, file.size - position));
          const written = Math.min(isCut ? copy.length >> 1 : copy.length, Math.max(0, room));
          file.write(copy.subarray(0, written), position);
          if (written < copy.length) throw fault('ENOSPC', 'the disk');
        });
      },
      sync: async () => {
        await this.#stall;
        await operate((isCut) => {
          if (isCut && this.operations % 2 === 0) return; // the power may fail before the bytes are there, or after
          this.syncs++;
          const code = this.syncFaults.shift();
          if (code) {
            this.failedSyncs++;
            file.forsake();
            throw fault(code, 'a sync');
          }
          if (this.#lies !== 'file-sync') file.sync();
        });
      },
      close: () =>
        operate(() => {
          isOpen = false;
        }),
    };
  }

  /** Without power, nothing happens and nothing returns. */
  async #operate<T>(work: (isCut: boolean) => T, power = this.#power): Promise<T> {
    await undefined;
    if (power !== this.#power || this.operations >= this.#cutAt) return await new Promise<never>(() => {});
    const isCut = ++this.operations >= this.#cutAt;
    if (isCut) this.#cut();
    const result = work(isCut);
    await undefined;
    if (power !== this.#power || isCut) return await new Promise<never>(() => {});
    return result;
  }
}

function applyChange(names: Map<string, SimulatedFile>, { removes, adds, file }: NameChange): void {
  if (removes) names.delete(removes);
  if (adds && file) names.set(adds, file);
}

function fault(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
