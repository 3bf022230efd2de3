/** Builds the developers' corpus when none is named and its script is there. */
import { execFile } from 'node:child_process';
import { access, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../../src/core/errors.ts';

/** Beside the repository, because the audio's licences are not the repository's. */
const SCRIPT = '../shared/corpus/make-corpus.sh';

/** The folder of the corpus, built under `cacheDir` if it is not there yet. Throws `ConfigError` when it cannot be. */
export async function buildCorpus(repository: string, cacheDir: string): Promise<string> {
  const script = path.resolve(repository, SCRIPT);
  if (!(await exists(script))) {
    throw new ConfigError('--corpus', 'is not given, and there is no script that builds a corpus', NEEDED);
  }
  const folder = path.join(cacheDir, 'caller-corpus');
  if (await isUpToDate(path.join(folder, 'labels.json'), path.dirname(script))) return folder;
  try {
    await promisify(execFile)('bash', [script, folder]);
  } catch (error) {
    const detail = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new ConfigError('--corpus', `is not given, and building one failed: ${detail}`, NEEDED, error);
  }
  return folder;
}

const NEEDED = 'Give --corpus DIR: a folder with labels.json (schema caller-corpus/1, see docs/eval.md) and its audio.';

async function isUpToDate(labels: string, sources: string): Promise<boolean> {
  if (!(await exists(labels))) return false;
  const built = (await stat(labels)).mtimeMs;
  const files = await readdir(sources);
  const changed = await Promise.all(files.map(async (file) => (await stat(path.join(sources, file))).mtimeMs));
  return changed.every((at) => at < built);
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
