/** Asks the store, with no server running, what has come of everything that was acknowledged. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRealClock } from '../../src/call/real-clock.ts';
import { parseEnvironment } from '../../src/cli/config.ts';
import { type Keeping, openKeeping } from '../../src/cli/keeping.ts';
import { createLog } from '../../src/observe/pino-log.ts';
import type { Store } from '../../src/store/store.ts';
import { type AcknowledgedFact, nameOf } from './acknowledged.ts';

export interface AuditOptions {
  readonly dataDir: string;
  readonly effectsFile: string;
  readonly databaseUrl?: string;
  readonly acknowledged: readonly AcknowledgedFact[];
  /** What the audit before this one has seen. */
  readonly before?: Sighting;
}

export interface CallSeen {
  readonly state: string;
  readonly fence: number;
  readonly events: number;
}

export interface Sighting {
  readonly calls: ReadonlyMap<string, CallSeen>;
  readonly outbox: number;
}

export interface AuditReport {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly backwards: readonly string[];
  readonly refused: number;
  readonly seen: Sighting;
  readonly events: number;
  readonly drainMs: number;
}

const DRAIN_MS = 120_000;
const OWN = `${path.sep}node-torture${path.sep}`;

export async function audit(options: AuditOptions): Promise<AuditReport> {
  const log = createLog({ level: 'error', pretty: false, pii: false });
  const environment = parseEnvironment({
    KAV_DATA_DIR: options.dataDir,
    KAV_NODE: 'torture',
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
  });
  const from = performance.now();
  const keeping = await openKeeping({ environment, clock: createRealClock(), log });
  try {
    await keeping.store.ready;
    await drained(keeping);
    await othersDrained(path.join(options.dataDir, 'ledger'));
    const drainMs = Math.round(performance.now() - from);
    const found = await findAll(keeping.store);
    const seen = await look(keeping.store);
    return {
      lost: options.acknowledged.map(nameOf).filter((name) => !found.names.has(name)),
      doubled: [...found.doubled, ...doubledEffects(options.effectsFile)],
      backwards: backwards(options.before, seen),
      refused: keeping.ledger.stats().refusedFacts + keeping.ledger.stats().lostFacts,
      seen,
      events: found.events,
      drainMs,
    };
  } finally {
    await keeping.close();
    log.flush();
  }
}

async function drained({ ledger }: Keeping): Promise<void> {
  for (const until = performance.now() + DRAIN_MS; ledger.stats().unapplied > 0; ) {
    if (performance.now() > until) throw new Error(`the ledger is not drained: ${JSON.stringify(ledger.stats())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What other nodes have left is adopted, and its segments go when the store has them. */
async function othersDrained(ledgers: string): Promise<void> {
  const left = (): readonly string[] =>
    globSync(path.join(ledgers, 'node-*', '*.log')).filter((file) => !file.includes(OWN));
  for (const until = performance.now() + DRAIN_MS; left().length > 0; ) {
    if (performance.now() > until) throw new Error(`ledgers are not drained: ${left()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Found {
  readonly names: ReadonlySet<string>;
  readonly doubled: readonly string[];
  readonly events: number;
}

/** Each fact as an event, and as what came of it in the tables that people look at: only both together count. */
async function findAll({ db }: Store): Promise<Found> {
  const keys = await db.selectFrom('events').select(['call_sid', 'key']).execute();
  const events = new Set(keys.map(({ call_sid, key }) => `${call_sid} ${key}`));
  const names = new Set<string>();
  const add = (kind: AcknowledgedFact['kind'], callSid: string, what: string, key: string): void => {
    if (events.has(`${callSid} ${key}`)) names.add(nameOf({ kind, callSid, what, reign: 0 }));
  };
  for (const call of await db.selectFrom('calls').selectAll().execute()) {
    if (call.account_sid !== null) add('call-opened', call.call_sid, '', 'call-opened');
    if (call.state === 'ended') add('call-ended', call.call_sid, '', 'call-ended');
  }
  for (const { call_sid, stream_sid, started_at } of await db.selectFrom('streams').selectAll().execute()) {
    if (started_at !== null) add('stream-started', call_sid, stream_sid, `stream-started/${stream_sid}`);
  }
  for (const { call_sid, heard, key, who } of await db.selectFrom('turns').selectAll().execute()) {
    if (who === 'agent') for (const line of linesOf(heard)) add('turn', call_sid, line, key);
  }
  for (const { call_sid, recording_id, status } of await db.selectFrom('recordings').selectAll().execute()) {
    if (status === 'completed') {
      add('recording', call_sid, recording_id, `carrier-recording/${recording_id}/completed`);
    }
  }
  const effects = new Map<string, number>();
  for (const effect of await db.selectFrom('tool_effects').selectAll().execute()) {
    if (effect.failed) continue;
    const { n } = JSON.parse(effect.arguments) as { readonly n: number };
    add('tool-effect', effect.call_sid, String(n), effect.key);
    const name = `tool-effect ${effect.call_sid} ${n}`;
    effects.set(name, (effects.get(name) ?? 0) + 1);
  }
  const doubled = [...effects]
    .filter(([, count]) => count > 1)
    .map(([name, count]) => `${name} recorded ${count} times`);
  return { names, doubled, events: events.size };
}

/** A turn may hold several lines: what was heard before a stream was lost, and the rest after it. */
function linesOf(heard: string): readonly string[] {
  return [heard, ...heard.split(/(?<=\.)\s+/)];
}

function doubledEffects(file: string): string[] {
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
  const times = new Map<string, number>();
  for (const line of lines) {
    const what = line.split('\t').slice(1).join(' ');
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  return [...times].filter(([, count]) => count > 1).map(([what, count]) => `effect ${what} done ${count} times`);
}

async function look({ db }: Store): Promise<Sighting> {
  const counts = await db
    .selectFrom('events')
    .select(['call_sid', (eb) => eb.fn.countAll<number>().as('events')])
    .groupBy('call_sid')
    .execute();
  const eventsOf = new Map(counts.map(({ call_sid, events }) => [call_sid, Number(events)]));
  const rows = await db.selectFrom('calls').select(['call_sid', 'state', 'fence']).execute();
  const calls = new Map(
    rows.map(({ call_sid, fence, state }) => [
      call_sid,
      { state, fence: Number(fence), events: eventsOf.get(call_sid) ?? 0 },
    ]),
  );
  const head = await db.selectFrom('outbox_heads').select(['position']).executeTakeFirst();
  return { calls, outbox: Number(head?.position ?? 0) };
}

const STATES = ['opened', 'streaming', 'ended'];

function backwards(before: Sighting | undefined, now: Sighting): string[] {
  if (!before) return [];
  const worse: string[] = [];
  if (now.outbox < before.outbox) worse.push(`outbox ${before.outbox} → ${now.outbox}`);
  for (const [callSid, then] of before.calls) {
    const call = now.calls.get(callSid);
    const isWorse =
      !call ||
      call.events < then.events ||
      call.fence < then.fence ||
      (call.fence === then.fence && STATES.indexOf(call.state) < STATES.indexOf(then.state));
    if (isWorse) worse.push(`call ${callSid}: ${JSON.stringify(then)} → ${JSON.stringify(call)}`);
  }
  return worse;
}
