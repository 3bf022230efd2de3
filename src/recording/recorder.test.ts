import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { CallerGrid, LEFT_OUT } from './caller-grid.ts';
import { Bench, frameOf, runsOf } from './recording.fixture.ts';

/** Consent at once, without the guard that follows it. */
async function recorded(act: (bench: Bench) => void, closeAtMs: number): Promise<Bench> {
  const bench = new Bench();
  bench.recorder.arm();
  expect(bench.recorder.consented(0)).toBe(true);
  act(bench);
  await bench.recorder.close(closeAtMs);
  return bench;
}

/** Frames of the caller from one time to another, as they come off the line. */
function talk({ recorder }: Bench, fromMs: number, toMs: number, byte: number): void {
  for (let at = fromMs; at < toMs; at += 20) recorder.caller(frameOf(byte), at + 20);
}

describe('consent', () => {
  test('without it nothing is kept: not asked, asked only, or heard before', async () => {
    const bench = new Bench();
    const { recorder } = bench;
    expect(recorder.consented(0)).toBe(false);
    talk(bench, 0, 400, 0x11);
    recorder.arm();
    talk(bench, 400, 800, 0x22);
    recorder.agent(frameOf(0x33), 790);
    recorder.consented(805);
    talk(bench, 800, 1_200, 0x44);
    recorder.agent(frameOf(0x55), 1_000);
    await recorder.close(1_200);
    const { left, right } = bench.heard();
    // What comes in the 200 ms after it may have been said before it.
    expect(runsOf(left)).toBe(`silence × ${1_005 * 8}, 0x44 × ${195 * 8}`);
    expect(runsOf(right)).toBe('silence × 8000, 0x55 × 160, silence × 1440');
    expect(bench.facts[0]).toMatchObject({ index: 0, fromMs: 800 });
  });

  test('never given: no file, no fact', async () => {
    const bench = new Bench();
    bench.recorder.arm();
    talk(bench, 0, 5_000, 0x11);
    await bench.recorder.close(5_000);
    expect([bench.store.segments, bench.facts]).toEqual([[], []]);
  });

  test('taken back: the open segment is forgotten, and it can be given again', async () => {
    const bench = await recorded((bench) => {
      talk(bench, 0, 500, 0x11);
      bench.recorder.withdraw();
      talk(bench, 500, 900, 0x22);
      bench.recorder.arm();
      bench.recorder.consented(900);
      talk(bench, 900, 1_500, 0x33);
    }, 1_500);
    expect(runsOf(bench.heard().left)).toBe(`silence × ${1_100 * 8}, 0x33 × ${400 * 8}`);
  });
});

describe('the agent is recorded as the caller hears it', () => {
  test('at the time of its playing, one frame behind the other', async () => {
    const bench = await recorded(({ recorder }) => {
      for (let i = 0; i < 10; i++) recorder.agent(frameOf(0x10 + i), 100.3 + 20 * i);
      // Earlier than the end of what is playing: the carrier plays it behind.
      recorder.agent(frameOf(0x20), 250);
    }, 500);
    const expected = Array.from({ length: 10 }, (_, i) => `0x1${i} × 160`).join(', ');
    expect(runsOf(bench.heard().right)).toBe(`silence × 802, ${expected}, 0x20 × 160, silence × 6`);
  });

  test('a clear takes away what was not played, to the sample', async () => {
    const bench = await recorded(({ recorder }) => {
      for (let i = 0; i < 20; i++) recorder.agent(frameOf(0x10), 20 * i);
      recorder.cleared(105);
      recorder.agent(frameOf(0x20), 110);
    }, 500);
    expect(runsOf(bench.heard().right)).toBe('0x10 × 840, silence × 40, 0x20 × 160');
  });

  test('the end of the stream takes away what was not played', async () => {
    const bench = await recorded(({ recorder }) => {
      for (let i = 0; i < 20; i++) recorder.agent(frameOf(0x10), 20 * i);
    }, 105);
    expect(runsOf(bench.heard().right)).toBe('0x10 × 840');
  });
});

