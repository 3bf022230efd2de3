import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { type MarkName, PlayoutQueue, parseMarkName, serializeMarkName } from './playout-queue.ts';
import { PlayoutScheduler } from './playout-scheduler.ts';

/** A queue on a virtual clock, whose messages are noted with the time they left. */
function rig() {
  const clock = new VirtualClock();
  const sent: { at: number; what: 'media' | 'mark' | 'clear'; mark?: MarkName; frame?: Uint8Array }[] = [];
  const events: string[] = [];
  const stats = { underruns: 0 };
  const scheduler = new PlayoutScheduler(clock, () => {});
  const queue = new PlayoutQueue({
    clock,
    scheduler,
    leadMs: 200,
    markEveryMs: 400,
    sink: {
      media: (frame) => sent.push({ at: clock.now(), what: 'media', frame: frame.slice() }),
      mark: (name) => sent.push({ at: clock.now(), what: 'mark', mark: parseMarkName(name)! }),
      clear: () => sent.push({ at: clock.now(), what: 'clear' }),
    },
    onUnderrun: () => stats.underruns++,
    onStart: (reply) => events.push(`${clock.now()} start ${reply}`),
    onDry: (reply, sentMs) => events.push(`${clock.now()} dry ${reply} ${sentMs}`),
    onBug: (error) => {
      throw error;
    },
  });
  const frames = () => sent.filter(({ what }) => what === 'media');
  const marks = () => sent.flatMap(({ mark }) => (mark ? [mark] : []));
  return { clock, queue, scheduler, sent, events, stats, frames, marks };
}

const audio = (ms: number, value = 1): Uint8Array => new Uint8Array(ms * 8).fill(value);

describe('playout', () => {
  test('a lead at once, then one frame each 20 ms, never more than the lead ahead', () => {
    const { clock, queue, frames, events } = rig();
    queue.open(1);
    queue.enqueue(1, audio(1000));
    queue.end(1);
    expect(frames()).toHaveLength(9);
    clock.advanceTo(2000);
    expect(frames()).toHaveLength(50);
    frames().forEach(({ at }, i) => {
      expect(at, `frame ${i} is not early`).toBeGreaterThanOrEqual(i * 20 - 180);
      expect(at, `frame ${i} is in time`).toBeLessThanOrEqual(Math.max(0, i * 20 - 160));
    });
    expect(events).toEqual(['0 start 1', '1010 dry 1 1000']);
    expect(clock.alarms, 'no timer in silence').toBe(0);
  });

  test('marks about every 400 ms, at the end of each sentence, and one last', () => {
    const { clock, queue, marks } = rig();
    queue.open(3);
    queue.enqueue(3, audio(500));
    queue.endSentence(3);
    queue.enqueue(3, audio(450));
    queue.endSentence(3);
    queue.end(3);
    clock.advanceTo(2000);
    expect(marks().map(({ playedMs, last }) => [playedMs, last])).toEqual([
      [400, false],
      [500, false],
      [900, false],
      [960, true],
    ]);
  });

  test('the remainder of a frame is carried to the next chunk, and padded only at the end', () => {
    const { clock, queue, frames } = rig();
    queue.open(1);
    for (let i = 0; i < 10; i++) queue.enqueue(1, new Uint8Array(100).fill(7));
    queue.end(1);
    clock.advanceTo(1000);
    const bytes = frames().flatMap(({ frame }) => [...frame!]);
    expect(bytes).toHaveLength(1120);
    expect(bytes.slice(0, 1000).every((byte) => byte === 7)).toBe(true);
    expect(bytes.slice(1000).every((byte) => byte === 0xff)).toBe(true);
  });

  test('clear: both queues are emptied, late audio of the reply is refused, a new generation names the marks', () => {
    const { clock, queue, sent, marks } = rig();
    queue.open(1);
    queue.enqueue(1, audio(3000));
    clock.advanceTo(500);
    queue.clear(1);
    const before = sent.length;
    expect(sent.at(-1)?.what).toBe('clear');
    expect(queue.enqueue(1, audio(100))).toBe(false);
    queue.end(1);
    clock.advanceTo(1500);
    expect(sent).toHaveLength(before);
    queue.open(2);
    queue.enqueue(2, audio(100));
    queue.end(2);
    clock.advanceTo(2500);
    expect(marks().at(-1)).toEqual({ reply: 2, generation: 1, playedMs: 100, last: true });
  });

  test('an interruption before the first frame sends nothing at all', () => {
    const { queue, sent } = rig();
    queue.open(1);
    queue.clear(1);
    expect(sent).toEqual([]);
  });

  test('a voice slower than real time: silence is reported, and the speech goes on afterwards', () => {
    const { clock, queue, events, frames, stats } = rig();
    queue.open(1);
    queue.enqueue(1, audio(300));
    clock.advanceTo(1000);
    queue.enqueue(1, audio(300));
    queue.end(1);
    clock.advanceTo(2000);
    expect(events).toEqual(['0 start 1', '310 dry 1 300', '1000 start 1', '1310 dry 1 600']);
    expect(frames()).toHaveLength(30);
    expect(stats.underruns, 'the silence was the voice’s, not ours').toBe(0);
  });

  test('who has kept the timer waiting has it made good between two pieces of work, and no frame is sent twice', () => {
    const { clock, queue, scheduler, frames } = rig();
    scheduler.catchUp();
    queue.open(1);
    queue.enqueue(1, audio(1000));
    clock.advanceTo(100);
    const before = frames().length;
    scheduler.catchUp();
    expect(frames(), 'nothing is overdue').toHaveLength(before);
    clock.work(15);
    scheduler.catchUp();
    expect(frames()).toHaveLength(before + 1);
    clock.advanceTo(500);
    expect(frames()).toHaveLength(34);
    expect(clock.alarms, 'one timer, not two').toBe(1);
  });

  test('a stall shorter than the lead is not heard; a longer one is an underrun and no burst follows', () => {
    const stalled = (ms: number) => {
      const { clock, queue, frames, stats } = rig();
      queue.open(1);
      queue.enqueue(1, audio(5000));
      clock.advanceTo(1000);
      const before = frames().length;
      clock.stall(ms);
      return { sent: frames().length - before, underruns: stats.underruns };
    };
    expect(stalled(150)).toMatchObject({ underruns: 0 });
    const long = stalled(3000);
    expect(long.underruns).toBe(1);
    expect(long.sent, 'only a lead, not the three seconds').toBeLessThanOrEqual(11);
  });

  test('what comes out is what went in, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        const { clock, queue, frames, marks } = rig();
        const input = sizes.map((size, i) => new Uint8Array(size).fill(i));
        queue.open(1);
        for (const chunk of input) {
          queue.enqueue(1, chunk);
          clock.advanceTo(clock.now() + 7);
        }
        queue.end(1);
        clock.advanceTo(clock.now() + 20_000);
        const output = Buffer.concat(frames().map(({ frame }) => frame!));
        const whole = Buffer.concat(input);
        expect(output.subarray(0, whole.length).equals(whole)).toBe(true);
        expect(output.length - whole.length).toBeLessThan(160);
        expect(marks().filter(({ last }) => last)).toHaveLength(1);
        expect(clock.alarms).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('mark names are read back, and nothing else is', () => {
    const mark = { reply: 12, generation: 3, playedMs: 4_000, last: true };
    expect(parseMarkName(serializeMarkName(mark))).toEqual(mark);
    for (const name of ['', '1:2', '1:2:3:x', 'a:b:c', '1:2:3:last ', '-1:0:0'])
      expect(parseMarkName(name)).toBeUndefined();
  });
});
