/**
 * Messages between nodes as notifications of PostgreSQL, which hold less than 8,000 bytes each: a longer message goes in
 * parts, which the reader puts together again.
 */

/** PostgreSQL's limit is 8,000 with its own terminator. */
const MOST_BYTES = 7_800;
/** UTF-8 needs three bytes at most for each unit of a string. */
const PART_UNITS = 2_500;
const PART = /^part ([\w-]+) (\d{1,3}) (\d{1,3})\n/;
/** Of a message that has lost a part the rest is forgotten when so many others are being put together. */
const MOST_OPEN = 64;
const MOST_PARTS = 200;

/** `name` names the message among all that are on their way. */
export function cutMessage(message: string, name: string): readonly string[] {
  if (message.length * 3 <= MOST_BYTES || Buffer.byteLength(message) <= MOST_BYTES) return [message];
  const pieces: string[] = [];
  for (let at = 0; at < message.length; ) {
    let end = Math.min(message.length, at + PART_UNITS);
    // Half of a surrogate pair cannot be sent.
    if (end < message.length && isHighSurrogate(message.charCodeAt(end - 1))) end--;
    pieces.push(message.slice(at, end));
    at = end;
  }
  return pieces.map((piece, i) => `part ${name} ${i} ${pieces.length}\n${piece}`);
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/** Puts parts together, in whatever order they come. */
export class PartReader {
  readonly #open = new Map<string, { readonly pieces: (string | undefined)[]; missing: number }>();

  /** The message, if it is whole. */
  take(payload: string): string | undefined {
    const match = PART.exec(payload);
    if (!match) return payload;
    const [head, name = '', place, count] = match;
    const [at, of] = [Number(place), Number(count)];
    if (at >= of || of > MOST_PARTS) return undefined;
    const known = this.#open.get(name) ?? { pieces: new Array<string | undefined>(of).fill(undefined), missing: of };
    if (known.pieces.length !== of || known.pieces[at] !== undefined) return undefined;
    known.pieces[at] = payload.slice(head.length);
    this.#open.set(name, known);
    if (--known.missing > 0) {
      if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value!);
      return undefined;
    }
    this.#open.delete(name);
    return known.pieces.join('');
  }
}
