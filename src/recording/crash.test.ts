import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readRecording } from './read-recording.ts';
import type { SegmentFact } from './recorder.ts';
import { keysFrom, newKey } from './recording.fixture.ts';

const CHILD = fileURLToPath(new URL('./crash.fixture.ts', import.meta.url));

test.each([1, 2, 7, 20])('killed after %i facts, every one of them is on the disk and opens', async (count) => {
  const root = await mkdtemp(path.join(tmpdir(), 'kav-recording-crash-'));
  const key = `k:${newKey()}`;
  const child = spawn(process.execPath, [CHILD, root, key], { stdio: ['ignore', 'pipe', 'inherit'] });
  const facts: SegmentFact[] = [];
  const exited = once(child, 'exit');
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      facts.push(JSON.parse(line) as SegmentFact);
      if (facts.length === count) child.kill('SIGKILL');
    }
  } finally {
    child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(facts.length).toBeGreaterThanOrEqual(count);
  for (const { file, sha256 } of facts) {
    const bytes = await readFile(path.join(root, file));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  }
  const recording = await readRecording({ folder: path.join(root, 'default', '1970-01', 'CA1'), keys: keysFrom(key) });
  expect(recording.segments).toBeGreaterThanOrEqual(facts.length);
  // The end is named as missing, and nothing was damaged.
  expect(new Set(recording.problems.map(({ error }) => error.code))).toEqual(new Set(['recording-incomplete']));
  await rm(root, { recursive: true });
});
