/** `kav ledger`: refused facts listed, given to the store again, and dropped. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Served } from '../nodes/served.ts';
import { TEMPLATE } from '../setup.ts';
import { asSuperuser, createDatabase } from '../store/engines.ts';
import { factOf, turn } from '../store/facts.ts';
import { runKav } from './command.ts';

let dataDir: string;
let served: Served | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'kav-ledger-'));
  const folder = path.join(dataDir, 'ledger', 'node-gone');
  await mkdir(folder, { recursive: true });
  const bad = { ...factOf(turn(1, 'a secret')), who: 'nobody' };
  const lines = [factOf(turn(0, 'good')), bad, { nothing: 'of a fact' }, factOf(turn(2, 'good too'))];
  const text = lines.map((fact, sequence) => `${JSON.stringify({ sequence, error: 'does not fit', fact })}\n`).join('');
  await writeFile(path.join(folder, 'refused.jsonl'), text);
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  await rm(dataDir, { recursive: true });
});

interface Listed {
  readonly refused: readonly { readonly id: string; readonly fact: string | null }[];
}

const list = async (): Promise<Listed['refused']> => {
  const { stdout } = await runKav(['ledger', '--json'], { KAV_DATA_DIR: dataDir });
  return (JSON.parse(stdout) as Listed).refused;
};
const factsOf = (listed: Listed['refused']) => listed.map(({ fact }) => fact);

test('on PostgreSQL, whether a server runs or not', async () => {
  const DATABASE_URL = await createDatabase(TEMPLATE);
  const env = { KAV_DATA_DIR: dataDir, DATABASE_URL };
  const listed = await list();
  expect(factsOf(listed)).toEqual(['turn/0', 'turn/1', null, 'turn/2']);
  expect((await runKav(['ledger', 'list', '--words'], env)).stdout).toContain('a secret');
  expect((await runKav(['ledger'], env)).stdout).not.toMatch(/secret|does not fit/);

  const one = await runKav(['ledger', 'retry', listed[0]!.id], env);
  expect([one.code, one.stdout]).toEqual([0, '1 are in the store now.\n']);
  const all = await runKav(['ledger', 'retry', '--json'], env);
  expect(all.code).toBe(1);
  expect(JSON.parse(all.stdout)).toEqual({ applied: [listed[3]!.id], refused: [{ id: listed[1]!.id }] });
  const { rows } = await asSuperuser((client) => client.query('select heard from turns order by key'), DATABASE_URL);
  expect(rows).toEqual([{ heard: 'good' }, { heard: 'good too' }]);

  expect((await runKav(['ledger', 'drop'], env)).code).toBe(2);
  expect((await runKav(['ledger', 'drop', 'unknown'], env)).code).toBe(2);
  expect((await runKav(['ledger', 'drop', listed[1]!.id], env)).stdout).toBe('1 are forgotten.\n');
  expect(factsOf(await list())).toEqual([null]);
  expect((await runKav(['ledger', 'drop', '--all'], env)).code).toBe(0);
  expect(await readdir(path.join(dataDir, 'ledger', 'node-gone'))).toEqual([]);
});

test('with the embedded database, by the server that has it', async () => {
  served = new Served([], { KAV_DATA_DIR: dataDir });
  await served.answers();
  await served.until((said) => said.includes('STORE_READY'));
  const { code, stdout } = await runKav(['ledger', 'retry', '--json'], { KAV_DATA_DIR: dataDir });
  const { applied, refused } = JSON.parse(stdout);
  expect([code, applied.length, refused.length]).toEqual([1, 2, 1]);
  expect(factsOf(await list())).toEqual(['turn/1', null]);
});
