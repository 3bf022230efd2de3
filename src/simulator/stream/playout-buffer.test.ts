import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlayoutBuffer } from './playout-buffer.ts';

/** The same by brute force: one array of what is heard, sample by sample. */
class Model {
  readonly heard: number[] = [];
  end = 0;

  write(bytes: Uint8Array, now: number): void {
    const start = Math.max(now, this.end);
    for (const [i, byte] of bytes.entries()) this.heard[start + i] = byte;
    this.end = start + bytes.length;
  }

  clear(now: number): void {
    this.heard.length = Math.min(this.heard.length, now);
    this.end = Math.min(this.end, Math.max(now, 0));
  }

  read(from: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.heard[from + i] ?? 0xff);
  }
}

const action = fc.record({
  wait: fc.integer({ min: 0, max: 400 }),
  does: fc.oneof(fc.constant('clear' as const), fc.uint8Array({ maxLength: 500 })),
});

test('whatever is written and cleared, what is read is what a caller would have heard', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const buffer = new PlayoutBuffer();
      const model = new Model();
      const into = new Uint8Array(160);
      let now = 0;
      let read = 0;
      const listen = () => {
        for (; read + into.length <= now; read += into.length) {
          buffer.read(into, read);
          expect([...into]).toEqual(model.read(read, into.length));
        }
      };
      for (const { wait, does } of actions) {
        now += wait;
        listen();
        if (does === 'clear') {
          buffer.clear(now);
          model.clear(now);
        } else {
          buffer.write(does, now);
          model.write(does, now);
        }
        expect(Math.max(now, buffer.end)).toBe(Math.max(now, model.end));
      }
      now += 30_000;
      listen();
    }),
  );
});