describe('a pause', () => {
  test('is silence of both sides, with what was on its way before and after it', async () => {
    const bench = await recorded((bench) => {
      const { recorder } = bench;
      talk(bench, 0, 400, 0x11);
      for (let i = 0; i < 20; i++) recorder.agent(frameOf(0x21), 300 + 20 * i);
      recorder.pause(400);
      talk(bench, 400, 800, 0x12);
      for (let i = 0; i < 10; i++) recorder.agent(frameOf(0x22), 700 + 20 * i);
      recorder.resume(800);
      talk(bench, 800, 1_400, 0x13);
      for (let i = 0; i < 10; i++) recorder.agent(frameOf(0x23), 900 + 20 * i);
    }, 1_400);
    const { left, right } = bench.heard();
    expect(runsOf(left)).toBe(`silence × 1600, 0x11 × 1600, silence × ${600 * 8}, 0x13 × ${400 * 8}`);
    expect(runsOf(right)).toBe(`silence × 2400, 0x21 × 800, silence × ${500 * 8}, 0x23 × 1600, silence × 2400`);
  });

  test('lasts until everybody who asked for it is done, and may begin before the consent', async () => {
    const bench = new Bench();
    const { recorder } = bench;
    recorder.pause(0);
    recorder.arm();
    recorder.consented(100);
    talk(bench, 100, 600, 0x11);
    recorder.pause(600);
    recorder.resume(700);
    talk(bench, 600, 1_000, 0x12);
    recorder.resume(1_000);
    recorder.resume(1_000);
    talk(bench, 1_000, 1_400, 0x13);
    recorder.pause(1_400);
    recorder.withdraw();
    recorder.arm();
    recorder.consented(1_500);
    talk(bench, 1_500, 1_900, 0x14);
    await recorder.close(1_900);
    expect(bench.store.opened().map(({ head, audio }) => [head.last, audio.length])).toEqual([[true, 0]]);
  });

  test('that is long costs no file, and what comes after is in its place', async () => {
    const bench = await recorded((bench) => {
      talk(bench, 0, 500, 0x11);
      bench.recorder.pause(500);
      talk(bench, 500, 60_000, 0x12);
      bench.recorder.resume(60_000);
      talk(bench, 60_000, 60_500, 0x13);
    }, 60_500);
    expect(bench.facts.map(({ index, fromMs, toMs }) => [index, fromMs, toMs])).toEqual([
      [0, 0, 1_000],
      [1, 60_000, 60_500],
    ]);
    expect(runsOf(bench.heard().left.subarray(60_000 * 8))).toBe('silence × 1600, 0x13 × 2400');
  });

  test('in which the call ends leaves an empty last segment', async () => {
    const bench = await recorded((bench) => {
      talk(bench, 0, 500, 0x11);
      bench.recorder.pause(500);
      talk(bench, 500, 9_000, 0x12);
    }, 9_000);
    expect(bench.store.opened().map(({ head, audio }) => [head.last, audio.length])).toEqual([
      [false, 16_000],
      [true, 0],
    ]);
  });
});

describe('segments', () => {
  test('are told when they are stored, in order, without a gap', async () => {
    const bench = await recorded((bench) => talk(bench, 0, 10_000, 0x11), 10_000);
    expect(bench.facts.map(({ index, fromMs, toMs }) => [index, fromMs, toMs])).toEqual(
      Array.from({ length: 10 }, (_, i) => [i, 1_000 * i, 1_000 * (i + 1)]),
    );
    expect(bench.facts[3]).toEqual({
      type: 'recording-segment',
      recordingId: bench.recorder.recordingId,
      index: 3,
      fromMs: 3_000,
      toMs: 4_000,
      file: expect.stringMatching(/^default\/2026-11\/CA1+\/[0-9a-f]{32}-000003\.kavr$/),
      bytes: expect.any(Number),
      sha256: 'digest',
    });
    expect(bench.store.opened().map(({ head }) => head.last)).toEqual([...new Array<boolean>(9).fill(false), true]);
  });

  test('that find no room are counted, and the next ones say so', async () => {
    const bench = await recorded((bench) => {
      talk(bench, 0, 4_000, 0x11);
      bench.store.isFull = true;
      talk(bench, 4_000, 7_000, 0x11);
      bench.store.isFull = false;
      talk(bench, 7_000, 8_000, 0x11);
    }, 8_000);
    expect(bench.recorder.report).toEqual({ segments: 8, lost: 3, lateFrames: 0 });
    expect(bench.store.opened().map(({ head }) => [head.index, head.lost])).toEqual([
      [0, 0],
      [1, 0],
      [5, 3],
      [6, 3],
      [7, 3],
    ]);
  });

  test('wait two seconds for a line that stalls', async () => {
    const bench = await recorded((bench) => {
      talk(bench, 0, 800, 0x11);
      for (let i = 0; i < 90; i++) bench.recorder.caller(frameOf(0x12), 2_600);
      talk(bench, 2_600, 4_000, 0x13);
    }, 4_000);
    expect(bench.recorder.report.lateFrames).toBe(0);
    expect(runsOf(bench.heard().left.subarray(1_600))).toBe(`0x11 × 4800, 0x12 × ${90 * 160}, 0x13 × ${1_400 * 8}`);
  });

  test('a longer stall costs what it held back of a closed segment, counted', async () => {
    const bench = await recorded((bench) => {
      talk(bench, 0, 800, 0x11);
      for (let i = 0; i < 200; i++) bench.recorder.caller(frameOf(0x12), 4_800);
      talk(bench, 4_800, 6_000, 0x13);
    }, 6_000);
    expect(bench.recorder.report.lateFrames).toBe(60);
    expect(runsOf(bench.heard().left.subarray(2_000 * 8))).toBe(`0x12 × ${2_800 * 8}, 0x13 × ${1_200 * 8}`);
  });

  test('close is idempotent, and nothing comes after it', async () => {
    const bench = await recorded((bench) => talk(bench, 0, 500, 0x11), 500);
    const before = bench.store.segments.length;
    await bench.recorder.close(900);
    talk(bench, 500, 9_000, 0x11);
    bench.recorder.arm();
    expect(bench.recorder.consented(9_000)).toBe(false);
    await bench.recorder.close(9_000);
    expect(bench.store.segments).toHaveLength(before);
  });

  test('a listener that throws is reported, and costs nothing else', async () => {
    const errors: unknown[] = [];
    const onSegment = (): void => {
      throw new Error('no');
    };
    const bench = new Bench({ onSegment, onError: (error) => errors.push(error) });
    bench.recorder.arm();
    bench.recorder.consented(0);
    talk(bench, 0, 2_500, 0x11);
    await bench.recorder.close(2_500);
    expect([errors.length, bench.store.segments.length]).toEqual([3, 3]);
  });
});

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('speak' as const), frames: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('clear', 'pause', 'resume', 'gap', 'mute') }) },
);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

