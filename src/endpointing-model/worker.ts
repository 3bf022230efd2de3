/** The thread in which one model judges the turns of all calls. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Network } from './network.ts';
import { loadRuntime } from './runtime.ts';
import { serve } from './serve.ts';
import type { WorkerData } from './worker-messages.ts';

const { file, runtime } = workerData as WorkerData;
if (parentPort) void serve(parentPort, async () => Network.open(await loadRuntime(runtime), await readFile(file)));
