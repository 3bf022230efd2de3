import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LookedOnCall } from '../../src/call/call-tap.ts';
import { readRecording } from '../../src/recording/read-recording.ts';
import { all, KEYS } from '../../src/recording/recording.fixture.ts';
import { Recordings } from '../../src/recording/recordings.ts';
import { afterStream, hangUp, Line, Office, run, say, wait, waitForAgent } from './whole-call.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'kav-muted-call-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function recordedOffice() {
  const seen: LookedOnCall[] = [];
  const office = new Office({
    audience: { began: (call) => void seen.push(call), ended: () => {} },
    recorders: {
      open: (start) => recordings.open(start),
      erase: (recorder) => recordings.erase(recorder),
    },
    recording: { consent: 'This call is recorded.', segmentSeconds: 10 },
  });
  const { clock } = office;
  const recordings = new Recordings({ root, keys: KEYS, clock, onError: (error) => expect.fail(String(error)) });
  await office.runtime.prepare();
  return { office, recordings, state: () => seen.at(-1)?.stream.recording };
}

const mute = (office: Office, { callSid }: Line, muted: boolean, actionId: string) =>
  office.desk.operatorsOf(callSid)?.act({ actionId, by: 'ann', action: { type: 'mute-recording', muted } });

describe('a recording that an operator mutes', () => {
  test('keeps nothing of either side meanwhile', async () => {
    const { office, recordings, state } = await recordedOffice();
    const steps = [waitForAgent, say(1_500), waitForAgent, say(1_500), waitForAgent, say(1_500), waitForAgent, hangUp];
    const line = new Line(office, 1, steps);
    line.phone.start();
    await office.clock.advance(500);
    expect(state()).toBe('waiting');
    await office.clock.advance(6_000);
    expect(state()).toBe('on');
    expect(mute(office, line, true, 'a')).toEqual({ type: 'done' });
    expect(state()).toBe('muted');
    const from = office.clock.now();
    await office.clock.advance(8_000);
    expect(mute(office, line, false, 'b')).toEqual({ type: 'done' });
    expect(state()).toBe('on');
    const to = office.clock.now();
    await run(office, [line]);
    await recordings.close();
    const read = await readRecording({ folder: path.join(root, 'default/1970-01', line.callSid), keys: KEYS });
    const audio = Buffer.concat(await all(read.audio()));
    const sounds = (fromMs: number, toMs: number): boolean =>
      audio.subarray(16 * fromMs, 16 * toMs).some((byte) => byte !== 0xff);
    // The recording's time begins with the stream, a network's way after the clock.
    expect(sounds(from, to - 100), 'nothing is kept while it is muted').toBe(false);
    expect(sounds(from - 3_000, from - 100), 'before').toBe(true);
    expect(sounds(to + 300, to + 6_000), 'afterwards').toBe(true);
    const acts = office.facts.flatMap((fact) => (fact.type === 'operator-act' ? [fact.act] : []));
    expect(acts).toEqual(['mute', 'unmute']);
  });

  test('stays muted when the stream is lost and comes back', async () => {
    const { office, recordings, state } = await recordedOffice();
    const line = new Line(office, 1, [waitForAgent, wait(60_000)]);
    line.phone.start();
    await office.clock.advance(7_000);
    mute(office, line, true, 'a');
    line.cut();
    await office.clock.advance(200);
    const answer = await afterStream(office, line);
    const token = answer.type === 'resume' ? answer.token : '';
    const again = new Line(office, 1, [waitForAgent, hangUp], { resumes: { token, attempt: 2 } });
    again.phone.start();
    await office.clock.advance(1_000);
    expect(state()).toBe('muted');
    await run(office, [again]);
    await recordings.close();
  });
});
