import { globSync } from 'node:fs';
import path from 'node:path';
import { type ReadJournal, readJournal } from '../call/journal.ts';
import { NotFoundError } from '../core/errors.ts';
import { CALL_HASH_LENGTH, hashOfCall } from '../observe/exemplar.ts';
import { parseEnvironment } from './config.ts';

/** The journals of a call, one for each of its streams in order; or the one of a path. */
export async function journalsOf(call: string): Promise<readonly ReadJournal[]> {
  if (CALL_HASH.test(call)) return journalsOf(await callOfHash(call));
  if (!/^CA[0-9a-zA-Z]{2,40}$/.test(call)) return [await readJournal(call)];
  const folder = journalFolder();
  const files = globSync([`${call}.jsonl`, `${call}.*.jsonl`], { cwd: folder }).sort(byAttempt);
  if (files.length === 0) {
    throw new NotFoundError(
      `the journal of ${call}`,
      `It is sought in ${folder}; a path to a journal will do as well.`,
    );
  }
  return Promise.all(files.map((file) => readJournal(path.join(folder, file))));
}

/** What an exemplar of the metrics calls it. */
const CALL_HASH = new RegExp(`^[0-9a-f]{${CALL_HASH_LENGTH}}$`);

async function callOfHash(hash: string): Promise<string> {
  const folder = journalFolder();
  const names = globSync('CA*.jsonl', { cwd: folder }).map((file) => file.split('.', 1)[0]!);
  const found = names.find((callSid) => hashOfCall(callSid) === hash);
  if (found !== undefined) return found;
  throw new NotFoundError(`the call ${hash}`, `Its journal is sought in ${folder}.`);
}

const journalFolder = (): string => path.resolve(parseEnvironment(process.env).KAV_DATA_DIR, 'journals');

const attemptOf = (file: string): number => Number(/\.(\d+)\.jsonl$/.exec(file)?.[1] ?? 1);
const byAttempt = (a: string, b: string): number => attemptOf(a) - attemptOf(b);
