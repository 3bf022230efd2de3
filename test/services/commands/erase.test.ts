/** `kav erase` against real servers: with the embedded database, with workers on PostgreSQL, and with no server at all. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Served } from '../nodes/served.ts';
import { TEMPLATE } from '../setup.ts';
import { createDatabase } from '../store/engines.ts';
import { runKav } from './command.ts';

const CALLER = '+15551230001';
const CALL_SID = `CA${'1'.padStart(32, '0')}`;

let dataDir: string;
let served: Served | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'kav-erase-'));
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  await rm(dataDir, { recursive: true });
});

async function serveOneCall(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Served> {
  served = new Served(args, { KAV_DATA_DIR: dataDir, ...env });
  await served.answers();
  await served.until((said) => said.includes('SERVER_READY') && said.includes('STORE_READY'));
  const socket = await served.call(1);
  const closed = once(socket, 'close');
  socket.close(1000);
  await closed;
  await served.until((said) => said.includes('CALL_END'));
  return served;
}

/** Files that still name the call or hold the number, but for the database's own. */
async function traces(): Promise<readonly string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of files.filter((each) => !each.includes(`${path.sep}store${path.sep}`))) {
    const text = await readFile(file, 'latin1').catch(() => '');
    if (file.includes(CALL_SID) || text.includes(CALLER.slice(1))) found.push(path.relative(dataDir, file));
  }
  return found;
}

/** The journal is written behind the call, and the facts are applied behind it. */
const journalOf = () =>
  readdir(path.join(dataDir, 'journals')).then(
    (names) => names.length,
    () => 0,
  );

describe('kav erase', () => {
  test('with a server that has the embedded database, by that server', async () => {
    const { url } = await serveOneCall([], {});
    await expect.poll(journalOf, { timeout: 10_000 }).toBe(1);
    const broken = path.join(dataDir, 'store', 'data.broken-long-ago');
    await mkdir(broken);
    await writeFile(path.join(broken, 'page'), CALLER);
    const { code, stderr, stdout } = await runKav(['erase', CALLER, '--json'], { KAV_DATA_DIR: dataDir });
    expect([code, stderr]).toEqual([0, '']);
    const proof = JSON.parse(stdout);
    expect(proof).toMatchObject({
      done: true,
      by: 'the running server',
      tenant: 'default',
      calls: 1,
      erased: { contacts: 1, old_databases: 1 },
      leftAtTwilio: 0,
      waitingFor: [],
    });
    expect(proof.nodes).toHaveLength(1);
    expect(proof.nodes[0].files).toBeGreaterThan(0);
    expect(stdout + stderr).not.toContain(CALLER.slice(1));
    // The ledger's segment goes within half a minute, once all of it is in the store and in its copy.
    await expect.poll(traces, { timeout: 45_000 }).toEqual([]);
    expect(await readdir(path.join(dataDir, 'store'))).not.toContain('data.broken-long-ago');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const again = await runKav(['erase', CALLER], { KAV_DATA_DIR: dataDir });
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('Erased: 0 calls of the person');
    expect(again.stdout).toContain('Beyond reach:');
  });

  test('with workers on PostgreSQL, by each of them', async () => {
    const DATABASE_URL = await createDatabase(TEMPLATE);
    await serveOneCall(['--workers', '2'], { DATABASE_URL, KAV_NODE: 'box' });
    await expect.poll(journalOf, { timeout: 10_000 }).toBe(1);
    await served!.until((said) => said.split('NODE_JOINED').length > 2);
    const { code, stderr, stdout } = await runKav(['erase', CALLER, '--json'], { KAV_DATA_DIR: dataDir, DATABASE_URL });
    expect([code, stderr]).toEqual([0, '']);
    const proof = JSON.parse(stdout);
    expect(proof).toMatchObject({ done: true, by: 'the nodes', calls: 1, waitingFor: [] });
    expect(proof.nodes.map(({ node }: { readonly node: string }) => node)).toEqual(['box-1', 'box-2']);
    await expect.poll(traces, { timeout: 45_000 }).toEqual([]);
  });

  test.each(['embedded', 'postgres'])('with no server, by itself (%s)', async (kind) => {
    const env: Record<string, string> = kind === 'postgres' ? { DATABASE_URL: await createDatabase(TEMPLATE) } : {};
    const { process: server } = await serveOneCall([], { KAV_NODE: 'box', ...env });
    await expect.poll(journalOf, { timeout: 10_000 }).toBe(1);
    server.kill('SIGTERM');
    await served!.exited;
    const here = { KAV_DATA_DIR: dataDir, KAV_NODE: 'box', ...env };
    const { code, stderr, stdout } = await runKav(['erase', CALLER, '--json'], here);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ done: true, by: 'this command', calls: 1, nodes: [{ node: 'box' }] });
    expect(await traces()).toEqual([]);
  });

  test('of what is no number is refused', async () => {
    const { code, stderr } = await runKav(['erase', '0521234567'], { KAV_DATA_DIR: dataDir });
    expect(code).toBe(2);
    expect(stderr).toContain('is not in E.164');
  });

  test('without a database to be reached is refused', async () => {
    const env = { KAV_DATA_DIR: dataDir, DATABASE_URL: 'postgres://127.0.0.1:1/none' };
    const { code, stderr } = await runKav(['erase', CALLER], env);
    expect(code).toBe(2);
    expect(stderr).toContain('DATABASE_URL: the database does not answer');
  });
});
