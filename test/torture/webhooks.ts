/**
 * Spoilt forms with good signatures against a server on PostgreSQL: no fault, no connection but to
 * Twilio's hosts, nothing changed for another tenant, and neither slower nor larger with time. `npm run fuzz:webhooks -- --forms 100000 --seed 1`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Usage, usageOf } from '../../bench/process-usage.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import type { Fact } from '../../src/core/fact.ts';
import { isMediaHost } from '../../src/jobs/recording/media-url.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { startPostgres } from '../services/postgres.ts';
import { VICTIM_ACCOUNT, victimSid } from './forms.ts';
import { postForms } from './post-forms.ts';

const { values } = parseArgs({
  options: { forms: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const count = Number(values.forms);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const VICTIM = 'victim';
const VICTIM_CALLS = 50;
/** From the half on: by then everything is loaded, every call of the forms is known, and the heap has its size. */
const MOST_GROWTH_MB = 64;
const SLOWEST = 0.5;
const DRAIN_MS = 120_000;

function victimFacts(): Fact[] {
  const call = { accountSid: VICTIM_ACCOUNT, from: '+15550000001', to: '+15550000002', agent: 'a', language: 'en-US' };
  return Array.from({ length: VICTIM_CALLS }, (_, n) => ({
    ...call,
    type: 'call-opened',
    key: 'call-opened',
    tenant: VICTIM,
    callSid: victimSid(n),
    node: 'other',
    fence: 0,
    at: '2026-01-01T00:00:00.000Z',
  }));
}

/** Every row of the tenant's, of every table that has tenants. */
async function fingerprint(store: Store, tenant: string): Promise<string> {
  const tables = await store.executeSql(
    `select distinct table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'tenant' order by 1`,
  );
  const prints: string[] = [];
  for (const { name } of tables.rows) {
    const question = `select count(*) as rows, md5(string_agg(t::text, '|' order by t::text)) as print
      from "${name}" t where tenant = $1`;
    const { rows } = await store.executeSql(question, [tenant]);
    prints.push(`${name} ${rows[0]?.['rows']} ${rows[0]?.['print']}`);
  }
  return prints.join('\n');
}

async function tenantsOf(store: Store): Promise<readonly string[]> {
  const { rows } = await store.executeSql('select tenant from tenants order by 1');
  return rows.map(({ tenant }) => String(tenant));
}

/** Until the newest fact has been there for a while. */
async function drained(store: Store): Promise<void> {
  for (let before = -1, until = performance.now() + DRAIN_MS; performance.now() < until; ) {
    const { rows } = await store.executeSql('select count(*) as events from events');
    const events = Number(rows[0]?.['events']);
    if (events === before) return;
    before = events;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
}

/** The only hosts that a recording may be fetched from, by https. */
const isOfTwilio = (connection = ''): boolean => connection.endsWith(':443') && isMediaHost(connection.slice(0, -4));

interface Tenth {
  readonly formsPerSecond: number;
  readonly usage: Usage;
}

const dataDir = mkdtempSync(path.join(tmpdir(), 'kav-fuzz-'));
const postgres = await startPostgres();
const store = openStore({ databaseUrl: postgres.url, clock: createRealClock() });
await store.ready;
await store.apply(victimFacts());
const before = await fingerprint(store, VICTIM);

const server = fork(path.join(import.meta.dirname, 'server.ts'), {
  env: {
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: '0',
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    KAV_DATA_DIR: dataDir,
    KAV_NODE: 'fuzzed',
    KAV_TENANT: 'home',
    KAV_STT: 'fake',
    KAV_BRAIN: 'fake',
    KAV_TTS: 'fake',
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'json',
    DATABASE_URL: postgres.url,
  },
  execArgv: ['--import', path.join(import.meta.dirname, 'no-connections.ts')],
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
let fetches = 0;
const connections: string[] = [];
/**
 * What Twilio told of its streams is logged as an error, and is none of ours. A job for a recording whose address is
 * refused, or that nobody gives us here, ends as a dead letter.
 */
const EXPECTED = /"event":"STREAM_ERROR"|"event":"JOB_DEAD","queue":"recording"/;
const errors: string[] = [];
let deadJobs = 0;
createInterface({ input: server.stdout! }).on('line', (line) => {
  if (line.includes('"event":"JOB_DEAD","queue":"recording"')) deadJobs++;
  if (!EXPECTED.test(line)) errors.push(line.slice(0, 500));
});
const url = await new Promise<string>((resolve, reject) => {
  let address = '';
  server.on('message', (word: { readonly url?: string; readonly ready?: true; readonly connection?: string }) => {
    if (isOfTwilio(word.connection)) fetches++;
    else if (word.connection) connections.push(word.connection);
    address = word.url ?? address;
    if (word.ready) resolve(address);
  });
  server.once('exit', () => reject(new Error(`the server ended: ${errors.join('\n')}`)));
});

const tenths: Tenth[] = [];
let from = performance.now();
const { counts, faults } = await postForms({
  url,
  authToken: AUTH_TOKEN,
  seed,
  count,
  onTenth: (done) => {
    const formsPerSecond = count / 10 / ((performance.now() - from) / 1000);
    from = performance.now();
    tenths.push({ formsPerSecond, usage: usageOf(server.pid!) });
    console.error(`${done} forms, ${Math.round(formsPerSecond)}/s, ${Math.round(tenths.at(-1)!.usage.rssMb)} MB`);
  },
});
await drained(store);
const after = await fingerprint(store, VICTIM);
const tenants = await tenantsOf(store);
const ended = once(server, 'exit');
server.disconnect();
await ended;
await store.close();
await postgres.stop();
rmSync(dataDir, { recursive: true, force: true });

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
const growthMb = tenths.at(-1)!.usage.rssMb - tenths[4]!.usage.rssMb;
const slowing =
  median(tenths.slice(-3).map((t) => t.formsPerSecond)) / median(tenths.slice(0, 3).map((t) => t.formsPerSecond));
const problems = [
  ...faults,
  ...(before === after ? [] : ['rows of another tenant have changed']),
  ...(tenants.join() === `home,${VICTIM}` ? [] : [`tenants: ${tenants.join()}`]),
  ...new Set(connections.map((connection) => `would have connected to ${connection}`)),
  ...(growthMb <= MOST_GROWTH_MB ? [] : [`grew by ${Math.round(growthMb)} MB`]),
  ...(slowing >= SLOWEST ? [] : [`slowed down to ${Math.round(slowing * 100)} %`]),
  ...errors.slice(0, 20).map((line) => `logged: ${line}`),
];
console.log(`${count} forms, seed ${seed}`);
for (const [answer, times] of [...counts].sort()) console.log(`  ${answer.padEnd(44)} ${times}`);
console.log(`  rate at the end beside the beginning ${slowing.toFixed(2)} (${SLOWEST} at least)`);
console.log(`  growth of RSS from the half on ${growthMb.toFixed(0)} MB (${MOST_GROWTH_MB} at most)`);
console.log(`  recordings asked of Twilio's hosts ${fetches}, refused or given up ${deadJobs}`);
console.log(`  connections to anywhere else ${connections.length}, other tenants changed ${before === after ? 0 : 1}`);
for (const problem of problems) console.log(`  PROBLEM ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
