import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { babble } from '../audio/babble.ts';
import { encodeMulaw } from '../audio/mulaw.ts';

import { ConfigError } from '../core/errors.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { HEARD_BYTES } from './contract.ts';
import { type LoadedModel, openEndpointingModel, remarksOn } from './endpointing-model.ts';
import { findModelFile } from './model-file.ts';
import { answerOfMeanModel, bandsModel, meanModel, scoreModel } from './models.fixture.ts';
import { Network } from './network.ts';
import { installedRuntime, loadRuntime } from './runtime.ts';
import { type ServingPort, serve } from './serve.ts';
import { TurnFeatures } from './turn-features.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const root = mkdtempSync(path.join(tmpdir(), 'kav-model-'));
/** It stands still, so that no machine is too slow. */
const clock = new VirtualClock();
const warnings: string[] = [];
const opened: LoadedModel[] = [];
afterAll(async () => {
  await Promise.all(opened.map((model) => model.close()));
  rmSync(root, { recursive: true });
});

function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(path.join(root, 'folder-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}

async function open(name: string): Promise<LoadedModel> {
  const model = await openEndpointingModel({
    path: name,
    clock,
    warn: (note) => warnings.push(note),
    onFate: () => {},
  });
  opened.push(model);
  return model;
}

const speech = (ms: number, seed: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encodeMulaw(Int16Array.from(babble(ms, 9_000, seed), Math.round)));
const answerOf = (model: LoadedModel, mulaw: Uint8Array<ArrayBuffer>): Promise<number> =>
  new Promise((resolve) => void model.ask(mulaw, resolve));

describe('a model in its thread, on the real runtime', () => {
  test('answers from the turn’s features, one call like another, until it is closed', async () => {
    const model = await open(folderOf({ 'model.onnx': meanModel() }));
    const turns = [speech(2_000, 1), speech(500, 2), speech(9_000, 3), new Uint8Array(0)];
    const expected = turns.map((turn) => answerOfMeanModel(new TurnFeatures().compute(turn)));
    const answers = await Promise.all(turns.map((turn) => answerOf(model, turn)));
    for (const [i, answer] of answers.entries()) expect(answer, `turn ${i}`).toBeCloseTo(expected[i]!, 4);
    expect(new Set(answers).size).toBe(turns.length);
    expect(turns[0], 'its buffer was given away').toHaveLength(0);

    await model.close();
    await model.close();
    model.ask(speech(500, 1), () => warnings.push('answered after the end'));
    expect(warnings).toEqual([]);
  });

  test('what is said before the last eight seconds is nothing to it', () => {
    const turn = speech(10_000, 4);
    const features = new TurnFeatures();
    expect(features.compute(turn)).toEqual(features.compute(turn.subarray(turn.length - HEARD_BYTES)));
  });

  test('a shorter turn stands at the end, behind silence', () => {
    const row = new TurnFeatures().compute(speech(2_000, 1)).subarray(10 * 800, 11 * 800);
    const [padding, sound] = [row.subarray(0, 590), row.subarray(610)];
    expect(Math.max(...padding)).toBeLessThan(Math.max(...sound) - 0.5);
    expect(Math.max(...padding) - Math.min(...padding)).toBeLessThan(1e-3);
  });
});

describe('the file', () => {
  test.each([
    [['a.onnx'], 'a.onnx'],
    [['smart-turn-v3.2-gpu.onnx', 'smart-turn-v3.2-cpu.onnx', 'README.md'], 'smart-turn-v3.2-cpu.onnx'],
    [['smart-turn-v3.0.onnx', 'smart-turn-v3.9-cpu.onnx', 'smart-turn-v3.10-cpu.onnx'], 'smart-turn-v3.10-cpu.onnx'],
    [['model-2.onnx', 'model-10.onnx'], 'model-10.onnx'],
  ])('of %j is %s', async (names, best) => {
    const folder = folderOf(Object.fromEntries(names.map((name) => [name, ''])));
    expect(await findModelFile(folder)).toBe(path.join(folder, best));
    expect(await findModelFile(path.join(folder, names[0]!))).toBe(path.join(folder, names[0]!));
  });

  mkdirSync(path.join(root, 'folder.onnx'));

  test.each([
    ['a folder that is not there', path.join(root, 'nowhere'), /nowhere cannot be read/],
    ['a folder without a model', folderOf({ 'README.md': '' }), /no \.onnx file in/],
    ['a folder named like a model', path.join(root, 'folder.onnx'), /no \.onnx file in/],
    ['garbage', folderOf({ 'model.onnx': 'garbage' }), /model\.onnx cannot be used: .*protobuf parsing failed/],
  ])('%s is refused', async (_name, folder, problem) => {
    const error = await open(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ key: 'KAV_ENDPOINTING_MODEL', remedy: expect.stringContaining('smart-turn') });
    expect((error as ConfigError).problem).toMatch(problem);
  });
});

describe('the thread’s end', () => {
  async function serveModel(file: Uint8Array) {
    const sent: FromWorker[] = [];
    const receivers: ((message: ToWorker) => void)[] = [];
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    const runtime = await loadRuntime('onnxruntime-web');
    const port: ServingPort = {
      on: (_event, receive) => receivers.push(receive),
      postMessage: (message) => {
        sent.push(message);
        if ('question' in message) resolve();
      },
    };
    await serve(port, () => Network.open(runtime, file));
    return { sent, answered, receive: receivers[0] };
  }

  const port = { name: 'input_features', dims: ['batch', 80, 3_000] };

  test.each([
    ['half of a model', meanModel().subarray(0, 200), /protobuf parsing failed/],
    [
      '30 s of Whisper',
      meanModel({ inputs: [port] }),
      /^it takes float32 \[batch,80,3000\] and not just float32 \[1,80,800\]$/,
    ],
    ['two inputs', meanModel({ inputs: [port, { name: 'more', dims: [1] }] }), / and float32 \[1\] and not just/],
    ['one probability per band', bandsModel(), /^it answers 80 numbers, and not one probability$/],
    ['a score', scoreModel(), /^it answers -1\.5, and not one probability$/],
  ])('refuses %s', async (_name, file, problem) => {
    const { sent, receive } = await serveModel(file);
    expect(sent).toEqual([{ type: 'refused', problem: expect.stringMatching(problem) }]);
    expect(receive).toBeUndefined();
  });

  test('says how long a pause takes, and fails for one question alone', async () => {
    const { sent, answered, receive } = await serveModel(meanModel());
    receive!({ question: 7, mulaw: null as unknown as Uint8Array<ArrayBuffer> });
    await answered;
    expect(sent).toEqual([
      { type: 'ready', tookMs: expect.any(Number) },
      { type: 'failed', question: 7, problem: expect.any(String) },
    ]);
  });
});

describe('the runtime', () => {
  test('is worth a remark when it is slow, and another where there is a faster one', () => {
    expect(remarksOn(150, 'onnxruntime-web')).toEqual([]);
    expect(remarksOn(151, 'onnxruntime-node')).toEqual([expect.stringMatching(/takes 151 ms .* too late\.$/)]);
    expect(remarksOn(151, 'onnxruntime-web')).toEqual([expect.stringMatching(/; onnxruntime-node is .* as fast\.$/)]);
  });

  test('is the faster of those that are installed', () => {
    expect(installedRuntime(() => {})).toBe('onnxruntime-node');
    expect(installedRuntime()).toBeDefined();
    expect(installedRuntime(createRequire(path.join(tmpdir(), 'nowhere.js')).resolve)).toBeUndefined();
  });
});
