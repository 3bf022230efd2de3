/** A process that is stopped for longer than its lease, and goes on as if nothing had been: it must not act twice. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TEMPLATE } from '../setup.ts';
import { createDatabase } from '../store/engines.ts';
import { ACCOUNT, Served } from './served.ts';
import { TalkingLine } from './talking-line.ts';

const CALL_SID = `CA${'7'.padStart(32, '0')}`;
const preload = new URL('../../torture/preload.ts', import.meta.url).href;
const agent = new URL('./paused-agent.ts', import.meta.url).pathname;
const form = (status: string) => ({
  ...{ CallSid: CALL_SID, AccountSid: ACCOUNT, From: '+15551230001', To: '+15551230000' },
  ...{ CallStatus: status, Direction: 'inbound', ApiVersion: '2010-04-01' },
});

let folder: string;
let database: pg.Client;
let databaseUrl: string;
const served: Served[] = [];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kav-paused-'));
  databaseUrl = await createDatabase(TEMPLATE);
  database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
});
afterEach(async () => {
  await Promise.all(served.splice(0).map((each) => each.close()));
  await database.end();
  rmSync(folder, { recursive: true });
});

async function start(node: string): Promise<Served> {
  const one = new Served([], {
    DATABASE_URL: databaseUrl,
    KAV_NODE: node,
    KAV_AGENT: agent,
    KAV_ENDPOINTING: 'fixed',
    EOU_MS: '150',
    NODE_OPTIONS: `--import ${preload}`,
    PAUSED_EFFECTS: path.join(folder, 'effects'),
  });
  served.push(one);
  await one.answers();
  await one.until((said) => said.includes('NODE_JOINED') && said.includes('SERVER_READY'));
  return one;
}

const effects = (): string => readFileSync(path.join(folder, 'effects'), { encoding: 'utf8', flag: 'a+' });
const rows = async (sql: string): Promise<readonly unknown[]> => (await database.query(sql)).rows;
const lineTo = (to: Served, twiml: string, stream: number): Promise<TalkingLine> =>
  new TalkingLine({ url: to.url, twiml, callSid: CALL_SID, streamSid: `MZ${String(stream).padStart(32, '0')}` }).open();

test('a paused node does nothing more with a call that another has taken over', async () => {
  const [paused, other] = [await start('paused'), await start('other')];
  const opened = await (await paused.post('/webhook/incoming_call', form('ringing'))).text();
  const first = await lineTo(paused, opened, 1);
  await first.hears(/Hello/);
  await expect.poll(() => rows('select heard from turns')).toEqual([{ heard: 'Hello.' }]);

  paused.process.kill('SIGSTOP');
  // It will find these words when it goes on, on a line that nobody has closed.
  first.talker.speak();
  const resumed = await (await other.post('/webhook/stream_ended', form('in-progress'))).text();
  expect(resumed).toContain('<Stream');
  const second = await lineTo(other, resumed, 2);
  await second.hears(/cut off/);
  second.talker.speak();
  await second.hears(/number one/);
  expect(effects()).toBe('other 1\n');
  const leaseIsOver = "select lease_until < now() as over from nodes where node = 'paused'";
  await expect.poll(() => rows(leaseIsOver), { timeout: 30_000, interval: 200 }).toEqual([{ over: true }]);

  paused.process.kill('SIGCONT');
  await first.closed;
  await paused.until((said) => said.includes('"event":"CALL_END"'));
  expect(paused.said).toMatch(/"event":"CALL_MOVED"[^\n]*"call_sid":"CA0+7"/);
  expect(effects(), 'nothing was done a second time').toBe('other 1\n');
  expect(await rows('select state, node, fence from calls')).toEqual([
    { state: 'streaming', node: 'other', fence: '2' },
  ]);

  // The name is its own again, it takes calls again, and the other's call goes on.
  const renewed = "select lease_until > now() as alive from nodes where node = 'paused'";
  await expect.poll(() => rows(renewed), { timeout: 10_000 }).toEqual([{ alive: true }]);
  expect((await fetch(`${paused.url}/readyz`)).status).toBe(200);
  second.talker.speak();
  await second.hears(/number two/);
  second.hangUp();
  await second.closed;
  await other.until((said) => said.includes('"event":"CALL_END"'));
  expect(await (await other.post('/webhook/stream_ended', form('completed'))).status).toBe(204);
  const ended = 'select state, end_reason, ended_fence from calls';
  await expect.poll(() => rows(ended)).toEqual([{ state: 'ended', end_reason: 'caller-hung-up', ended_fence: '2' }]);

  paused.process.kill('SIGTERM');
  expect(await paused.exited).toBe(0);
  expect(effects()).toBe('other 1\nother 2\n');
  expect(await rows(ended)).toEqual([{ state: 'ended', end_reason: 'caller-hung-up', ended_fence: '2' }]);
  const told = "select node, type from events where type in ('tool-effect', 'call-ended') order by node, type";
  expect(await rows(told)).toEqual([
    { node: 'other', type: 'call-ended' },
    { node: 'other', type: 'tool-effect' },
    { node: 'other', type: 'tool-effect' },
  ]);
}, 120_000);
