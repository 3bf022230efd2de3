import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const MODULE = new URL('./thread-priority.ts', import.meta.url).href;
const WORKER = `
  const { parentPort } = require('node:worker_threads');
  import('${MODULE}').then(({ yieldToOtherThreads }) => {
    yieldToOtherThreads(7);
    const tid = Number(require('node:fs').readlinkSync('/proc/thread-self').split('/').at(-1));
    parentPort.postMessage(require('node:os').getPriority(tid) - require('node:os').getPriority(process.pid));
  });`;

test.runIf(process.platform === 'linux')('a thread gives way to others, and the process does not', async () => {
  const before = getPriority();
  const worker = new Worker(WORKER, { eval: true });
  const [steps] = await once(worker, 'message');
  expect(steps).toBe(7);
  expect(getPriority()).toBe(before);
});
