/** Our recording of a whole call beside the telephone's own: the caller's side, and what came out of the receiver. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FRAME_BYTES } from '../../src/audio/frame.ts';
import { rmsOfFrame } from '../../src/audio/level.ts';
import type { Recorders } from '../../src/call/session-recording.ts';
import { testContext } from '../../src/providers/conformance/context.ts';
import { createScripted } from '../../src/providers/scripted/client.ts';
import { readRecording } from '../../src/recording/read-recording.ts';
import { all, KEYS } from '../../src/recording/recording.fixture.ts';
import { Recordings } from '../../src/recording/recordings.ts';
import type { CallerStep } from '../../src/simulator/caller.ts';
import type { Netem } from '../../src/simulator/netem.ts';
import { hangUp, Line, Office, run, say, sayOver, wait, waitForAgent } from './whole-call.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'kav-recorded-call-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

interface Sides {
  readonly caller: Uint8Array;
  readonly agent: Uint8Array;
}

interface RecordedCall {
  readonly office: Office;
  readonly line: Line;
  readonly own: Sides;
  readonly phone: Sides;
}

async function record(steps: readonly CallerStep[], net: Netem): Promise<RecordedCall> {
  const recorders: Recorders = {
    open: (start) => recordings.open(start),
    erase: (recorder) => recordings.erase(recorder),
  };
  const lines = ['what are your hours', 'on which days', 'and on holidays', 'thank you very much'];
  const office = new Office({
    recorders,
    recording: { consent: 'Recorded.', segmentSeconds: 10 },
    stt: (clock) => createScripted(testContext(clock), { lines }),
  });
  const { clock } = office;
  const recordings = new Recordings({ root, keys: KEYS, clock, onError: (error) => expect.fail(String(error)) });
  await office.runtime.prepare();
  const line = new Line(office, 1, steps, { net });
  line.phone.start();
  await run(office, [line]);
  await recordings.close();
  const read = await readRecording({ folder: path.join(root, 'default/1970-01', line.callSid), keys: KEYS });
  expect(read.problems).toEqual([]);
  expect(office.logs.find(({ event }) => event === 'RECORDING_KEPT')?.fields).toMatchObject({
    lost: 0,
    late_frames: 0,
  });
  const audio = Buffer.concat(await all(read.audio()));
  const side = (channel: number): Uint8Array => audio.filter((_, i) => i % 2 === channel);
  return { office, line, own: { caller: side(0), agent: side(1) }, phone: line.phone.recordings! };
}

/** From 2 s to half a second before the end: what was said before the consent is not kept, nor what the end cut off. */
function expectSame(own: Uint8Array, phone: Uint8Array, shiftMs: number): void {
  const length = Math.min(own.length, phone.length - shiftMs * 8) - 4_000;
  expect(length).toBeGreaterThan(8 * 15_000);
  for (let i = 16_000; i < length; i++) if (own[i] !== phone[i + shiftMs * 8]) expect.fail(`sample ${i} differs`);
}

/** Where sound begins and ends, in ms. */
function spurtsOf(audio: Uint8Array): { readonly from: number; readonly to: number }[] {
  const spurts: { from: number; to: number }[] = [];
  for (let at = 0; at + FRAME_BYTES <= audio.length; at += FRAME_BYTES) {
    if (rmsOfFrame(audio.subarray(at, at + FRAME_BYTES)) < 100) continue;
    const last = spurts.at(-1);
    if (last && at / 8 - last.to <= 600) last.to = at / 8;
    else spurts.push({ from: at / 8, to: at / 8 });
  }
  return spurts;
}

const talk: readonly CallerStep[] = [
  waitForAgent,
  say(1_500),
  sayOver(1_200, 700),
  waitForAgent,
  say(900),
  sayOver(200, 400, ''),
  waitForAgent,
  wait(1_000),
  hangUp,
];

describe('the recording of a call', () => {
  test('is what both heard, to the sample, through barge-ins', async () => {
    const { line, office, own, phone } = await record(talk, { latencyMs: 30 });
    expect(office.count('BARGE_IN')).toBeGreaterThan(0);
    expect(line.phone.stats.clearsReceived).toBeGreaterThan(1);
    expectSame(own.caller, phone.caller, 0);
    // The caller hears the agent a round trip after the time by which the line answers.
    expectSame(own.agent, phone.agent, 60);
  });

  test('is that on a line with jitter and a stall too, within what the line adds', async () => {
    const [latencyMs, jitterMs] = [30, 40];
    const stalls = [{ atMs: 6_000, forMs: 700 }];
    const { own, phone } = await record(talk, { latencyMs, jitterMs, stalls });
    const shift = Math.round((spurtsOf(own.caller)[0]!.from - spurtsOf(phone.caller)[0]!.from) / 20) * 20;
    expect(Math.abs(shift)).toBeLessThanOrEqual(jitterMs);
    const lengths = (audio: Uint8Array): number[] => spurtsOf(audio).map(({ from, to }) => to - from);
    expect(lengths(own.caller)).toEqual(lengths(phone.caller));
    // The first that is kept begins behind the consent line, in the middle of the greeting.
    const spurts = { own: spurtsOf(own.agent).slice(1), phone: spurtsOf(phone.agent).slice(1) };
    expect(spurts.own).toHaveLength(spurts.phone.length);
    for (const [i, { from }] of spurts.own.entries()) {
      const late = spurts.phone[i]!.from - from;
      expect(late).toBeGreaterThanOrEqual(2 * latencyMs - 20);
      expect(late).toBeLessThanOrEqual(2 * (latencyMs + jitterMs) + 700);
    }
  });
});
