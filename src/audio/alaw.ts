/** G.711 A-law (ITU-T G.711, table 1), decoding only: telephone recordings come in it, Twilio's streams do not. */

/** The 16-bit value of each of the 256 codes. */
export const ALAW_TO_LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, code) => expand(code));

function expand(code: number): number {
  // Every other bit is inverted on the wire.
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const interval = ((bits & 15) << 4) + 8;
  const magnitude = segment === 0 ? interval : (interval + 256) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}
