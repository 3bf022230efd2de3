import { expect, test } from 'vitest';
import { createNetem, type Netem } from './netem.ts';
import { createRandom } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

const media = (i: number) => `{"event":"media","i":${i}}`;

function pass(netem: Netem, seed = 7): { at: number; text: string }[] {
  const clock = new VirtualClock();
  const arrived: { at: number; text: string }[] = [];
  const sink = {
    send: (text: string) => arrived.push({ at: clock.now(), text }),
    close: (code: number) => arrived.push({ at: clock.now(), text: `close ${code}` }),
  };
  const link = createNetem(clock, createRandom(seed), sink, netem);
  for (let i = 0; i < 200; i++) {
    link.send(i === 100 ? '{"event":"mark"}' : media(i));
    clock.advanceTo(clock.now() + 20);
  }
  link.close(1000, '');
  clock.advanceTo(clock.now() + 10_000);
  return arrived;
}

test('latency and jitter delay, and nothing overtakes', () => {
  const arrived = pass({ latencyMs: 100, jitterMs: 90 });
  expect(arrived).toHaveLength(201);
  expect(arrived[0]!.at).toBeGreaterThanOrEqual(100);
  expect(arrived.map(({ at }) => at)).toEqual(arrived.map(({ at }) => at).toSorted((a, b) => a - b));
  expect(arrived.at(-1)!.text).toBe('close 1000');
  const delays = arrived.slice(0, 200).map(({ at }, i) => at - i * 20);
  expect(Math.max(...delays)).toBeLessThanOrEqual(190);
  expect(new Set(delays).size).toBeGreaterThan(50);
});

test('loss takes media only, duplication repeats it, both by the seed', () => {
  const arrived = pass({ lossRate: 0.5, duplicateRate: 0.2 });
  const texts = arrived.map(({ text }) => text);
  expect(texts.filter((text) => text.includes('mark'))).toHaveLength(1);
  expect(new Set(texts).size).toBeLessThan(140);
  expect(texts.length).toBeGreaterThan(new Set(texts).size);
  expect(pass({ lossRate: 0.5, duplicateRate: 0.2 })).toEqual(arrived);
});

test('in a stall nothing passes, then everything at once', () => {
  const arrived = pass({ stalls: [{ atMs: 1_000, forMs: 500 }] });
  expect(arrived.filter(({ at }) => at > 980 && at < 1_500)).toEqual([]);
  expect(arrived.filter(({ at }) => at === 1_500)).toHaveLength(26);
});
