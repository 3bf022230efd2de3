/** One `kav serve` of the benchmark. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const MAIN = new URL('../../src/cli/main.js', import.meta.url).pathname;

export interface NodeSettings {
  readonly name: string;
  readonly databaseUrl: string;
  readonly publicUrl: string;
  readonly authToken: string;
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface BenchNode {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
}

/** Resolves when it takes calls. */
export async function startNode({
  authToken,
  databaseUrl,
  dataDir,
  env = {},
  name,
  publicUrl,
}: NodeSettings): Promise<BenchNode> {
  const fakes = { KAV_STT: 'fake', KAV_BRAIN: 'fake', KAV_TTS: 'fake', KAV_VAD: 'rms' };
  const process_ = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      ...process.env,
      ...fakes,
      KAV_NODE: name,
      KAV_DATA_DIR: path.join(dataDir, name),
      DATABASE_URL: databaseUrl,
      PUBLIC_BASE_URL: publicUrl,
      TWILIO_AUTH_TOKEN: authToken,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const exited = once(process_, 'exit');
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    process_.stderr?.on('data', (piece: Buffer) => {
      said += piece;
      const found = /answers at http:\/\/[\d.]+:(\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void exited.then(() => reject(new Error(`${name} ended: ${said}`)));
  });
  return { name, port, process: process_, exited };
}
