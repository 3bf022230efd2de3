import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.ts';
import { lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kav-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one holder at a time; the release is idempotent', () => {
  const release = lockFolder(path.join(folder, 'made', 'on the way'));
  expect(() => lockFolder(path.join(folder, 'made', 'on the way'))).toThrow(ConfigError);
  release();
  release();
  lockFolder(path.join(folder, 'made', 'on the way'))();
});

test('a process that is killed holds nothing any more', async () => {
  const module = new URL('./folder-lock.ts', import.meta.url).href;
  const script = `const { lockFolder } = await import(${JSON.stringify(module)});
    globalThis.release = lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(() => lockFolder(folder)).toThrow(/another Kav process/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  lockFolder(folder)();
});
