/** A PostgreSQL server of the tests' own: temporary folder, free port, gone afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TestPostgres {
  /** `postgres://…/postgres`, as a superuser. */
  readonly url: string;
  readonly port: number;
  /** Of the process that all others are children of; another one after each start. */
  readonly pid: number;
  /** As if the machine had been switched off; or by another signal, to the first of its processes alone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 30_000;

/** Started as an unprivileged user when we are root, which PostgreSQL refuses to be. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = binaries();
  const user = unprivilegedUser();
  const folder = mkdtempSync(path.join(tmpdir(), 'kav-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const initdb = ['-D', data, '-U', 'kav', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync(path.join(bin, 'initdb'), initdb, { ...user, stdio: 'pipe', cwd: folder });
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 60,
  };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn(path.join(bin, 'postgres'), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    await untilReady(server);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server?.once('exit', resolve));
    server.kill(signal);
    await gone;
  };
  await start();
  return {
    url: `postgres://kav@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return server?.pid ?? -1;
    },
    start,
    kill: (signal = 'SIGQUIT') => end(signal), // at once, without a checkpoint, and with its children
    stop: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function binaries(): string {
  const folders = [
    ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  const found = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(path.join(folder, name))));
  if (found === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  return found;
}

function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: '-u' | '-g') => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string) => reject(new Error(`PostgreSQL ${what}: ${said}`));
    const timer = setTimeout(() => fail('did not start'), START_MS);
    server.once('exit', () => fail('ended'));
    server.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece).slice(-4000);
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
