/**
 * What one pause costs the thread of an endpointing model: `node bench/endpointing-model.ts [folder or file]`. Without a
 * model, two of smart-turn v3's size with random weights. From the question to the answer, front end included.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { babble } from '../src/audio/babble.ts';
import { encodeMulaw } from '../src/audio/mulaw.ts';
import { createRealClock } from '../src/call/real-clock.ts';
import { HEARD_BYTES } from '../src/endpointing-model/contract.ts';
import { findModelFile } from '../src/endpointing-model/model-file.ts';
import { installedRuntime, type RuntimeName } from '../src/endpointing-model/runtime.ts';
import { startThread } from '../src/endpointing-model/thread.ts';
import { TurnFeatures } from '../src/endpointing-model/turn-features.ts';
import { createWhisperSizedModel } from './whisper-sized-model.ts';

const PAUSES = 40;
const turn = encodeMulaw(Int16Array.from(babble(HEARD_BYTES / 8, 9_000), Math.round));

async function measureModel(file: string, runtime: RuntimeName): Promise<readonly number[]> {
  let answered = Promise.withResolvers<void>();
  const thread = await startThread({
    data: { file, runtime },
    clock: createRealClock(),
    onAnswer: () => answered.resolve(),
    onLost: (problem) => answered.reject(new Error(problem)),
  });
  const spentMs: number[] = [];
  for (let question = 0; question < PAUSES; question++) {
    answered = Promise.withResolvers<void>();
    const from = performance.now();
    thread.post({ question, mulaw: new Uint8Array(turn) }, []);
    await answered.promise;
    spentMs.push(performance.now() - from);
  }
  await thread.close();
  return spentMs;
}

function measureFrontEnd(): readonly number[] {
  const features = new TurnFeatures();
  return Array.from({ length: PAUSES }, () => {
    const from = performance.now();
    features.compute(turn);
    return performance.now() - from;
  }).slice(PAUSES / 4);
}

function report(name: string, spentMs: readonly number[]): void {
  const sorted = spentMs.toSorted((one, other) => one - other);
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(0).padStart(5);
  console.log(`${name.padEnd(44)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`);
}

// The thread keeps no process alive.
const alive = setInterval(() => {}, 60_000);
const runtime = installedRuntime();
if (!runtime) throw new Error('no onnxruntime is installed');
report('front end alone', measureFrontEnd());
const given = process.argv[2];
if (given !== undefined) {
  const file = await findModelFile(given);
  report(`${path.basename(file)}, ${runtime}`, await measureModel(file, runtime));
} else {
  const folder = await mkdtemp(path.join(tmpdir(), 'kav-bench-'));
  for (const precision of ['int8', 'float32'] as const) {
    const file = path.join(folder, `${precision}.onnx`);
    await writeFile(file, createWhisperSizedModel(precision));
    report(`random ${precision}, ${runtime}`, await measureModel(file, runtime));
  }
  await rm(folder, { recursive: true });
}
clearInterval(alive);
