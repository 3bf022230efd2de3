import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { WatchersFigures } from '../../../bench/watchers.ts';

const root = new URL('../../../', import.meta.url).pathname;

test('the benchmark of watchers runs, and its watchers see every call', { timeout: 120_000 }, async () => {
  const small = ['--calls', '4', '--watchers', '4', '--seconds', '2', '--pairs', '1', '--store-away', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/watchers.ts', ...small], { cwd: root });
  const figures = JSON.parse(stdout) as WatchersFigures;
  expect(figures.callers).toMatchObject({ refused: 0, ended: 0 });
  expect(figures.seen).toHaveLength(1);
  expect(figures.seen[0]).toMatchObject({ fewestCalls: 4, cutOff: 0 });
  expect(figures.seen[0]!.audioPieces).toBeGreaterThan(10);
  for (const window of [...figures.without, ...figures.beside]) expect(window.cpuShare).toBeGreaterThan(0);
});