/** The same by brute force: one array per channel, and a rule for every sample. */
class Model {
  readonly left: number[] = [];
  readonly right: number[] = [];
  readonly #grid = new CallerGrid();
  #pauses = 0;
  #leftFrom = 1_600;
  #rightFrom = 0;
  #playsTo = 0;

  get aheadMs(): number {
    return this.#playsTo / 8;
  }

  caller(frame: Uint8Array, at: number): void {
    const start = this.#grid.place(frame, at * 8 - 160);
    if (this.#pauses > 0 || start === LEFT_OUT) return;
    for (const [i, byte] of frame.entries()) if (start + i >= this.#leftFrom) this.left[start + i] = byte;
  }

  agent(frame: Uint8Array, at: number): void {
    const start = Math.max(this.#playsTo, at * 8);
    this.#playsTo = start + 160;
    if (this.#pauses > 0) return;
    for (const [i, byte] of frame.entries()) if (start + i >= this.#rightFrom) this.right[start + i] = byte;
  }

  clear(at: number): void {
    this.#playsTo = Math.min(this.#playsTo, at * 8);
    this.right.length = Math.min(this.right.length, at * 8);
  }

  pause(at: number): void {
    if (this.#pauses++ > 0) return;
    for (const side of [this.left, this.right]) side.length = Math.min(side.length, at * 8);
  }

  resume(at: number): void {
    if (this.#pauses === 0 || --this.#pauses > 0) return;
    this.#leftFrom = at * 8 + 1_600;
    this.#rightFrom = at * 8;
  }
}

describe('any call', () => {
  /** Does one thing to both, then lets up to 200 ms pass. */
  function act(one: Action, now: number, byte: number, { recorder }: Bench, model: Model): void {
    if (one.does === 'clear') {
      recorder.cleared(now);
      model.clear(now);
    } else if (one.does === 'pause' || one.does === 'resume') {
      recorder[one.does](now);
      model[one.does](now);
    } else if (one.does === 'speak' && model.aheadMs <= now + 80) {
      for (let i = 0; i < one.frames; i++) {
        recorder.agent(frameOf(byte), now + 20 * i);
        model.agent(frameOf(byte), now + 20 * i);
      }
    }
  }

  test('is in its segments what a model of it says, sample by sample', async () => {
    const steps = fc.array(fc.tuple(action, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(200, 640, 1_000), async (list, segmentMs) => {
        const bench = new Bench({ segmentMs });
        const model = new Model();
        bench.recorder.arm();
        bench.recorder.consented(0);
        let now = 0;
        for (const [index, [one, frames]] of list.entries()) {
          const byte = 1 + (index % 100);
          act(one, now + 7, byte, bench, model);
          for (let i = 0; i < frames; i++) {
            now += 20;
            // Less than the segments wait: 800 ms of audio that never comes, or that is muted.
            if (one.does === 'gap') continue;
            const frame = frameOf(one.does === 'mute' ? MULAW_SILENCE : 100 + byte);
            bench.recorder.caller(frame, now);
            model.caller(frame, now);
          }
        }
        model.clear(now);
        await bench.recorder.close(now);
        const { left, right } = bench.heard();
        const length = Math.max(left.length, model.left.length, model.right.length);
        expect(length - left.length).toBe(0);
        for (let i = 0; i < length; i++) {
          if (left[i] !== (model.left[i] ?? MULAW_SILENCE)) expect.fail(`left, sample ${i}`);
          if (right[i] !== (model.right[i] ?? MULAW_SILENCE)) expect.fail(`right, sample ${i}`);
        }
        const heads = bench.store.opened().map(({ head }) => head);
        expect(heads.map(({ index }) => index)).toEqual(heads.map((_, index) => index));
        expect(heads.filter(({ last }) => last)).toEqual([heads.at(-1)]);
        for (const [i, head] of heads.entries()) {
          expect(head.fromMs).toBeGreaterThanOrEqual(heads[i - 1]?.toMs ?? 0);
          if (!head.last) expect(head.toMs - head.fromMs).toBe(segmentMs);
        }
      }),
      { numRuns: 150 },
    );
  });
});
