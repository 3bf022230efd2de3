import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Downsampler } from './downsampler.ts';
import { decodeMulaw, encodeMulaw } from './mulaw.ts';
import { PhoneQueue } from './phone-queue.ts';
import { SideBuffer } from './side-buffer.ts';

describe('µ-law', () => {
  test('every byte comes back as itself, but for the second zero', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const back = encodeMulaw(decodeMulaw(bytes));
    expect([...back]).toEqual([...bytes].map((byte) => (byte === 0x7f ? 0xff : byte)));
  });

  test('a sample is off by a step of its size at most', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (sample) => {
        const [back] = decodeMulaw(encodeMulaw(Float32Array.of(sample)));
        expect(Math.abs(back! - sample)).toBeLessThan(0.004 + Math.abs(sample) / 25);
      }),
    );
  });
});

describe('from the microphone to the telephone', () => {
  const tone = (hz: number, rate: number, seconds: number): Float32Array =>
    Float32Array.from({ length: rate * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));
  const level = (samples: Float32Array): number =>
    Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / Math.max(1, samples.length));
  const heard = (hz: number, rate: number): Float32Array => {
    const down = new Downsampler(rate, 8_000);
    const samples = tone(hz, rate, 1);
    const out: number[] = [];
    for (let at = 0; at < samples.length; at += 128) out.push(...down.push(samples.subarray(at, at + 128)));
    return Float32Array.from(out);
  };

  test.each([48_000, 44_100, 16_000, 8_000])('at %i Hz a second is a second', (rate) => {
    expect(Math.abs(heard(440, rate).length - 8_000)).toBeLessThan(80);
  });

  test.each([48_000, 44_100])('from %i Hz speech passes, and what would fold back does not', (rate) => {
    expect(level(heard(1_000, rate).subarray(200))).toBeGreaterThan(0.33);
    expect(level(heard(6_000, rate).subarray(200))).toBeLessThan(0.01);
  });
});

describe('listening to both sides', () => {
  const block = (): [Float32Array, Float32Array] => [new Float32Array(10), new Float32Array(10)];

  test('nothing is played before the delay is there; then both sides at their times', () => {
    const buffer = new SideBuffer({ behind: 20, most: 200, size: 400 });
    const [caller, agent] = block();
    buffer.write(0, 1_000, new Float32Array(10).fill(1));
    expect(buffer.read(caller, agent)).toBe(false);
    buffer.write(1, 1_010, new Float32Array(10).fill(0.5));
    expect(buffer.read(caller, agent)).toBe(true);
    expect([caller[0], agent[0]]).toEqual([1, 0]);
    buffer.read(caller, agent);
    expect([caller[0], agent[0]]).toEqual([0, 0.5]);
  });

  test('never more than allowed lies waiting, whatever comes and in whichever order', () => {
    const pieces = fc.array(fc.record({ side: fc.constantFrom(0, 1), at: fc.nat(2_000), length: fc.nat(100) }));
    fc.assert(
      fc.property(pieces, (written) => {
        const buffer = new SideBuffer({ behind: 20, most: 200, size: 400 });
        const [caller, agent] = block();
        for (const { at, length, side } of written) {
          buffer.write(side as 0 | 1, at, new Float32Array(length));
          buffer.read(caller, agent);
          expect(buffer.waiting).toBeLessThanOrEqual(200);
        }
      }),
    );
  });
});

describe('the phone’s ear', () => {
  test('a mark comes back when all before it was played, at once when nothing was', () => {
    const queue = new PhoneQueue();
    expect(queue.mark('early')).toBe(true);
    queue.push(new Float32Array(15).fill(1));
    expect(queue.mark('late')).toBe(false);
    const out = new Float32Array(10);
    expect(queue.read(out)).toEqual([]);
    expect(queue.read(out)).toEqual(['late']);
    expect([...out]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  test('clear gives the marks back and plays nothing more', () => {
    const queue = new PhoneQueue();
    queue.push(new Float32Array(100).fill(1));
    queue.mark('a');
    queue.push(new Float32Array(100).fill(1));
    queue.mark('b');
    expect(queue.clear()).toEqual(['a', 'b']);
    const out = new Float32Array(4).fill(9);
    queue.read(out);
    expect([...out]).toEqual([0, 0, 0, 0]);
  });
});
