import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseWav } from '../audio/wav.ts';
import { CALL_SID, frameOf, keysFrom, newKey } from '../recording/recording.fixture.ts';
import { Recordings } from '../recording/recordings.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { recording } from './recording.ts';

const KEY = `k:${newKey()}`;
let dataDir = '';
let printed: string[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'kav-recording-command-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dataDir, { recursive: true, force: true });
});

async function record(tenant = 'default'): Promise<void> {
  const recordings = new Recordings({
    root: path.join(dataDir, 'recordings'),
    keys: keysFrom(KEY),
    clock: new VirtualClock(),
    onError: (error) => expect.fail(String(error)),
  });
  const call = { tenant, callSid: CALL_SID, openedAt: new Date(0), startedAtMs: 0, segmentMs: 1_000 };
  const recorder = recordings.open({ ...call, onSegment: () => {} });
  recorder.arm();
  recorder.consented(0);
  for (let at = 0; at < 2_500; at += 20) recorder.caller(frameOf(0x8f), at + 20);
  await recorder.close(2_500);
}

const out = (): string => path.join(dataDir, 'call.wav');
const run = (call: string, key: string | undefined = KEY): Promise<number> =>
  recording(call, { out: out() }, { KAV_DATA_DIR: dataDir, KAV_RECORDING_KEY: key });

describe('kav recording', () => {
  test('finds a call by its CallSid and writes it for the owner alone', async () => {
    await record();
    expect(await run(CALL_SID)).toBe(0);
    expect(printed).toEqual([`${out()}: 2.5 s in stereo, caller left, 3 segments`]);
    const { channels } = parseWav(await readFile(out()));
    expect(channels.map((channel) => channel.length)).toEqual([20_000, 20_000]);
    expect(channels[0]!.at(-1)).toBe(16_764);
    if (process.platform !== 'win32') expect((await stat(out())).mode & 0o077).toBe(0);
    expect(globSync(`${dataDir}/*.part`)).toEqual([]);
  });

  test('takes a folder, and names what is missing in it', async () => {
    await record();
    const folder = path.join(dataDir, 'recordings', 'default', '1970-01', CALL_SID);
    await rm(globSync(`${folder}/*-000001.kavr`)[0]!);
    expect(await run(folder)).toBe(1);
    expect(printed[1]).toMatch(/^ {2}[0-9a-f]{32}: of the segments, number 1 is not there \(recording-incomplete\)$/);
    expect(parseWav(await readFile(out())).channels[0]).toHaveLength(20_000);
  });

  test('says what is wrong: no such call, no key, another key, a call of two tenants', async () => {
    await expect(run(CALL_SID)).rejects.toThrow(/^a recording of CA1+ not found/);
    await record();
    await expect(run('../../etc')).rejects.toThrow(/not found/);
    await expect(run(CALL_SID, '')).rejects.toThrow(/^KAV_RECORDING_KEY: is not set/);
    await expect(run(CALL_SID, `new:${newKey()}`)).rejects.toThrow(/^KAV_RECORDING_KEY: has no key "k"/);
    await record('other');
    await expect(run(CALL_SID)).rejects.toThrow(/there more than once\. Give one of the folders/);
    expect(globSync(`${dataDir}/*.wav*`)).toEqual([]);
  });
});
