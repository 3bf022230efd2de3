import { createHash, randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseWav } from '../audio/wav.ts';
import { PeerProtocolError } from '../core/errors.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { eraseRecording } from './erase-recording.ts';
import { exportWav } from './export-wav.ts';
import type { RecordingKeys } from './keys.ts';
import { listCallFolders, listSegments } from './list-segments.ts';
import { type ReadRecording, readRecording } from './read-recording.ts';
import type { Recorder, SegmentFact } from './recorder.ts';
import { all, CALL_SID, frameOf, KEYS, keysFrom, newKey, runsOf } from './recording.fixture.ts';
import { type RecordingStart, Recordings } from './recordings.ts';

let root = '';
let recordings: Recordings;
let facts: SegmentFact[] = [];
const errors: unknown[] = [];

function openRecordings(keys: RecordingKeys = KEYS): Recordings {
  return new Recordings({ root, keys, clock: new VirtualClock(), onError: (error) => errors.push(error) });
}

beforeEach(async () => {
  root = path.join(await mkdtemp(path.join(tmpdir(), 'kav-recordings-')), 'recordings');
  recordings = openRecordings();
  facts = [];
});
afterEach(async () => {
  await recordings.close();
  await rm(path.dirname(root), { recursive: true, force: true });
  expect(errors.splice(0)).toEqual([]);
});

const FOLDER = `default/2026-11/${CALL_SID}`;
const folder = (): string => path.join(root, FOLDER);

function start(options: Partial<RecordingStart> = {}, from = recordings): Recorder {
  const recorder = from.open({
    tenant: 'default',
    callSid: CALL_SID,
    openedAt: new Date('2026-11-30T23:59:59Z'),
    startedAtMs: 0,
    segmentMs: 1_000,
    onSegment: (fact) => facts.push(fact),
    ...options,
  });
  recorder.arm();
  recorder.consented(0);
  return recorder;
}

/** Three seconds and a half of the caller, each with a byte of its own. */
async function record(options: Partial<RecordingStart> = {}, from = recordings): Promise<Recorder> {
  const recorder = start(options, from);
  for (let at = 0; at < 3_500; at += 20) recorder.caller(frameOf(0x10 + Math.floor(at / 1_000)), at + 20);
  await recorder.close(3_500);
  // They are told as the disk takes them, in any order.
  facts.sort((a, b) => a.index - b.index);
  return recorder;
}

const fileOf = (index: number): string => path.join(root, facts.find((fact) => fact.index === index)!.file);

async function leftOf(recording: ReadRecording): Promise<string> {
  const audio = Buffer.concat(await all(recording.audio()));
  expect(audio).toHaveLength(recording.bytes);
  return runsOf(audio.filter((_, i) => i % 2 === 0));
}

const codesOf = (recording: ReadRecording): string[] =>
  recording.problems.map(({ error, file }) => `${error.code}${file ? ` ${file.slice(-8, -5)}` : ''}`);

const WHOLE = 'silence × 1600, 0x10 × 6400, 0x11 × 8000, 0x12 × 8000, 0x13 × 4000';

