import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readJournal, replayJournal } from '../../src/call/journal.ts';
import { DEFAULT_DELAYS } from '../call/settings.ts';
import { corpusFile, unit } from '../corpus/tiny-corpus.fixture.ts';
import { runCorpus } from '../run.ts';
import { writeJournals } from './journals.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kav-journals-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('each call leaves a journal that replays; written again it is the same', async () => {
  const files = ['one', 'two'].map((id) => corpusFile(id, [unit('turn', 1_500, 2_600)]));
  const settings = { name: '', env: { KAV_VAD: 'rms', EOU_MS: '600' }, delays: DEFAULT_DELAYS };
  const run = await runCorpus({ name: 'tiny', files, remarks: [] }, settings, { isReal: false, calls: 1 });
  expect(await writeJournals(folder, [run])).toEqual([folder]);
  expect(await writeJournals(folder, [run])).toEqual([folder]);
  const names = await readdir(folder);
  expect(names).toHaveLength(2);
  for (const name of names) {
    const journal = await readJournal(path.join(folder, name));
    expect(name).toBe(`${journal.head.callSid}.jsonl`);
    expect(journal.head.settings.endpointingMs).toBe(600);
    const steps = [...replayJournal(journal)];
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.every(({ same }) => same)).toBe(true);
  }
  expect(await writeJournals(folder, [run, run])).toEqual([path.join(folder, '1'), path.join(folder, '2')]);
});
