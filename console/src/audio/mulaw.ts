/** µ-law of ITU-T G.711, to and from samples between -1 and 1. */
const BIAS = 0x84;
const CLIP = 32_635;

export function encodeMulaw(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = encodeSample(samples[i]!);
  return bytes;
}

function encodeSample(sample: number): number {
  const linear = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
  const sign = linear < 0 ? 0x80 : 0;
  const magnitude = Math.min(CLIP, Math.abs(linear)) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

const DECODED = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = (((code & 0x0f) << 3) + BIAS) << ((code >> 4) & 7);
  return ((code & 0x80) === 0 ? magnitude - BIAS : BIAS - magnitude) / 32_768;
});

export function decodeMulaw(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) samples[i] = DECODED[bytes[i]!]!;
  return samples;
}
