/** A whole world for the work after calls: a real store, Twilio and a CRM on loopback, a brain that is told what to say. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { createRealClock } from '../call/real-clock.ts';
import { type Fact, type FactBody, factKey } from '../core/fact.ts';
import { realDisk } from '../ledger/disk/real-disk.ts';
import type { Brain } from '../providers/contracts.ts';
import { openStore, type Store, type StoreOptions } from '../store/store.ts';
import { type AfterCalls, type AfterCallsOptions, openAfterCalls } from './after-calls.ts';
import { jobsDatabaseOf } from './embedded-database.ts';
import { createTestLog, type TestLog } from './jobs.fixture.ts';
import { createDiskObjects } from './objects/disk.ts';
import type { ObjectStore } from './objects/object-store.ts';
import { MEDIA_LIMITS } from './recording/fetch-media.ts';
import { ACCOUNT, type MediaServer, openMediaServer, wavOf } from './recording/media.fixture.ts';
import { mayBringDue } from './requests.ts';

export const TENANT = 'default';
export const CRM_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

export interface CrmMessage {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface World {
  readonly store: Store;
  readonly after: AfterCalls;
  readonly log: TestLog;
  readonly folder: string;
  readonly objects: ObjectStore;
  readonly media: MediaServer;
  /** What the CRM took, its signatures checked. */
  readonly told: readonly CrmMessage[];
  readonly crmIds: readonly string[];
  /** What the tables held each time that the database's copies were made to forget. */
  readonly copies: readonly string[];
  /** What the model says from now on; a status makes the CRM refuse. */
  readonly say: { summary: string; lead: unknown; crmStatus: number };
  /** Applies facts and has their jobs done. */
  tell(callSid: string, bodies: readonly FactBody[], at?: Date): Promise<void>;
  /** No job runs or waits for its first run. */
  settle(): Promise<void>;
  /** Every row of every table, those of the jobs included. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

export async function openWorld(database: Pick<StoreOptions, 'databaseUrl' | 'snapshot'>): Promise<World> {
  const { databaseUrl } = database;
  const clock = createRealClock();
  const folder = await mkdtemp(path.join(tmpdir(), 'kav-after-'));
  const store = openStore({ clock, ...database });
  await store.ready;
  const say = { summary: 'A short summary.', lead: {} as unknown, crmStatus: 204 };
  const media = await openMediaServer((request, response) => {
    if (request.method === 'DELETE') response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'audio/x-wav' }).end(wavOf(5000));
  });
  const crm = await openCrm(() => say.crmStatus);
  const log = createTestLog();
  const objects = createDiskObjects(path.join(folder, 'objects'));
  const engine: AfterCallsOptions['engine'] =
    databaseUrl === undefined
      ? { kind: 'embedded', database: jobsDatabaseOf(store.db) }
      : { kind: 'postgres', connectionString: databaseUrl };
  const brain = brainThatSays(say);
  const copies: string[] = [];
  const after = openAfterCalls({
    db: store.db,
    engine,
    objects,
    fetcher: { source: media.source, limits: MEDIA_LIMITS, clock },
    authorizationOf: (accountSid) => (accountSid === ACCOUNT ? 'Basic c2VjcmV0' : undefined),
    brain: () => brain,
    language: () => 'en-US',
    crm: { endpoint: { url: crm.url, secrets: [CRM_SECRET] }, clock, date: () => new Date(), version: '0.0.0' },
    retention: { recordings: 30, transcripts: 90 },
    settled: async () => {},
    eraseCopies: async () => {
      copies.push(await dumpOf(store));
      return {};
    },
    erasureKey: Buffer.alloc(32, 9),
    node: 'node-1',
    folders: {
      spool: path.join(folder, 'spool'),
      words: [path.join(folder, 'journals'), path.join(folder, 'facts')],
      recordings: [path.join(folder, 'recordings')],
      objects: path.join(folder, 'objects'),
    },
    leavings: { disk: realDisk, ledgers: path.join(folder, 'ledger') },
    clock,
    date: () => new Date(),
    log,
    metrics: { jobEnded: () => {}, queueDepth: () => {} },
  });
  await after.jobs.ready;
  const settle = async (): Promise<void> => {
    const busy = `select from kav_jobs.job where state = 'active'
      or (state = 'created' and name not like '%-dead' and name <> 'upkeep')`;
    while ((await store.executeSql(busy)).rows.length > 0) await new Promise((next) => setImmediate(next));
  };
  return {
    store,
    after,
    log,
    folder,
    objects,
    media,
    say,
    told: crm.told,
    crmIds: crm.ids,
    copies,
    settle,
    tell: async (callSid, bodies, at = new Date()) => {
      const facts = bodies.map((body, i) => factOf(callSid, body, new Date(at.getTime() + i)));
      await store.apply(facts);
      if (facts.some(mayBringDue)) await after.applied({ tenant: TENANT, callSid });
    },
    dump: () => dumpOf(store),
    close: async () => {
      await after.close();
      await store.close();
      await Promise.all([media.close(), crm.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

function factOf(callSid: string, body: FactBody, at: Date): Fact {
  return { ...body, key: factKey(body), tenant: TENANT, callSid, node: 'node-1', fence: 1, at: at.toISOString() };
}

function brainThatSays(say: World['say']): Brain {
  return {
    name: 'told',
    open: () => ({
      async *respond() {
        yield { type: 'tool-call', id: '1', name: 'note_lead', arguments: JSON.stringify(say.lead) };
      },
      summarize: async () => say.summary,
      close: async () => {},
    }),
    close: async () => {},
  };
}

async function openCrm(status: () => number) {
  const told: CrmMessage[] = [];
  const ids: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const headers = request.headers as IncomingHttpHeaders & Record<string, string>;
    const message = new Webhook(CRM_SECRET).verify(body, headers) as CrmMessage;
    const answer = status();
    if (answer < 300) {
      told.push(message);
      ids.push(headers['webhook-id']!);
    }
    response.writeHead(answer).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    told,
    ids,
    url: new URL(`http://127.0.0.1:${port}/crm`),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function dumpOf({ executeSql }: Store): Promise<string> {
  const tables = await executeSql(
    `select table_schema || '."' || table_name || '"' as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  let text = '';
  for (const { name } of tables.rows as readonly { readonly name: string }[]) {
    const { rows } = await executeSql(`select to_jsonb(t)::text as row from ${name} t`);
    for (const { row } of rows) text += `${name} ${row}\n`;
  }
  return text;
}
