/** Facts of calls as they are told, and files as they lie about, for the suites of the work after calls. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FactBody } from '../core/fact.ts';
import type { CrmMessage, World } from './after-calls.fixture.ts';
import { ACCOUNT } from './recording/media.fixture.ts';

let made = 0;
export const callSidOf = (): string => `CA${(made++).toString(16).padStart(32, '0')}`;
export const recordingOf = (callSid: string): string => callSid.replace('CA', 'RE');

export const opened = (from: string): FactBody => ({
  type: 'call-opened',
  accountSid: ACCOUNT,
  from,
  to: '+97231234567',
  agent: 'Leah',
  language: 'he-IL',
});
export const turn = (index: number, who: 'caller' | 'agent', text: string): FactBody => {
  return { type: 'turn', index, who, text, fromMs: index * 1000, toMs: index * 1000 + 900 };
};
export const outcome = (index: number, slots: Readonly<Record<string, string>>): FactBody => {
  return { type: 'outcome', index, outcome: { status: 'completed', flow: 'flat-wanted', slots } };
};
export const ended: FactBody = { type: 'call-ended', reason: 'caller-hung-up' };
export const recorded = (recordingSid: string, url = urlOf(recordingSid)): FactBody => {
  return { type: 'carrier-recording', recordingSid, url, status: 'completed', durationSec: 30 };
};
const urlOf = (recordingSid: string): string =>
  `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Recordings/${recordingSid}`;

export async function writeFileOf(world: World, folder: string, callSid: string, text: string): Promise<void> {
  await mkdir(path.join(world.folder, folder), { recursive: true });
  await writeFile(path.join(world.folder, folder, `${callSid}.jsonl`), text);
}

export const writeJournal = (world: World, callSid: string, text: string) =>
  writeFileOf(world, 'journals', callSid, text);

export async function filesOf(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [`${file}`, `${file} ${await readFile(file, 'latin1')}`] as const));
}

export const rowsOf = async ({ store }: World, sql: string): Promise<readonly Record<string, unknown>[]> =>
  (await store.executeSql(sql)).rows;

/** What the CRM was told of a call. */
export const toldOf = ({ told }: World, callSid: string): readonly CrmMessage[] =>
  told.filter(({ data }) => data['call_sid'] === callSid);

/** As if the minute had passed. */
export async function upkeepOf({ after, store }: World): Promise<void> {
  await store.executeSql("delete from kav_jobs.job where name = 'upkeep'");
  await after.jobs.enqueue([{ queue: 'upkeep', payload: {} }]);
}
