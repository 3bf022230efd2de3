/**
 * The last bytes of a stream in one preallocated buffer. Positions count from the beginning of the stream and never
 * wrap: position `p` is there as long as `start <= p < end`.
 */
export class AudioRing {
  readonly #bytes: Uint8Array;
  #end = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get end(): number {
    return this.#end;
  }

  /** The oldest position that is still there. */
  get start(): number {
    return Math.max(0, this.#end - this.#bytes.length);
  }

  write(data: Uint8Array): void {
    const ring = this.#bytes;
    const at = this.#end % ring.length;
    if (at + data.length <= ring.length) ring.set(data, at);
    else this.#writeAround(data);
    this.#end += data.length;
  }

  /** Copies what begins at `from` into `into`, and says how much there was. `from` must not lie before `start`. */
  read(from: number, into: Uint8Array): number {
    const ring = this.#bytes;
    const count = Math.min(into.length, this.#end - from);
    for (let i = 0; i < count; i++) into[i] = ring[(from + i) % ring.length]!;
    return count;
  }

  #writeAround(data: Uint8Array): void {
    const ring = this.#bytes;
    const first = Math.max(0, data.length - ring.length);
    for (let i = first; i < data.length; i++) ring[(this.#end + i) % ring.length] = data[i]!;
  }
}
