import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProviderContext } from '../contracts.ts';

/** Where Debian's package pocketsphinx-en-us puts it. */
const DEBIAN_FOLDER = '/usr/share/pocketsphinx/model/en-us';

export interface ModelFiles {
  readonly acousticFolder: string;
  readonly dictionaryFile: string;
  readonly featureFile: string;
}

export function modelFolderOf(env: ProviderContext['env']): string {
  return env['KAV_POCKETSPHINX_MODEL']?.trim() || DEBIAN_FOLDER;
}

/**
 * The acoustic model (the folder itself or its `en-us`) and the dictionary (the folder's `*.dict`). Undefined when
 * either is missing.
 */
export function findModel(folder: string): ModelFiles | undefined {
  const acousticFolder = [path.join(folder, 'en-us'), folder].find((place) => existsSync(path.join(place, 'mdef')));
  const dictionary = existsSync(folder) && readdirSync(folder).find((name) => name.endsWith('.dict'));
  if (acousticFolder === undefined || !dictionary) return undefined;
  const dictionaryFile = path.join(folder, dictionary);
  return { acousticFolder, dictionaryFile, featureFile: featureFileFor(path.join(acousticFolder, 'feat.params')) };
}

/**
 * Debian's model starts every call with the cepstral mean of wide-band speech and adapts too late for a short answer.
 * `telephone.params` is its file with a mean measured on telephone speech (four voices, µ-law, upsampled as we do):
 * 116 instead of 101 of 158 sentences right. A model with other features keeps its own file.
 */
function featureFileFor(ownFile: string): string {
  const telephoneFile = fileURLToPath(new URL('./telephone.params', import.meta.url));
  if (!existsSync(ownFile)) return ownFile;
  return withoutMean(ownFile) === withoutMean(telephoneFile) ? telephoneFile : ownFile;
}

function withoutMean(file: string): string {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('-cmninit'))
    .join('\n');
}
