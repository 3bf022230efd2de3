import { describe, expect, test } from 'vitest';
import { rmsOfFrame } from '../../src/audio/level.ts';
import { toneMulaw } from '../../src/audio/tone.ts';
import type { CorpusFile } from '../corpus/load.ts';
import { corpusFile, unit } from '../corpus/tiny-corpus.fixture.ts';
import { LabelledCaller } from './caller.ts';
import { Witness } from './witness.ts';

const LOUD = toneMulaw({ frequencyHz: 440, durationMs: 20 });
const QUIET = new Uint8Array(160).fill(0xff);

type Hears = (atMs: number) => boolean;

/** Lets the caller live for a while; `hears` is when the agent sounds. */
function live(file: CorpusFile, lengthMs: number, hears: Hears = () => false, echo = file.echo) {
  const witness = new Witness();
  let hungUpAt: number | undefined;
  let now = 0;
  const caller = new LabelledCaller({ file, witness, echo, onHangUp: () => (hungUpAt ??= now) });
  const levels: number[] = [];
  for (; now < lengthMs && hungUpAt === undefined; now += 20) {
    levels.push(Math.round(rmsOfFrame(caller.next(hears(now) ? LOUD : QUIET, now))));
  }
  return { witness, levels, hungUpAt, played: witness.played.map(({ label, startMs }) => [label, startMs]) };
}

const from =
  (startMs: number, endMs = Number.POSITIVE_INFINITY): Hears =>
  (at) =>
    at >= startMs && at < endMs;

describe('the labelled caller', () => {
  test('plays a file as it is, says what is heard when, and gives the agent time at the end', () => {
    const file = corpusFile('plain', [unit('turn', 500, 900), unit('turn', 2_000, 2_400)]);
    const { hungUpAt, levels, played } = live(file, 20_000);
    expect(played).toEqual([
      ['turn', 500],
      ['turn', 2_000],
    ]);
    expect(levels.findIndex((level) => level > 500) * 20).toBe(500);
    expect(hungUpAt).toBe(2_400 + 4_500);
  });

  const cued = (offsetMs: number) => {
    const interruption = unit('barge-in', 4_000, 4_600, { cue: { nth: 1, offsetMs } });
    return corpusFile('cued', [unit('turn', 500, 900), interruption], {
      windows: [{ startMs: 3_000, endMs: 8_000 }],
    });
  };

  test('a cue is kept to the frame, whether the agent is sooner than the labels or later', () => {
    expect(live(cued(1_000), 10_000, from(1_400)).played[1]).toEqual(['barge-in', 2_400]);
    expect(live(cued(1_000), 12_000, from(5_600)).played[1]).toEqual(['barge-in', 6_600]);
  });

  test('the words come when the clip does', () => {
    const { witness } = live(cued(1_000), 10_000, from(1_400));
    expect(witness.words.at(-1)).toMatchObject({ text: 'words', endMs: 3_000 });
  });

  test('what stands inside a window keeps its distance to the agent', () => {
    const file = corpusFile('window', [unit('event', 2_500, 2_700), unit('turn', 9_000, 9_500)], {
      windows: [{ startMs: 1_000, endMs: 8_000 }],
    });
    expect(live(file, 15_000, from(100, 7_100)).played).toEqual([
      ['event', 1_600],
      ['turn', 8_100],
    ]);
  });

  test('what the agent begins inside a turn is not the speech that the labels mean', () => {
    const hears: Hears = (at) => (at >= 600 && at < 800) || at >= 1_900;
    expect(live(cued(1_000), 10_000, hears).played[1]).toEqual(['barge-in', 2_900]);
  });

  test('an answer that comes at once after an interruption is new speech', () => {
    const cueOf = (nth: number, offsetMs: number) => ({ cue: { nth, offsetMs } });
    const first = unit('barge-in', 2_500, 2_800, cueOf(1, 500));
    const second = unit('barge-in', 6_000, 6_500, cueOf(2, 500));
    const file = corpusFile('at once', [unit('turn', 500, 900), first, second]);
    const hears: Hears = (at) => (at >= 1_400 && at < 2_000) || at >= 2_600;
    expect(live(file, 12_000, hears).played.map(([, at]) => at)).toEqual([500, 1_940, 3_140]);
  });

  test('a sentence that is taken up again is the same speech, and a clip begins a breath before its sound', () => {
    const second = unit('barge-in', 6_000, 6_500, { cue: { nth: 2, offsetMs: 500 } });
    const file = corpusFile('second', [unit('turn', 500, 900), second]);
    const hears: Hears = (at) => (at >= 1_400 && at < 1_800) || (at >= 2_400 && at < 2_800) || at >= 5_000;
    expect(live(file, 12_000, hears).played[1]).toEqual(['barge-in', 5_540]);
  });

  test('an agent that never speaks is not waited for longer than ten seconds', () => {
    const { played, witness } = live(cued(1_000), 40_000);
    expect(played[1]![1]).toBeGreaterThan(12_000);
    expect(played[1]![1]).toBeLessThan(25_000);
    expect(witness.played[1]?.uncued).toBe(true);
  });

  test('an echo comes back as late and as weak as it is set', () => {
    const file = corpusFile('echo', [unit('turn', 5_000, 5_400)]);
    const { levels } = live(file, 3_000, from(1_000, 1_400), { delayMs: 200, lossDb: 20 });
    const back = levels.findIndex((level) => level > 50) * 20;
    expect(back).toBe(1_200);
    expect(levels[65]! / rmsOfFrame(LOUD)).toBeCloseTo(0.1, 1);
    expect(levels[90]).toBeLessThan(10);
  });
});
