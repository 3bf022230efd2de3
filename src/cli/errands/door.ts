/**
 * How a command reaches the process that has the embedded database, whose folder is locked: it leaves a file in the data
 * directory, which only that process's own user may write, and finds the answer in another. An errand is a file until it is
 * done, so that a process that dies over it does it after its next start.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { nameOf } from '../../jobs/run-job.ts';
import type { Log } from '../../observe/log.ts';
import { type Errand, type ErrandAnswer, parseErrand } from './errand.ts';

const FOLDER = 'errands';
const ERRAND = '.errand.json';
const ANSWER = '.answer.json';
const LOOK_EVERY_MS = 500;

const fileOf = (dataDir: string, id: string, suffix: string): string => path.join(dataDir, FOLDER, `${id}${suffix}`);

/** Resolves with its id. */
export async function leaveErrand(dataDir: string, errand: Errand): Promise<string> {
  const id = randomUUID();
  await mkdir(path.join(dataDir, FOLDER), { recursive: true, mode: 0o700 });
  await writeWhole(fileOf(dataDir, id, ERRAND), JSON.stringify(errand));
  return id;
}

/** Undefined when it has not come within that time: the errand waits on. */
export async function awaitAnswer(
  dataDir: string,
  id: string,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<ErrandAnswer | undefined> {
  const file = fileOf(dataDir, id, ANSWER);
  for (const until = clock.now() + withinMs; ; ) {
    const text = await readIfThere(file);
    if (text !== undefined) {
      await rm(file, { force: true });
      return JSON.parse(text) as ErrandAnswer;
    }
    if (clock.now() >= until) return undefined;
    await new Promise<void>((resolve) => clock.at(clock.now() + LOOK_EVERY_MS, resolve));
  }
}

export interface DoorOptions {
  readonly dataDir: string;
  /** May reject with an error that is worth trying again: the errand is left for later. Aborted when the door closes. */
  readonly perform: (errand: Errand, signal: AbortSignal) => Promise<ErrandAnswer>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Door {
  /** Resolves when the errand under way has ended. Idempotent. */
  close(): Promise<void>;
}

/** Does what is left there, one errand after the other. */
export function openDoor(options: DoorOptions): Door {
  const { clock, dataDir, log } = options;
  const closing = new AbortController();
  let disarm = (): void => {};
  let working = forgetAnswers(dataDir).catch(() => {}); // an answer that nobody fetched holds nothing of anybody

  const next = (): void => {
    disarm = clock.at(clock.now() + LOOK_EVERY_MS, () => {
      working = look(options, closing.signal)
        .catch((error: unknown) => log.warn('JOBS_AWAY', { problem: nameOf(error) }))
        .finally(() => closing.signal.aborted || next());
    });
  };
  next();
  return {
    close: async () => {
      closing.abort();
      disarm();
      await working;
    },
  };
}

type Perform = (errand: Errand) => Promise<ErrandAnswer>;

async function look({ dataDir, perform }: DoorOptions, signal: AbortSignal): Promise<void> {
  const faults: unknown[] = [];
  for (const name of await namesIn(dataDir, ERRAND)) {
    const id = name.slice(0, -ERRAND.length);
    await performOne(id, dataDir, (errand) => perform(errand, signal)).catch((fault: unknown) => faults.push(fault));
  }
  if (faults.length > 0) throw faults[0];
}

async function performOne(id: string, dataDir: string, perform: Perform): Promise<void> {
  const file = fileOf(dataDir, id, ERRAND);
  const answer = await answerTo(await readFile(file, 'utf8'), perform);
  await writeWhole(fileOf(dataDir, id, ANSWER), JSON.stringify(answer));
  await rm(file, { force: true });
}

async function answerTo(text: string, perform: Perform): Promise<ErrandAnswer> {
  let errand: Errand;
  try {
    errand = parseErrand(text);
  } catch {
    return { ok: false, problem: 'this version of Kav knows no such errand' };
  }
  return await perform(errand);
}

async function forgetAnswers(dataDir: string): Promise<void> {
  for (const name of await namesIn(dataDir, ANSWER)) await rm(path.join(dataDir, FOLDER, name), { force: true });
}

async function namesIn(dataDir: string, suffix: string): Promise<readonly string[]> {
  try {
    return (await readdir(path.join(dataDir, FOLDER))).filter((name) => name.endsWith(suffix)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** For its owner's eyes; it has its name only when it is whole. */
async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.draft`, text, { mode: 0o600, flush: true });
  await rename(`${file}.draft`, file);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
