/** `kav ledger`: what the ledgers have set aside for a person to look into. */
import path from 'node:path';
import { ConfigError, NotFoundError } from '../core/errors.ts';
import { listDamaged } from '../ledger/damaged-segments.ts';
import { realDisk } from '../ledger/disk/real-disk.ts';
import { listRefused, type RefusedFact, siftRefused } from '../ledger/refused-facts.ts';
import { parseEnvironment, type RawEnvironment } from './config.ts';
import { LEDGERS_FOLDER } from './data-layout.ts';
import type { Environment } from './environment.ts';
import type { RetryReport } from './errands/perform.ts';
import { runErrand } from './errands/run-errand.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface LedgerOptions {
  readonly all?: boolean;
  readonly words?: boolean;
  readonly json?: boolean;
}

export async function ledger(
  action: string,
  ids: readonly string[],
  options: LedgerOptions,
  raw: RawEnvironment = process.env,
): Promise<ExitCode> {
  const environment = parseEnvironment(raw);
  const folder = path.resolve(environment.KAV_DATA_DIR, LEDGERS_FOLDER);
  const found = await listRefused(realDisk, folder);
  for (const id of ids) {
    if (!found.some((refused) => refused.id === id)) {
      throw new NotFoundError(`the refused fact ${id}`, '`kav ledger` lists those that there are.');
    }
  }
  if (action === 'retry') return await retry(environment, ids, options);
  if (action === 'drop') return await drop(folder, ids, options);
  return await list(folder, found, options);
}

async function list(
  folder: string,
  found: readonly RefusedFact[],
  { json = false, words = false }: LedgerOptions,
): Promise<ExitCode> {
  const damaged = await listDamaged(realDisk, folder);
  const rows = found.map(({ error, fact, id, ledger: name }) => ({
    id,
    ledger: name,
    callSid: fact?.callSid ?? null,
    tenant: fact?.tenant ?? null,
    fact: fact?.key ?? null,
    at: fact?.at ?? null,
    ...(words ? { error, says: fact ?? null } : {}),
  }));
  if (json) {
    console.log(JSON.stringify({ refused: rows, damaged }, undefined, 2));
    return EXIT.ok;
  }
  if (rows.length + damaged.length === 0) console.log('Nothing was refused, and nothing is damaged.');
  for (const row of rows) {
    console.log(`${row.id}  ${row.at ?? '?'}  ${row.callSid ?? 'a torn line'} ${row.fact ?? ''} (${row.ledger})`);
    if (words) console.log(`    ${row.error}\n    ${JSON.stringify(row.says)}`);
  }
  for (const name of damaged) console.log(`damaged: ${name}; what can be read of it is in the store`);
  if (rows.length > 0)
    console.log('`kav ledger retry` gives them to the store again, `kav ledger drop ID` forgets one.');
  return EXIT.ok;
}

async function retry(
  environment: Environment,
  ids: readonly string[],
  { json = false, words = false }: LedgerOptions,
): Promise<ExitCode> {
  const { answer } = await runErrand(environment, { kind: 'retry', ids: [...ids] });
  if (!answer?.ok) {
    console.error(
      `kav: ${answer?.problem ?? 'the server that has the database does not answer; it is done when it does'}`,
    );
    return EXIT.no;
  }
  const { applied, refused } = answer.result as RetryReport;
  // The reason may quote the fact.
  const again = refused.map(({ id, problem }) => (words ? { id, problem } : { id }));
  if (json) console.log(JSON.stringify({ applied, refused: again }, undefined, 2));
  else {
    console.log(`${applied.length} are in the store now.`);
    for (const { id, problem } of refused) console.log(`refused again: ${id}${words ? ` ${problem}` : ''}`);
  }
  return refused.length === 0 ? EXIT.ok : EXIT.no;
}

async function drop(
  folder: string,
  ids: readonly string[],
  { all = false, json = false }: LedgerOptions,
): Promise<ExitCode> {
  if (ids.length === 0 && !all) {
    throw new ConfigError('kav ledger drop', 'no fact is named', 'Name those that may be forgotten, or give --all.');
  }
  const dropped = await siftRefused(realDisk, folder, ({ id }) => !all && !ids.includes(id));
  console.log(json ? JSON.stringify({ dropped }) : `${dropped} are forgotten.`);
  return EXIT.ok;
}
