/** One file of the simulated disk: the bytes that programs see, the bytes on the platter, and what lies between. */
const PAGE_BYTES = 4096;
const SECTOR_BYTES = 512;

interface Piece {
  readonly position: number;
  readonly bytes: Buffer;
}

export class SimulatedFile {
  #seen: Buffer = Buffer.alloc(0);
  #platter: Buffer = Buffer.alloc(0);
  #unsynced: Piece[] = [];
  /** Of a sync that failed: seen by programs, never written, and no later sync will (LSFMM 2018, "PostgreSQL's fsync"). */
  #forsaken: Piece[] = [];
  readonly #spoiled = new Set<number>();

  get size(): number {
    return this.#seen.length;
  }

  /** Nothing if a page of it cannot be read. */
  read(from: number, to: number): Buffer | undefined {
    const end = Math.min(to, this.#seen.length);
    for (const page of this.#spoiled) if (page * PAGE_BYTES < end && (page + 1) * PAGE_BYTES > from) return undefined;
    return Buffer.from(this.#seen.subarray(Math.min(from, end), end));
  }

  write(bytes: Buffer, position: number): void {
    this.#seen = overlay(this.#seen, { position, bytes });
    this.#unsynced.push(...pagesOf(bytes, position));
  }

  sync(): void {
    for (const piece of this.#unsynced) this.#platter = overlay(this.#platter, piece);
    this.#unsynced = [];
  }

  /** A sync has failed: the system counts the bytes as written, though they are not. */
  forsake(): void {
    this.#forsaken.push(...this.#unsynced);
    this.#unsynced = [];
  }

  powerCut(random: () => number): void {
    for (const piece of [...this.#forsaken, ...this.#unsynced]) {
      const luck = random();
      if (luck < 0.4) this.#platter = overlay(this.#platter, piece);
      else if (luck < 0.6) this.#platter = overlay(this.#platter, tear(piece, random));
    }
    // The length may have reached the platter without the bytes, which are zeros then.
    if (random() < 0.3) this.#platter = overlay(this.#platter, { position: this.#seen.length, bytes: Buffer.alloc(0) });
    this.#seen = Buffer.from(this.#platter);
    this.#unsynced = [];
    this.#forsaken = [];
  }

  flipBit(byte: number): void {
    for (const bytes of [this.#seen, this.#platter]) if (byte < bytes.length) bytes[byte]! ^= 1;
  }

  spoil(byte: number): void {
    this.#spoiled.add(Math.floor(byte / PAGE_BYTES));
  }
}

function overlay(bytes: Buffer, piece: Piece): Buffer {
  const end = piece.position + piece.bytes.length;
  const result = end > bytes.length ? Buffer.concat([bytes, Buffer.alloc(end - bytes.length)]) : bytes;
  piece.bytes.copy(result, piece.position);
  return result;
}

function pagesOf(bytes: Buffer, position: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const room = PAGE_BYTES - ((position + at) % PAGE_BYTES);
    pieces.push({ position: position + at, bytes: bytes.subarray(at, at + room) });
    at += room;
  }
  return pieces;
}

/** Some of a page's sectors, and of one sector only a part. */
function tear({ position, bytes }: Piece, random: () => number): Piece {
  const cut = Math.floor(random() * bytes.length);
  const atSector = random() < 0.5 ? cut - (cut % SECTOR_BYTES) : cut;
  return random() < 0.7
    ? { position, bytes: bytes.subarray(0, atSector) }
    : { position: position + atSector, bytes: bytes.subarray(atSector) };
}
