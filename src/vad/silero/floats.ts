/** Arrays of floats that WebAssembly sees as well. */
export class Floats {
  readonly memory: WebAssembly.Memory;
  #end = 0;

  /** Room for so many bytes, which is all that there will be. */
  constructor(bytes: number) {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  }

  /** Zeros. Throws `RangeError` when there is no room left. */
  take(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer, this.#reserve(length), length);
  }

  takeIntegers(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.memory.buffer, this.#reserve(length), length);
  }

  #reserve(length: number): number {
    const from = this.#end;
    this.#end += Math.ceil(length / FLOATS_PER_LINE) * LINE_BYTES;
    return from;
  }
}

const PAGE_BYTES = 65_536;
/** Each array begins with a line of the processor's cache. */
const LINE_BYTES = 64;
const FLOATS_PER_LINE = LINE_BYTES / Float32Array.BYTES_PER_ELEMENT;
