/**
 * G.711 µ-law (ITU-T G.711, table 2) on the usual 16-bit scale, by table in both directions. The code on the wire is
 * the complement of sign, segment and interval, so that a quiet line has many ones.
 */

/** The code of the value zero. G.711 has a second zero, 0x7f, which stands for −3 … −1 and decodes to 0 as well. */
export const MULAW_SILENCE = 0xff;

/** Shifts the segments so that each starts at a power of two. */
const BIAS = 132;
/** The largest magnitude that stays inside the last segment once biased. */
const CLIP = 32_635;

/** The 16-bit value of each of the 256 codes. */
export const MULAW_TO_LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, code) => expand(code));

/** The code of each 16-bit value, indexed by its two's complement: `LINEAR_TO_MULAW[sample & 0xffff]`. */
export const LINEAR_TO_MULAW: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, index) =>
  compress(index < 32_768 ? index : index - 65_536),
);

/**
 * Decodes every byte, into the start of `out` when it is given, and returns the array written to.
 * Throws `RangeError` when `out` is too short.
 */
export function decodeMulaw(bytes: Uint8Array, out: Int16Array = new Int16Array(bytes.length)): Int16Array {
  requireRoom(bytes.length, out.length);
  for (let i = 0; i < bytes.length; i++) out[i] = MULAW_TO_LINEAR[bytes[i]!]!;
  return out;
}

/**
 * Encodes every sample, into the start of `out` when it is given, and returns the array written to.
 * Throws `RangeError` when `out` is too short.
 */
export function encodeMulaw(samples: Int16Array, out: Uint8Array = new Uint8Array(samples.length)): Uint8Array {
  requireRoom(samples.length, out.length);
  for (let i = 0; i < samples.length; i++) out[i] = LINEAR_TO_MULAW[samples[i]! & 0xffff]!;
  return out;
}

function expand(code: number): number {
  const bits = ~code;
  const segment = (bits >> 4) & 7;
  const magnitude = ((((bits & 15) << 3) + BIAS) << segment) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

function compress(sample: number): number {
  const biased = Math.min(Math.abs(sample), CLIP) + BIAS;
  const segment = 24 - Math.clz32(biased);
  const interval = (biased >> (segment + 3)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | interval) & 0xff;
}

function requireRoom(needed: number, available: number): void {
  if (available < needed) throw new RangeError(`the output holds ${available} samples, ${needed} are needed`);
}
