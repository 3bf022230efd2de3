/**
 * Kills the server, and PostgreSQL's own processes, hundreds of times under calls, and counts what was acknowledged and is
 * not there afterwards. `npm run torture:crash -- --kills 300 --store both --seed 1`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../services/postgres.ts';
import { type LaneOptions, type LaneReport, runLane } from './lane.ts';
import { strikePostgres } from './postgres-faults.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    callers: { type: 'string', default: '8' },
    audit: { type: 'string', default: '15' },
    store: { type: 'string', default: 'both' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const stores = values.store === 'both' ? ['embedded', 'postgres'] : [values.store];
const folder = mkdtempSync(path.join(tmpdir(), 'kav-torture-'));
const log = (line: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);

function optionsOf(name: string): LaneOptions {
  return {
    name,
    folder: path.join(folder, name),
    seed,
    kills: Math.ceil(Number(values.kills) / stores.length),
    callers: Number(values.callers),
    auditEvery: Number(values.audit),
    log,
  };
}

async function runStore(name: string): Promise<LaneReport> {
  if (name !== 'postgres') return await runLane(optionsOf(name));
  const postgres = await startPostgres();
  try {
    const { url } = postgres;
    return await runLane({
      ...optionsOf(name),
      postgres: { url, strike: (fault) => strikePostgres(postgres, fault) },
    });
  } finally {
    await postgres.stop();
  }
}

function print(report: LaneReport): boolean {
  const kills = [...report.kills].sort(([a], [b]) => a.localeCompare(b));
  console.log(`\n${report.name}: seed ${seed}, ${report.calls} calls, ${report.events} events kept`);
  for (const [kill, count] of kills) console.log(`  killed ${kill.padEnd(28)} ${count}`);
  for (const [point, { armed, reached }] of report.points) {
    console.log(`  point  ${point.padEnd(28)} reached ${reached} of ${armed}`);
  }
  for (const [kind, count] of Object.entries(report.acknowledged)) {
    console.log(`  acknowledged ${kind.padEnd(22)} ${count}`);
  }
  const { answeredLate, backwards, doubled, lost, powerCuts, refused } = report;
  if (answeredLate > 0) console.log(`  answered after 1.5 s, without the disk ${answeredLate}`);
  if (powerCuts > 0) console.log(`  after ${powerCuts} of them the power failed as well, and the database was torn`);
  console.log(`  lost ${lost.length}, doubled ${doubled.length}, backwards ${backwards.length}, refused ${refused}`);
  for (const line of [...lost, ...doubled, ...backwards].slice(0, 40)) console.log(`    ${line}`);
  return lost.length + doubled.length + backwards.length + refused === 0;
}

const reports = await Promise.all(stores.map(runStore));
const isGood = reports.map(print).every(Boolean);
if (values.keep || !isGood) console.log(`the data is in ${folder}`);
else rmSync(folder, { recursive: true, force: true });
process.exitCode = isGood ? 0 : 1;
