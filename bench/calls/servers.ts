/** The servers of the benchmark, each in a process of its own, ready for calls and at rest. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type OwnShare, ownShareOf } from '../own-share.ts';
import { REST_MS, restOf, type Usage } from '../process-usage.ts';

export interface Server {
  readonly pid: number;
  readonly url: string;
  /** Absent for the bare echo server, which has no webhook. */
  readonly authToken?: string;
  /** Where watchers look on, if they can. */
  readonly liveUrl?: string;
  /** What it had used when it came to rest. */
  readonly atRest: Usage;
  /** From the start of the process until then. */
  readonly startMs: number;
}

export interface KavServer extends Server {
  /** Ends the server; resolves with what the journals of its calls say. */
  close(): Promise<OwnShare>;
}

interface Ready {
  readonly url: string;
  readonly liveUrl?: string;
  readonly authToken?: string;
}

const LONGEST_START_MS = 60_000;
/** Nobody listens there. */
const NOWHERE = 'postgres://127.0.0.1:1/kav';

export async function startEcho(profileFolder?: string): Promise<Server & { close(): void }> {
  const { child, server } = await start('../echo-server.ts', {}, 'ignore', profileFolder);
  return { ...server, close: () => child.disconnect() };
}

/** Kav as it is by default, with the embedded database; or with a database that is away. */
export async function startKav(
  isStoreAway: boolean,
  profileFolder?: string,
  file = '../kav-server.ts',
): Promise<KavServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-bench-'));
  const log = openSync(path.join(dataDir, 'log.jsonl'), 'w');
  const environment = {
    PORT: '0',
    HOST: '127.0.0.1',
    KAV_STT: 'fake',
    KAV_BRAIN: 'fake',
    KAV_TTS: 'fake',
    // It hears the same words for ever, as no person says them.
    NO_PERSON_SEC: '0',
    KAV_DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
    KAV_MAX_CALLS: '2000',
    ...(isStoreAway ? { DATABASE_URL: NOWHERE } : {}),
  };
  const { child, server } = await start(file, environment, log, profileFolder);
  const close = async (): Promise<OwnShare> => {
    child.disconnect();
    await once(child, 'exit');
    closeSync(log);
    const share = await ownShareOf(path.join(dataDir, 'journals')).catch(() => ({ answerMs: [], greetingMs: [] }));
    await rm(dataDir, { recursive: true, force: true });
    return share;
  };
  return { ...server, close };
}

/** With a folder for profiles the server leaves its CPU profile there, for the Performance panel of a browser. */
async function start(
  file: string,
  env: NodeJS.ProcessEnv,
  stdout: 'ignore' | number,
  profileFolder: string | undefined,
): Promise<{ readonly child: ChildProcess; readonly server: Server }> {
  const since = performance.now();
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
    execArgv: profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`],
  });
  const [{ authToken, liveUrl, url }] = (await once(child, 'message')) as [Ready];
  const pid = child.pid!;
  const atRest = await restOf(pid, since + LONGEST_START_MS);
  const startMs = performance.now() - since - REST_MS;
  const known = { ...(authToken === undefined ? {} : { authToken }), ...(liveUrl === undefined ? {} : { liveUrl }) };
  return { child, server: { pid, url, ...known, atRest, startMs } };
}
