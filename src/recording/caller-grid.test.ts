import { describe, expect, test } from 'vitest';
import { toneMulaw } from '../audio/tone.ts';
import { createRandom } from '../simulator/random.ts';
import { CallerGrid, LEFT_OUT } from './caller-grid.ts';
import { frameOf } from './recording.fixture.ts';

const SPEECH = toneMulaw({ frequencyHz: 400, durationMs: 20 });
const QUIET = frameOf(0xff);
const ms = (samples: number): number => samples / 8;

/** The positions in ms of frames that come at these times. */
function place(arrivals: readonly number[], frameAt = (_index: number): Uint8Array => SPEECH): number[] {
  const grid = new CallerGrid();
  return arrivals.map((at, index) => ms(grid.place(frameAt(index), Math.round(at * 8))));
}

const steady = (count: number): number[] => Array.from({ length: count }, (_, i) => 20 * i);

describe('the caller is laid end to end', () => {
  test('when frames come on time, and when they come with jitter', () => {
    const random = createRandom(1);
    expect(place(steady(500))).toEqual(steady(500));
    const jittered = steady(500).map((at) => at + (at === 0 ? 0 : random() * 55));
    expect(place(jittered)).toEqual(steady(500));
  });

  test.each([300, 1_500, 4_000])('when the line stalls for %i ms and all comes at once', (stallMs) => {
    const arrivals = steady(500).map((at) => (at >= 2_000 && at < 2_000 + stallMs ? 2_000 + stallMs : at));
    expect(place(arrivals)).toEqual(steady(500));
  });
});

describe('what a second shows is corrected', () => {
  test('audio that never came is a gap', () => {
    const placed = place(steady(500).map((at) => (at < 2_000 ? at : at + 700)));
    expect(placed.slice(0, 100)).toEqual(steady(100));
    expect(placed.at(-1)).toBe(499 * 20 + 700);
    expect(placed.every((at, i) => i === 0 || at - placed[i - 1]! >= 20)).toBe(true);
  });

  test('a first frame that came late is caught up with in silence, and speech is whole', () => {
    const arrivals = steady(500).map((at) => Math.max(at, 200));
    const placed = place(arrivals, (index) => (index > 150 && index <= 170 ? QUIET : SPEECH));
    expect(placed.filter((at) => at === LEFT_OUT / 8)).toHaveLength(10);
    expect(placed.at(-1)).toBe(499 * 20);
    expect(place(arrivals)).not.toContain(LEFT_OUT / 8);
  });

  test('a flood has no place', () => {
    const placed = place(new Array<number>(200).fill(0), () => QUIET);
    expect(Math.max(...placed)).toBeLessThanOrEqual(500);
    expect(placed.at(-1)).toBe(Number.NEGATIVE_INFINITY);
  });
});
