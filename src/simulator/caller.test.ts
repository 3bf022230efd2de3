import { describe, expect, test } from 'vitest';
import { rmsOfFrame } from '../audio/level.ts';
import { toneMulaw } from '../audio/tone.ts';
import { Caller, type CallerStep, type Utterance } from './caller.ts';
import { createClip } from './clip.ts';

const silence = new Uint8Array(160).fill(0xff);
const voice = toneMulaw({ frequencyHz: 300, durationMs: 20 });
const clip = createClip(Buffer.concat([silence, toneMulaw({ frequencyHz: 500, durationMs: 400 }), silence]));

interface Heard {
  readonly caller: Caller;
  readonly digits: { readonly digit: string; readonly at: number }[];
  readonly remarks: string[];
  readonly hungUpAt: number | undefined;
  readonly levels: number[];
}

/** Runs a script for a while; `agent` says whether the agent is audible at a moment. */
function play(
  steps: readonly CallerStep[],
  lengthMs: number,
  agent: (atMs: number, utterances: readonly Utterance[]) => boolean = () => false,
): Heard {
  const digits: { digit: string; at: number }[] = [];
  const remarks: string[] = [];
  const levels: number[] = [];
  let hungUpAt: number | undefined;
  let now = 0;
  const caller = new Caller({
    steps,
    lingerMs: 2_000,
    onDigit: (digit) => digits.push({ digit, at: now }),
    onHangUp: () => {
      hungUpAt ??= now;
    },
    onRemark: (remark) => remarks.push(remark),
  });
  for (; now < lengthMs && hungUpAt === undefined; now += 20) {
    const frame = caller.next(agent(now, caller.utterances) ? voice : silence, now);
    expect(frame).toHaveLength(160);
    levels.push(rmsOfFrame(frame));
  }
  return { caller, digits, remarks, hungUpAt, levels };
}

const between = (at: number, from: number, to: number) => at >= from && at < to;

describe('a script', () => {
  test('waits, is silent, speaks, coughs, presses keys and hangs up, each in its time', () => {
    const { caller, digits, hungUpAt, levels } = play(
      [
        { type: 'wait', ms: 200 },
        { type: 'silence', ms: 100 },
        { type: 'say', text: 'hello', clip },
        { type: 'cough' },
        { type: 'dtmf', digits: '1#' },
        { type: 'hang-up' },
      ],
      10_000,
    );
    expect(levels[5]).toBeGreaterThan(1);
    expect(levels[5]).toBeLessThan(30);
    expect(levels.slice(10, 15)).toEqual([0, 0, 0, 0, 0]);
    const [said, cough, keys] = caller.utterances;
    expect(said).toEqual({ kind: 'say', text: 'hello', from: 320, to: 720 });
    expect(levels[said!.from / 20 + 1]).toBeGreaterThan(1_000);
    expect(cough?.kind).toBe('cough');
    expect(keys?.from).toBeGreaterThan(cough!.to - 20);
    expect(digits).toEqual([
      { digit: '1', at: keys!.from },
      { digit: '#', at: keys!.from + 260 },
    ]);
    expect(hungUpAt).toBe(keys!.from + 500);
  });

  test('is the same each time', () => {
    const steps: CallerStep[] = [{ type: 'cough' }, { type: 'wait', ms: 500 }];
    expect(play(steps, 1_000).levels).toEqual(play(steps, 1_000).levels);
  });
});

describe('waiting for the agent', () => {
  test('goes on when the agent has spoken and then been silent long enough', () => {
    const steps: CallerStep[] = [
      { type: 'wait-for-agent', quietMs: 700, timeoutMs: 20_000 },
      { type: 'say', text: 'yes', clip },
    ];
    // A pause of 400 ms inside the greeting is no end.
    const { caller } = play(steps, 6_000, (at) => between(at, 1_000, 2_000) || between(at, 2_400, 3_000));
    expect(caller.utterances[0]?.from).toBe(3_700);
    expect(caller.ear.spans).toEqual([
      { from: 1_000, to: 2_000 },
      { from: 2_400, to: 3_000 },
    ]);
  });

  test('does not take the tail of an interrupted reply for an answer', () => {
    const steps: CallerStep[] = [
      { type: 'say-over', text: 'stop', clip, afterMs: 1_000, timeoutMs: 9_000 },
      { type: 'wait-for-agent', quietMs: 700, timeoutMs: 20_000 },
      { type: 'say', text: 'thanks', clip },
    ];
    const { caller } = play(steps, 9_000, (at) => between(at, 500, 2_100) || between(at, 4_000, 5_000));
    const [over, thanks] = caller.utterances;
    expect(over).toMatchObject({ kind: 'say-over', from: 1_520 });
    expect(thanks?.from).toBe(5_700);
  });

  test('an answer that began during a wait counts', () => {
    const steps: CallerStep[] = [
      { type: 'say', text: 'hi', clip },
      { type: 'wait', ms: 2_000 },
      { type: 'wait-for-agent', quietMs: 500, timeoutMs: 20_000 },
      { type: 'hang-up' },
    ];
    expect(play(steps, 9_000, (at) => between(at, 800, 1_600)).hungUpAt).toBeLessThan(2_600);
  });

  test('is given up in time, with a remark', () => {
    const { caller, remarks } = play(
      [
        { type: 'wait-for-agent', quietMs: 700, timeoutMs: 1_000 },
        { type: 'say-over', text: 'so', clip, afterMs: 300, timeoutMs: 500 },
      ],
      4_000,
    );
    expect(caller.utterances[0]).toMatchObject({ kind: 'say-over', from: 1_520 });
    expect(remarks[0]).toMatch(/^wait-for-agent: the agent had not finished an answer after 1000 ms/);
    expect(remarks[1]).toMatch(/^say-over: .* after 500 ms; the caller goes on/);
  });
});

test('after the script the caller listens until the agent has been silent for a while', () => {
  const { hungUpAt, remarks } = play([{ type: 'wait', ms: 100 }], 20_000, (at) => between(at, 1_000, 5_000));
  expect(hungUpAt).toBe(7_000);
  expect(remarks.at(-1)).toMatch(/hangs up/);
});
