import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../core/errors.ts';

export const MODEL_KEY = 'KAV_ENDPOINTING_MODEL';
export const MODEL_REMEDY =
  'Name a folder with smart-turn-v3.2-cpu.onnx, or the like, from https://huggingface.co/pipecat-ai/smart-turn-v3';

/**
 * The file itself, or the best in the folder: of those made for processors, or of all if there is none, the last by name.
 * Throws `ConfigError`.
 */
export async function findModelFile(name: string): Promise<string> {
  const refuse = (problem: string, cause?: unknown) => new ConfigError(MODEL_KEY, problem, MODEL_REMEDY, cause);
  const found = await stat(name).catch((cause: unknown) => {
    throw refuse(`${name} cannot be read`, cause);
  });
  if (!found.isDirectory()) return name;
  const names = await readdir(name).catch((cause: unknown) => {
    throw refuse(`the folder ${name} cannot be read`, cause);
  });
  const models = names.filter((one) => one.endsWith('.onnx')).sort(byVersion);
  const best = models.findLast((one) => /cpu|int8/i.test(one)) ?? models.at(-1);
  if (best === undefined) throw refuse(`there is no .onnx file in ${name}`);
  return path.join(name, best);
}

const byVersion = (one: string, other: string): number => one.localeCompare(other, 'en', { numeric: true });
