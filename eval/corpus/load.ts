/** A corpus in memory: its labels, and the audio of each file, checked against them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../src/core/errors.ts';
import { type LabelledFile, parseLabels } from './labels.ts';

export interface CorpusFile extends LabelledFile {
  /** µ-law, 8000 Hz. */
  readonly audio: Uint8Array;
}

export interface Corpus {
  /** The set's own name, or its folder's. */
  readonly name: string;
  readonly files: readonly CorpusFile[];
  readonly remarks: readonly string[];
}

export interface CorpusChoice {
  /** Only files whose id or category contains one of these. */
  readonly only?: readonly string[];
}

const BYTES_PER_MS = 8;

/** Throws `ConfigError` for labels or audio that do not hold together. */
export async function loadCorpus(folder: string, { only = [] }: CorpusChoice = {}): Promise<Corpus> {
  const source = path.join(folder, 'labels.json');
  const labels = parseLabels((await read(source)).toString(), source);
  const isWanted = ({ id, category }: LabelledFile) =>
    only.length === 0 || only.some((part) => id === part || category.includes(part));
  const wanted = labels.files.filter(isWanted);
  if (wanted.length === 0) throw new ConfigError('--only', `names nothing in ${source}`, 'Give an id or a category.');
  const files = await Promise.all(wanted.map((file) => loadFile(folder, file)));
  return { name: labels.set || path.basename(folder), files, remarks: labels.remarks };
}

async function loadFile(folder: string, file: LabelledFile): Promise<CorpusFile> {
  const source = path.join(folder, file.file);
  const audio = new Uint8Array(await read(source));
  const lengthMs = audio.length / BYTES_PER_MS;
  if (Math.abs(lengthMs - file.durationMs) > 20) {
    throw new ConfigError(source, `is ${lengthMs} ms long, its label says ${file.durationMs}`, REMEDY);
  }
  if (file.sha256 !== undefined && createHash('sha256').update(audio).digest('hex') !== file.sha256) {
    throw new ConfigError(source, 'is not the file that the labels were made for', REMEDY);
  }
  return { ...file, audio };
}

const REMEDY = 'Build the corpus again.';

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ConfigError('--corpus', `${file} cannot be read`, 'Give a folder with labels.json and its audio.', error);
  }
}
