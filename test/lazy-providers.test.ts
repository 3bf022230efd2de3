/** What is not configured is not loaded: the packages of vendors that nobody chose cost nothing, not even a millisecond. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meanModel } from '../src/endpointing-model/models.fixture.ts';

const run = promisify(execFile);

const PROBE = new URL('loaded-packages.ts', import.meta.url).pathname;
const PROBE_MS = 60_000;

const VENDOR_PACKAGES = [
  'openai',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/exporter-trace-otlp-http',
  '@google-cloud/speech',
  '@google-cloud/text-to-speech',
  '@grpc/grpc-js',
  '@anthropic-ai/sdk',
  '@google/genai',
  'sherpa-onnx-node',
  'koffi',
  'onnxruntime-node',
  'onnxruntime-web',
];

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'kav-lazy-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

async function loadedBy(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [PROBE], {
    timeout: PROBE_MS,
    env: {
      PATH: process.env['PATH'],
      KAV_DATA_DIR: dataDir,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      ...env,
    },
  });
  return JSON.parse(stdout) as readonly string[];
}

describe('a server loads', () => {
  test('no vendor with local providers', async () => {
    const loaded = await loadedBy({ KAV_STT: 'fake', KAV_BRAIN: 'fake', KAV_TTS: 'fake' });
    expect(loaded).toContain('fastify');
    expect(VENDOR_PACKAGES.filter((name) => loaded.includes(name))).toEqual([]);
  });

  test('the runtime of a model outside its own thread as little', async () => {
    const folder = path.join(dataDir, 'model');
    await mkdir(folder);
    await writeFile(path.join(folder, 'model.onnx'), meanModel());
    const local = { KAV_STT: 'fake', KAV_BRAIN: 'fake', KAV_TTS: 'fake' };
    const loaded = await loadedBy({ ...local, KAV_ENDPOINTING_MODEL: folder });
    expect(VENDOR_PACKAGES.filter((name) => loaded.includes(name))).toEqual([]);
    await expect(loadedBy({ ...local, KAV_ENDPOINTING_MODEL: dataDir })).rejects.toThrow(
      /ConfigError: KAV_ENDPOINTING_MODEL: there is no \.onnx file in/,
    );
  });

  test('the vendor that was chosen, and no other', async () => {
    const loaded = await loadedBy({
      KAV_STT: 'fake',
      KAV_BRAIN: 'openai',
      KAV_TTS: 'fake',
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    });
    expect(VENDOR_PACKAGES.filter((name) => loaded.includes(name))).toEqual(['openai']);
  });
});
