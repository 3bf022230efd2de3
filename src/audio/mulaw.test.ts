import { expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw, LINEAR_TO_MULAW, MULAW_SILENCE, MULAW_TO_LINEAR } from './mulaw.ts';

/**
 * ITU-T G.711, table 2, built from its text: decision values of 0, 1, then 15 steps of 2 and seven times 16 steps of
 * double size, on a 14-bit scale; each code stands for the middle between two decision values.
 */
const decisions: number[] = [0, 1];
for (let step = 2, count = 15; step <= 256; step *= 2, count = 16) {
  for (let i = 0; i < count; i++) decisions.push(decisions.at(-1)! + step);
}
const SCALE = 4;
const levels = Array.from({ length: 128 }, (_, n) => (n === 0 ? 0 : (SCALE * (decisions[n]! + decisions[n + 1]!)) / 2));

function formulaCode(sample: number): number {
  const magnitude = Math.abs(sample);
  let interval = 127;
  while (SCALE * decisions[interval]! > magnitude) interval--;
  return (sample < 0 ? 0x7f : 0xff) - interval;
}

function formulaValue(code: number): number {
  return code >= 0x80 ? levels[0xff - code]! : -levels[0x7f - code]!;
}

test('the decision values end where G.711 says', () => {
  expect(decisions).toHaveLength(129);
  expect(decisions.slice(-2)).toEqual([7903, 8159]);
  expect(levels.at(-1)).toBe(32_124);
});

test('all 256 codes decode as the formula says', () => {
  for (let code = 0; code < 256; code++) expect(MULAW_TO_LINEAR[code]).toBe(formulaValue(code) || 0);
});

test('all 65,536 samples encode as the formula says', () => {
  const wrong: number[] = [];
  for (let sample = -32_768; sample <= 32_767; sample++) {
    if (LINEAR_TO_MULAW[sample & 0xffff] !== formulaCode(sample)) wrong.push(sample);
  }
  expect(wrong).toEqual([]);
});

test('every code survives the round trip, but the negative zero, which loses its sign', () => {
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
  const expected = codes.slice();
  expected[0x7f] = MULAW_SILENCE;
  expect(encodeMulaw(decodeMulaw(codes))).toEqual(expected);
});

test('coding a second time changes nothing', () => {
  const samples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
  const once = decodeMulaw(encodeMulaw(samples));
  expect(decodeMulaw(encodeMulaw(once))).toEqual(once);
});

test('silence is the code of zero, which has a negative twin', () => {
  expect(encodeMulaw(Int16Array.of(-4, -3, -1, 0, 3, 4))).toEqual(Uint8Array.of(0x7e, 0x7f, 0x7f, 0xff, 0xff, 0xfe));
  expect(decodeMulaw(Uint8Array.of(MULAW_SILENCE, 0x7f))).toEqual(new Int16Array(2));
});

test('the output goes into the array given, and a short one is refused', () => {
  const pcm = new Int16Array(3);
  expect(decodeMulaw(Uint8Array.of(0x00, 0x80), pcm)).toBe(pcm);
  expect(pcm).toEqual(Int16Array.of(-32_124, 32_124, 0));
  const bytes = new Uint8Array(1);
  expect(encodeMulaw(Int16Array.of(32_767), bytes)).toBe(bytes);
  expect(bytes).toEqual(Uint8Array.of(0x80));
  expect(() => decodeMulaw(new Uint8Array(4), pcm)).toThrow(RangeError);
  expect(() => encodeMulaw(new Int16Array(2), bytes)).toThrow(RangeError);
});
