import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FRAME_BYTES, FRAME_MS, FrameAssembler, SAMPLE_RATE_HZ } from './frame.ts';
import { MULAW_SILENCE } from './mulaw.ts';

function collect(): { assembler: FrameAssembler; frames: Uint8Array[] } {
  const frames: Uint8Array[] = [];
  return { assembler: new FrameAssembler((frame) => frames.push(frame.slice())), frames };
}

function numbered(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7) % 251);
}

test('a frame is 20 ms', () => {
  expect((SAMPLE_RATE_HZ * FRAME_MS) / 1000).toBe(FRAME_BYTES);
});

test('however the bytes are cut, the frames are the same and nothing is lost', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constant(20_480)), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const { assembler, frames } = collect();
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const input = numbered(total);
      let at = 0;
      for (const length of lengths) {
        assembler.push(input.subarray(at, at + length));
        at += length;
        expect(frames.length).toBe(Math.floor(at / FRAME_BYTES));
        expect(assembler.pendingBytes).toBe(at % FRAME_BYTES);
      }
      expect(assembler.takeRest()).toBe(total % FRAME_BYTES > 0);
      const padded = new Uint8Array(Math.ceil(total / FRAME_BYTES) * FRAME_BYTES).fill(MULAW_SILENCE);
      padded.set(input);
      expect(Buffer.concat(frames).equals(padded)).toBe(true);
    }),
  );
});

test('one byte at a time makes frames too', () => {
  const { assembler, frames } = collect();
  for (const byte of numbered(2 * FRAME_BYTES)) assembler.push(Uint8Array.of(byte));
  expect(Buffer.concat(frames).equals(numbered(2 * FRAME_BYTES))).toBe(true);
  expect(assembler.takeRest()).toBe(false);
});

test('the frame is one reused buffer', () => {
  const seen = new Set<Uint8Array>();
  const assembler = new FrameAssembler((frame) => seen.add(frame));
  assembler.push(numbered(3 * FRAME_BYTES + 1));
  assembler.takeRest();
  expect(seen.size).toBe(1);
});

test('after a reset the remainder is gone', () => {
  const { assembler, frames } = collect();
  assembler.push(numbered(100));
  assembler.reset();
  expect(assembler.takeRest()).toBe(false);
  assembler.push(numbered(FRAME_BYTES));
  expect(frames).toEqual([numbered(FRAME_BYTES)]);
});

test('a throwing receiver loses its own frame and no other', () => {
  let calls = 0;
  const assembler = new FrameAssembler(() => {
    if (calls++ === 0) throw new Error('receiver');
  });
  expect(() => assembler.push(numbered(FRAME_BYTES))).toThrow('receiver');
  assembler.push(numbered(FRAME_BYTES));
  expect(calls).toBe(2);
});