describe('on the disk', () => {
  test('a recording is read as it was said', async () => {
    const recorder = await record();
    const recording = await readRecording({ folder: folder(), keys: KEYS, recordingId: recorder.recordingId });
    expect(recording).toMatchObject({ callSid: CALL_SID, segments: 4, durationMs: 3_500, problems: [] });
    expect(await leftOf(recording)).toBe(WHOLE);
  });

  test('only the owner may look, nothing is half written, and each fact is true', async () => {
    await record();
    const names = globSync(`${root}/**`).filter((file) => file.endsWith('.kavr') || file.endsWith('.part'));
    expect(names).toHaveLength(4);
    expect(names.sort()).toEqual(facts.map(({ file }) => path.join(root, file)));
    for (const fact of facts) {
      const bytes = await readFile(path.join(root, fact.file));
      expect(bytes).toHaveLength(fact.bytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(fact.sha256);
    }
    if (process.platform !== 'win32') {
      expect((await stat(folder())).mode & 0o077).toBe(0);
      expect((await stat(fileOf(0))).mode & 0o077).toBe(0);
    }
  });

  test('there is no plain audio, and nothing at all of a pause', async () => {
    const [said, secret] = [randomBytes(160), randomBytes(160)];
    const recorder = start();
    for (let at = 0; at < 5_000; at += 20) {
      if (at === 2_000) recorder.pause(at);
      if (at === 4_000) recorder.resume(at);
      const isPaused = at >= 2_000 && at < 4_000;
      recorder.caller(isPaused ? secret : said, at + 20);
      recorder.agent(isPaused ? secret : said, at + 10);
    }
    await recorder.close(5_000);
    for (const file of globSync(`${root}/**/*.kavr`)) {
      const bytes = await readFile(file);
      for (let i = 0; i + 6 <= 160; i += 3) {
        for (const plain of [said, secret]) expect(bytes.includes(plain.subarray(i, i + 6))).toBe(false);
      }
    }
    const recording = await readRecording({ folder: folder(), keys: KEYS });
    const audio = Buffer.concat(await all(recording.audio()));
    const side = (channel: number): Buffer => Buffer.from(audio.filter((_, i) => i % 2 === channel));
    for (const channel of [side(0), side(1)]) {
      expect(channel.includes(said)).toBe(true);
      for (let i = 0; i + 6 <= 160; i += 3) expect(channel.includes(secret.subarray(i, i + 6))).toBe(false);
    }
  });

  test('a name that leads elsewhere is refused, and so is a link', async () => {
    const names = ['', '.', '..', '../x', 'a/b', 'a\\b', 'a\0b', '%2e%2e', 'a.b', '/etc', 'é', 'x'.repeat(65)];
    for (const name of names) {
      const refused = expect.objectContaining({ code: 'recording-name-invalid' });
      expect(() => start({ tenant: name }), name).toThrow(refused);
      expect(() => start({ callSid: name }), name).toThrow(refused);
    }
    await mkdir(path.join(root, 'outside'), { recursive: true });
    await symlink(path.join(root, 'outside'), path.join(root, 'default'));
    const recorder = start();
    recorder.caller(frameOf(0x10), 500);
    const closed = recorder.close(600);
    await Promise.all([recordings.close(), closed]);
    expect(recorder.report).toMatchObject({ lost: 1 });
    expect(errors.splice(0)[0]).toMatchObject({ code: 'recording-name-invalid' });
    expect(globSync(`${root}/outside/**/*.kavr`)).toEqual([]);
  });
});

describe('reading', () => {
  const read = (keys = KEYS): Promise<ReadRecording> => readRecording({ folder: folder(), keys });

  test('a missing segment is silence and is named; so is a missing end', async () => {
    await record();
    await rm(fileOf(1));
    expect(codesOf(await read())).toEqual(['recording-incomplete']);
    expect(await leftOf(await read())).toBe('silence × 1600, 0x10 × 6400, silence × 8000, 0x12 × 8000, 0x13 × 4000');
    await rm(fileOf(3));
    expect((await read()).problems.map(({ error }) => error.message)).toEqual([
      'of the segments, number 1 is not there',
      'the end is not there: the process died, or segments were taken away',
    ]);
  });

  test('segments that changed places are refused, both', async () => {
    await record();
    await rename(fileOf(0), `${fileOf(0)}x`);
    await rename(fileOf(2), fileOf(0));
    await rename(`${fileOf(0)}x`, fileOf(2));
    expect(codesOf(await read())).toEqual(['recording-foreign 000', 'recording-foreign 002']);
    expect(await leftOf(await read())).toBe('silence × 8000, 0x11 × 8000, silence × 8000, 0x13 × 4000');
  });

  test('a segment that was changed or cut is refused and silent', async () => {
    await record();
    const bytes = await readFile(fileOf(1));
    bytes[bytes.length - 500]! ^= 1;
    await writeFile(fileOf(1), bytes);
    await truncate(fileOf(2), 900);
    const recording = await read();
    expect(codesOf(recording)).toEqual(['recording-damaged 001', 'recording-truncated 002']);
    expect(await leftOf(recording)).toBe(`silence × 1600, 0x10 × 6400, silence × 16000, 0x13 × 4000`);
  });

  test('a segment that goes while it is read is silent and named', async () => {
    await record();
    const recording = await read();
    await rm(fileOf(1));
    expect(await leftOf(recording)).toBe('silence × 1600, 0x10 × 6400, silence × 8000, 0x12 × 8000, 0x13 × 4000');
    expect(codesOf(recording)).toEqual(['recording-incomplete 001']);
  });

  test('a call does not open under the name of another, nor one tenant under another', async () => {
    await record();
    const other = path.join(path.dirname(folder()), `CA${'2'.repeat(32)}`);
    await rename(folder(), other);
    const foreign = expect.objectContaining({ code: 'recording-foreign' });
    await expect(readRecording({ folder: other, keys: KEYS })).rejects.toThrow(foreign);
    await rename(other, folder());
    await expect(readRecording({ folder: folder(), keys: KEYS, tenant: 'other' })).rejects.toThrow(foreign);
  });

  test('without the key, the key is named', async () => {
    await record();
    const keys = keysFrom(`2027:${newKey()}`);
    await expect(read(keys)).rejects.toThrow(/^KAV_RECORDING_KEY: has no key "test"/);
  });

  test('recordings of one call under two keys are one recording on its time', async () => {
    await record();
    const second = newKey();
    const after = openRecordings(keysFrom(`new:${second}`));
    // The call was resumed elsewhere ten seconds after it began.
    const resumed = after.open({
      tenant: 'default',
      callSid: CALL_SID,
      openedAt: new Date('2026-11-30T23:59:59Z'),
      startedAtMs: -10_000,
      onSegment: () => {},
    });
    resumed.arm();
    resumed.consented(0);
    for (let at = 0; at < 1_000; at += 20) resumed.caller(frameOf(0x21), at + 20);
    await resumed.close(1_000);
    const both: RecordingKeys = { ...KEYS, byId: new Map([...KEYS.byId, ...keysFrom(`new:${second}`).byId]) };
    const recording = await read(both);
    expect(recording.problems).toEqual([]);
    expect(await leftOf(recording)).toBe(`${WHOLE}, silence × ${(6_500 + 200) * 8}, 0x21 × 6400`);
    const half = await read();
    expect(half.problems.map(({ error }) => error.message)).toEqual([expect.stringContaining('no key "new"')]);
  });

  test('nothing there is a NotFoundError', async () => {
    await expect(read()).rejects.toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  test('as a WAV file it has both sides and the right length', async () => {
    const recorder = start();
    for (let at = 0; at < 2_000; at += 20) {
      recorder.caller(frameOf(0x8f), at + 20);
      recorder.agent(frameOf(0x0f), at);
    }
    await recorder.close(2_000);
    const wav = Buffer.concat(await all(exportWav(await read())));
    const { channels, sampleRateHz } = parseWav(wav);
    expect([sampleRateHz, channels.length, channels[0]!.length]).toEqual([8_000, 2, 16_000]);
    expect(wav).toHaveLength(58 + 32_000);
    expect([channels[0]!.at(-1), channels[1]!.at(-1)]).toEqual([16_764, -16_764]);
  });
});

describe('for the jobs', () => {
  test('segments are listed as their facts told them', async () => {
    await record();
    const problems: PeerProtocolError[] = [];
    const list = (): Promise<readonly SegmentFact[]> => listSegments(root, FOLDER, (error) => problems.push(error));
    expect(await list()).toEqual(facts);
    expect(await all(listCallFolders(root))).toEqual([FOLDER]);
    await writeFile(fileOf(1), 'something else');
    await writeFile(path.join(folder(), 'note.txt'), 'not ours');
    expect(await list()).toEqual(facts.filter(({ index }) => index !== 1));
    expect(problems).toEqual([expect.any(PeerProtocolError)]);
  });

  test('where nothing was recorded there is nothing to list', async () => {
    expect(await listSegments(root, FOLDER, () => {})).toEqual([]);
    expect(await all(listCallFolders(root))).toEqual([]);
  });

  test('an erased recording is gone, half-written files too, and the others stay', async () => {
    const first = await record();
    const second = await record();
    await writeFile(path.join(folder(), `${first.recordingId}-000009.kavr.part`), 'half');
    expect(await eraseRecording(folder(), first.recordingId)).toBe(5);
    expect(globSync(`${root}/**/*${first.recordingId}*`)).toEqual([]);
    expect((await readRecording({ folder: folder(), keys: KEYS })).segments).toBe(4);
    expect(await eraseRecording(folder(), first.recordingId)).toBe(0);
    expect(await eraseRecording(folder())).toBe(4);
    expect(globSync(`${root}/default/2026-11/*`)).toEqual([]);
    expect(await eraseRecording(folder(), second.recordingId)).toBe(0);
  });

  test('a folder that was erased in the middle of a call is made again', async () => {
    const recorder = await record();
    await eraseRecording(folder());
    const next = await record();
    expect(next.report).toMatchObject({ segments: 4, lost: 0 });
    expect((await readRecording({ folder: folder(), keys: KEYS })).segments).toBe(4);
    expect(recorder.recordingId).not.toBe(next.recordingId);
  });
});
