/**
 * The thirteen WASI calls that flite makes, answered from memory: no file, no clock, no environment. Node's own
 * `node:wasi` would need a folder on disk, prints a warning and, by its own words, is no sandbox; this is one.
 * Source of the layouts: WASI snapshot preview1, `wasi_snapshot_preview1.witx`.
 */

/** The part of the global that is used here: its types come with the DOM's, which Node code does not load. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<WasmProgram>;
  Instance: new (program: WasmProgram, imports: Readonly<Record<string, WasmImports>>) => { readonly exports: unknown };
};
type WasmImports = Readonly<Record<string, (...args: never[]) => number>>;
interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** A compiled program, ready to run any number of times. */
export type WasmProgram = object & { readonly wasmProgram?: never };

const ERRNO_OK = 0;
const ERRNO_BADF = 8;
const ERRNO_SPIPE = 70;

const FILETYPE_CHARACTER_DEVICE = 2;
const FILETYPE_DIRECTORY = 3;
const FILETYPE_REGULAR_FILE = 4;
const ALL_RIGHTS = 0xffff_ffff_ffff_ffffn;

/** Descriptors 0 to 2 are the standard streams, 3 the one folder that is open beforehand, 4 the one file written. */
const FOLDER_FD = 3;
const FILE_FD = 4;
const FOLDER = '/out';
/** What to pass to a program as the path of its output. */
export const OUTPUT_PATH = `${FOLDER}/file`;

const FIRST_CAPACITY = 128 * 1024;

class ProgramExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

export interface ProgramResult {
  readonly status: number;
  /** What the program wrote to `OUTPUT_PATH`. */
  readonly file: Uint8Array;
}

export function compileProgram(bytes: Uint8Array): Promise<WasmProgram> {
  return WebAssembly.compile(bytes);
}

/** Runs a WASI command to its end, in an instance of its own. What it writes to the standard streams is dropped. */
export function runProgram(program: WasmProgram, args: readonly string[]): ProgramResult {
  const host = new Host(args);
  const instance = new WebAssembly.Instance(program, { wasi_snapshot_preview1: host.imports() });
  const { memory, _start } = instance.exports as { memory: WasmMemory; _start: () => void };
  host.memory = memory;
  try {
    _start();
    return { status: 0, file: host.file };
  } catch (error) {
    if (error instanceof ProgramExit) return { status: error.status, file: host.file };
    throw error;
  }
}

class Host {
  memory: WasmMemory | undefined;
  readonly #args: readonly Uint8Array[];
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;
  #position = 0;

  constructor(args: readonly string[]) {
    const encoder = new TextEncoder();
    this.#args = args.map((arg) => encoder.encode(`${arg}\0`));
  }

  get file(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  imports(): WasmImports {
    return {
      args_sizes_get: (count: number, bytes: number) => {
        this.#view().setUint32(count, this.#args.length, true);
        return this.#put32(
          bytes,
          this.#args.reduce((sum, arg) => sum + arg.length, 0),
        );
      },
      args_get: (pointers: number, text: number) => this.#putArgs(pointers, text),
      clock_time_get: (_id: number, _precision: bigint, time: number) => this.#put64(time, 0n),
      fd_close: () => ERRNO_OK,
      fd_fdstat_get: (fd: number, stat: number) => this.#putStat(fd, stat),
      fd_fdstat_set_flags: () => ERRNO_OK,
      fd_prestat_get: (fd: number, prestat: number) => {
        if (fd !== FOLDER_FD) return ERRNO_BADF;
        this.#view().setUint32(prestat, 0, true);
        return this.#put32(prestat + 4, FOLDER.length);
      },
      fd_prestat_dir_name: (_fd: number, path: number) => {
        this.#memory().set(new TextEncoder().encode(FOLDER), path);
        return ERRNO_OK;
      },
      fd_read: () => ERRNO_BADF,
      fd_seek: (fd: number, offset: bigint, whence: number, position: number) =>
        this.#seek(fd, { offset: Number(offset), whence, position }),
      fd_write: (fd: number, vectors: number, count: number, written: number) =>
        this.#write(fd, { vectors, count, written }),
      path_open: (...args: number[]) => this.#put32(args[8]!, FILE_FD),
      proc_exit: (status: number) => {
        throw new ProgramExit(status);
      },
    };
  }

  /** Memory moves when the program grows it, so a view is good for one call only. */
  #view(): DataView {
    return new DataView(this.memory!.buffer);
  }

  #memory(): Uint8Array {
    return new Uint8Array(this.memory!.buffer);
  }

  #put32(at: number, value: number): number {
    this.#view().setUint32(at, value, true);
    return ERRNO_OK;
  }

  #put64(at: number, value: bigint): number {
    this.#view().setBigUint64(at, value, true);
    return ERRNO_OK;
  }

  #putArgs(pointers: number, text: number): number {
    let at = text;
    for (const [index, arg] of this.#args.entries()) {
      this.#put32(pointers + 4 * index, at);
      this.#memory().set(arg, at);
      at += arg.length;
    }
    return ERRNO_OK;
  }

  #putStat(fd: number, stat: number): number {
    const types: Readonly<Record<number, number>> = {
      [FOLDER_FD]: FILETYPE_DIRECTORY,
      [FILE_FD]: FILETYPE_REGULAR_FILE,
    };
    this.#put64(stat, 0n);
    this.#view().setUint8(stat, types[fd] ?? FILETYPE_CHARACTER_DEVICE);
    this.#put64(stat + 8, ALL_RIGHTS);
    return this.#put64(stat + 16, ALL_RIGHTS);
  }

  #seek(fd: number, to: { readonly offset: number; readonly whence: number; readonly position: number }): number {
    if (fd !== FILE_FD) return ERRNO_SPIPE;
    const origins = [0, this.#position, this.#length];
    this.#position = Math.max(0, (origins[to.whence] ?? 0) + to.offset);
    return this.#put64(to.position, BigInt(this.#position));
  }

  #write(fd: number, from: { readonly vectors: number; readonly count: number; readonly written: number }): number {
    const view = this.#view();
    let total = 0;
    for (let i = 0; i < from.count; i++) {
      const start = view.getUint32(from.vectors + 8 * i, true);
      const length = view.getUint32(from.vectors + 8 * i + 4, true);
      if (fd === FILE_FD) this.#append(this.#memory().subarray(start, start + length));
      total += length;
    }
    return this.#put32(from.written, total);
  }

  #append(bytes: Uint8Array): void {
    const end = this.#position + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.file);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#position);
    this.#position = end;
    this.#length = Math.max(this.#length, end);
  }
}
