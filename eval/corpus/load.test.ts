import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadCorpus } from './load.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'kav-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

const audio = new Uint8Array(1_600).fill(0xff);
const sha256 = createHash('sha256').update(audio).digest('hex');
const format = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1, container: 'raw' };
const labelled = (id: string, category: string, more: object = {}) => ({
  id,
  file: 'a.ul',
  category,
  durationMs: 200,
  turns: [],
  sha256,
  ...more,
});

function write(...files: object[]): void {
  writeFileSync(path.join(folder, 'a.ul'), audio);
  writeFileSync(path.join(folder, 'labels.json'), JSON.stringify({ schema: 'caller-corpus/1', format, files }));
}

describe('a corpus', () => {
  test('is its labels and its audio, or a part of them', async () => {
    write(labelled('a1', 'clean'), labelled('b1', 'noise'), labelled('b2', 'noise-music'));
    const all = await loadCorpus(folder);
    expect(all.files.map(({ id }) => id)).toEqual(['a1', 'b1', 'b2']);
    expect(all.files[0]?.audio).toEqual(audio);
    expect((await loadCorpus(folder, { only: ['a1', 'music'] })).files.map(({ id }) => id)).toEqual(['a1', 'b2']);
    await expect(loadCorpus(folder, { only: ['none'] })).rejects.toThrow('--only');
  });

  test.each([
    ['of another length', { durationMs: 900 }],
    ['with another content', { sha256: '00' }],
    ['that is missing', { file: 'b.ul' }],
  ])('audio %s is refused', async (_what, more) => {
    write(labelled('a1', 'clean', more));
    await expect(loadCorpus(folder)).rejects.toMatchObject({ code: 'config-invalid' });
  });

  test('a folder without labels is refused', async () => {
    await expect(loadCorpus(path.join(folder, 'nowhere'))).rejects.toThrow('labels.json cannot be read');
  });
});
