/** A recogniser that reads what the caller is going to say from a list: for tests, and for machines without a real one. */
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext, SpeechToText } from '../contracts.ts';
import { createCannedRecogniser } from './canned-session.ts';

const KEY = 'KAV_SCRIPT';
/** A script is written by hand; anything larger is the wrong file. */
const MAX_LINES = 10_000;

export interface ScriptedOptions {
  /** One caller utterance each. */
  readonly lines: readonly string[];
}

/** The n-th end of speech of each session is answered with the n-th line, later ones with nothing. */
export function createScripted(context: ProviderContext, { lines }: ScriptedOptions): SpeechToText {
  return createCannedRecogniser({
    name: 'scripted',
    caveat: `Recognition is scripted: it does not listen, it reads ${lines.length} lines whatever the caller says.`,
    clock: context.clock,
    textOf: (utterance) => lines[utterance] ?? '',
    finalMs: 0,
  });
}

/** As `createScripted`, with the lines of the file that `KAV_SCRIPT` names. Throws `ConfigError` for a bad file. */
export async function openScripted(context: ProviderContext): Promise<SpeechToText> {
  const path = context.env[KEY];
  if (path === undefined || path.trim() === '') {
    throw new ConfigError(KEY, 'is not set, and recognition is scripted', REMEDY);
  }
  return createScripted(context, { lines: parseScript(await readScript(path)) });
}

const REMEDY = 'Name a text file with one line per caller utterance, or choose another recogniser with KAV_STT.';

/** One utterance per line; blank lines and lines that begin with `#` do not count. */
export function parseScript(text: string): readonly string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length > MAX_LINES) throw new ConfigError(KEY, `has more than ${MAX_LINES} lines`, REMEDY);
  return lines;
}

async function readScript(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(KEY, `${path} cannot be read`, REMEDY, error);
  }
}
