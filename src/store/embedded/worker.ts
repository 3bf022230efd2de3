/** The thread in which PGlite runs: each statement is a synchronous piece of WebAssembly, up to a second of a checkpoint. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type Results } from '@electric-sql/pglite';
import { checkDatabase } from './check-database.ts';
import { readSnapshot, writeSnapshot } from './snapshots.ts';
import { syncFolder } from './sync-folder.ts';
import { yieldToOtherThreads } from './thread-priority.ts';
import type { WorkerProblem, WorkerRequest, WorkerResponse, WorkerResult, WorkerSettings } from './worker-messages.ts';

const settings = workerData as WorkerSettings;
/** Calls come first; on a busy machine this thread still has a quarter of a processor. */
const STEPS_BEHIND = 5;
const NOTHING: WorkerResult = { rows: [], affected: 0, command: '' };

const reply = (response: WorkerResponse, transfer: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(response, transfer);

yieldToOtherThreads(STEPS_BEHIND);
const opening = open();
opening.then(
  () => reply({ type: 'opened' }),
  (error: unknown) => reply({ type: 'failed', problem: problemOf(error) }),
);

parentPort?.on('message', async (request: WorkerRequest) => {
  try {
    const response = await answer(await opening, request);
    reply(response, response.type === 'dumped' ? [response.tar.buffer as ArrayBuffer] : []);
  } catch (error) {
    reply({ type: 'error', id: request.id, problem: problemOf(error) });
  }
  if (request.type === 'close') parentPort?.close();
});

async function open(): Promise<PGlite> {
  const { dataFolder, isSuspect, restoreFrom } = settings;
  const restored = restoreFrom === undefined ? undefined : await readSnapshot(restoreFrom);
  const snapshot = restored ?? settings.snapshot;
  const database = await PGlite.create({
    ...(dataFolder === undefined ? {} : { dataDir: dataFolder }),
    ...(snapshot === undefined ? {} : { loadDataDir: new Blob([snapshot as Uint8Array<ArrayBuffer>]) }),
  });
  if (isSuspect) await checkDatabase(database);
  database.onNotification((channel, payload) => reply({ type: 'notification', channel, payload }));
  return database;
}

async function answer(database: PGlite, request: WorkerRequest): Promise<WorkerResponse> {
  const { id } = request;
  switch (request.type) {
    case 'query':
      return { type: 'result', id, result: resultOf(await database.query(request.sql, [...request.parameters])) };
    case 'script':
      return { type: 'result', id, result: resultOf((await database.exec(request.sql)).at(-1)) };
    case 'dump':
      return { type: 'dumped', id, tar: await dump(database) };
    case 'snapshot':
      await database.exec('checkpoint');
      await writeSnapshot(request.folder, await dump(database), request.keepOlder);
      break;
    case 'sync':
      await sync(database);
      break;
    case 'close':
      await sync(database);
      await database.close();
      if (settings.dataFolder !== undefined) await syncFolder(settings.dataFolder);
      break;
  }
  return { type: 'result', id, result: NOTHING };
}

async function dump(database: PGlite): Promise<Uint8Array> {
  const tar = await database.dumpDataDir('none');
  return new Uint8Array(await tar.arrayBuffer());
}

/** PGlite writes its files and never asks the disk to keep them; so we do. */
async function sync(database: PGlite): Promise<void> {
  if (settings.dataFolder === undefined) return;
  await database.exec('checkpoint');
  await syncFolder(settings.dataFolder);
}

function resultOf(results: Results | undefined): WorkerResult {
  if (!results) return NOTHING;
  const { rows, affectedRows = 0, command = '' } = results as Results & { readonly command?: string };
  return { rows: rows as WorkerResult['rows'], affected: affectedRows, command };
}

function problemOf(error: unknown): WorkerProblem {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint } = error as Error & { readonly code?: unknown; readonly constraint?: unknown };
  return {
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
  };
}
