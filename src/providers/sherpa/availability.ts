import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../../core/errors.ts';
import { configOf, type SherpaModel } from './recogniser.ts';

const PACKAGE = 'sherpa-onnx-node';
/** Large models take many seconds from a cold disk. */
const LOAD_MS = 60_000;

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether the package is there. Loads nothing of it. */
export function isSherpaInstalled(
  resolve: (name: string) => unknown = createRequire(import.meta.url).resolve,
): Availability {
  try {
    resolve(PACKAGE);
    return { ok: true };
  } catch {
    return { ok: false, reason: `sherpa: the package is not installed. Remedy: npm install ${PACKAGE}` };
  }
}

/**
 * Loads the model in a process of its own, because the library ends the whole process over a broken one, from whichever
 * thread it is loaded. Throws `ConfigError`.
 */
export async function tryModel(model: SherpaModel, folder: string): Promise<void> {
  const entry = pathToFileURL(createRequire(import.meta.url).resolve(PACKAGE)).href;
  const config = JSON.stringify(configOf(model));
  const program = `import sherpa from ${JSON.stringify(entry)}; new sherpa.OnlineRecognizer(${config});`;
  const options = { env: {}, timeout: LOAD_MS, killSignal: 'SIGKILL' } as const;
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '--eval', program], options, (error, _stdout, stderr) => {
      if (!error) return resolve();
      const problem = error.killed ? `takes over ${LOAD_MS / 1000} s to load` : `does not load: ${lastLine(stderr)}`;
      const remedy = 'Unpack it again, and check that it is a streaming (online) model.';
      reject(new ConfigError('SHERPA_MODEL', `the model in ${folder} ${problem}`, remedy, error));
    });
  });
}

/** A C++ library dies with `what():  …` on the last lines. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Node.js'));
  const line = lines.findLast((one) => /what\(\)|error|fail/i.test(one)) ?? lines.at(-1) ?? 'no reason given';
  return line.replace(/^\s*what\(\):\s*/, '').replace(/\.\s*$/, '');
}
