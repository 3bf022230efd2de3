import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { meanModel } from './models.fixture.ts';
import { installedRuntime } from './runtime.ts';
import { SharedThread } from './shared-thread.ts';
import { type ModelThread, startThread } from './thread.ts';
import type { ToWorker } from './worker-messages.ts';

const root = mkdtempSync(path.join(tmpdir(), 'kav-thread-'));
afterAll(() => rmSync(root, { recursive: true }));
const file = path.join(root, 'model.onnx');

test('a thread that died is started anew after a minute, and one that cannot be is not awaited', async () => {
  writeFileSync(file, meanModel());
  const clock = new VirtualClock();
  const notes: string[] = [];
  const fates: string[] = [];
  const threads: ModelThread[] = [];
  let lost = Promise.withResolvers<void>();
  const shared = new SharedThread({
    clock,
    warn: (note) => notes.push(note),
    onFate: (fate) => fates.push(fate),
    start: async ({ onAnswer, onLost }) => {
      const thread = await startThread({
        data: { file, runtime: installedRuntime()! },
        clock,
        onAnswer,
        onLost: (problem) => {
          onLost(problem);
          lost.resolve();
        },
      });
      threads.push(thread);
      return thread;
    },
  });
  const ask = () => new Promise<number>((resolve) => void shared.ask(new Uint8Array(80), resolve));
  expect(await shared.start()).toBeGreaterThan(0);
  expect(await ask()).toBeGreaterThan(0);

  // Nothing that the thread can make sense of: an error that it does not expect.
  const nonsense = null as unknown as ToWorker;
  threads[0]!.post(nonsense, []);
  await lost.promise;
  expect(notes).toEqual([expect.stringMatching(/the words alone decide: its thread ended: TypeError/)]);
  shared.ask(new Uint8Array(80), () => notes.push('answered while it rests'));
  expect(threads).toHaveLength(1);

  clock.advanceTo(60_000);
  shared.ask(new Uint8Array(80), () => notes.push('answered while it starts'));
  await expect.poll(() => threads.length, { timeout: 15_000 }).toBe(2);
  expect(await ask()).toBeGreaterThan(0);
  expect(notes.slice(1)).toEqual(['the endpointing model answers again']);

  lost = Promise.withResolvers<void>();
  threads[1]!.post(nonsense, []);
  await lost.promise;
  rmSync(file);
  clock.advanceTo(120_001);
  shared.ask(new Uint8Array(80), () => notes.push('answered without a model'));
  await shared.close();
  expect(threads).toHaveLength(2);
  expect(notes).toHaveLength(3);
  expect(clock.alarms).toBe(0);
  expect(fates).toEqual(['used', 'refused', 'refused', 'used', 'refused']);
});
