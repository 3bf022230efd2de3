/** What holds of the work after calls, whichever database it runs on. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FactBody } from '../core/fact.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { readRetention, setRetention } from '../store/after-calls/retention.ts';
import { type CrmMessage, TENANT, type World } from './after-calls.fixture.ts';
import { openNodeFiles } from './erasure/node-files.ts';
import { parseObjectKey } from './objects/object-store.ts';
import { ACCOUNT, wavOf } from './recording/media.fixture.ts';

let made = 0;
const callSidOf = (): string => `CA${(made++).toString(16).padStart(32, '0')}`;
const recordingOf = (callSid: string): string => callSid.replace('CA', 'RE');

const opened = (from: string): FactBody => ({
  type: 'call-opened',
  accountSid: ACCOUNT,
  from,
  to: '+97231234567',
  agent: 'Leah',
  language: 'he-IL',
});
const turn = (index: number, who: 'caller' | 'agent', text: string): FactBody => {
  return { type: 'turn', index, who, text, fromMs: index * 1000, toMs: index * 1000 + 900 };
};
const outcome = (index: number, slots: Readonly<Record<string, string>>): FactBody => {
  return { type: 'outcome', index, outcome: { status: 'completed', flow: 'flat-wanted', slots } };
};
const ended: FactBody = { type: 'call-ended', reason: 'caller-hung-up' };
const recorded = (recordingSid: string, url = urlOf(recordingSid)): FactBody => {
  return { type: 'carrier-recording', recordingSid, url, status: 'completed', durationSec: 30 };
};
const urlOf = (recordingSid: string): string =>
  `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Recordings/${recordingSid}`;

export function afterCallsSuite(open: () => Promise<World>): void {
  let world: World;
  beforeAll(async () => {
    world = await open();
  }, 120_000);
  afterAll(() => world.close(), 60_000);

  const toldOf = (callSid: string): readonly CrmMessage[] =>
    world.told.filter(({ data }) => data['call_sid'] === callSid);
  const typesOf = (callSid: string): readonly string[] => toldOf(callSid).map(({ type }) => type);
  const rows = async (sql: string): Promise<readonly Record<string, unknown>[]> =>
    (await world.store.executeSql(sql)).rows;

  /** As if the minute had passed. */
  const upkeep = async (): Promise<void> => {
    await world.store.executeSql("delete from kav_jobs.job where name = 'upkeep'");
    await world.after.jobs.enqueue([{ queue: 'upkeep', payload: {} }]);
  };
  const passesOf = async (erasureId: string): Promise<unknown> =>
    (await rows(`select passes from erasures where erasure_id = '${erasureId}'`))[0]!['passes'];
  const erase = async (number: string) => {
    const asked = await world.after.erase({ tenant: TENANT, number, actor: 'user-1' });
    if (asked.status !== 'asked') throw new Error(asked.status);
    return asked;
  };
  const passed = (erasureId: string, passes: number) =>
    expect.poll(() => passesOf(erasureId), { timeout: 20_000 }).toBe(passes);

  describe('a recording of Twilio', () => {
    test('is brought home once, with its digest, and told of', async () => {
      const callSid = callSidOf();
      const recording = recordingOf(callSid);
      await world.tell(callSid, [opened('+972521111111'), recorded(recording)]);
      await world.tell(callSid, [recorded(recording)]);
      await world.settle();
      expect(world.media.requests.filter(({ url }) => url?.includes(recording))).toHaveLength(1);
      const key = parseObjectKey(`${TENANT}/${callSid}/${recording}.wav`)!;
      const bytes = await buffer((await world.objects.read(key))!);
      expect(bytes.equals(wavOf(5000))).toBe(true);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(await rows(`select * from stored_recordings where call_sid = '${callSid}'`)).toMatchObject([
        { recording_id: recording, object_key: key, sha256, content_type: 'audio/wav' },
      ]);
      expect(toldOf(callSid)).toMatchObject([
        { type: 'recording.ready', data: { recording: { id: recording, bytes: 5000, sha256 } } },
      ]);
      expect(await readdir(path.join(world.folder, 'spool'))).toEqual([]);
    });

    test('of a forged address is never asked for', async () => {
      const callSid = callSidOf();
      const before = world.media.connections();
      await world.tell(callSid, [
        opened('+972521111112'),
        recorded(recordingOf(callSid), 'https://169.254.169.254/latest'),
      ]);
      expect(await world.log.next('JOB_DEAD')).toMatchObject({
        queue: 'recording',
        call_sid: callSid,
        problem: 'RecordingUrl is not the address of a recording',
      });
      expect(world.media.connections()).toBe(before);
      await world.settle();
    });

    test('whose call is not known yet waits for it', async () => {
      const callSid = callSidOf();
      await world.tell(callSid, [recorded(recordingOf(callSid))]);
      expect(await world.log.next('JOB_RETRY', ({ call_sid }) => call_sid === callSid)).toMatchObject({
        problem: 'the account of the call is not known yet',
      });
    });
  });

  describe('a call that is over', () => {
    test('is noted by the model, and the CRM is told in order', async () => {
      const callSid = callSidOf();
      world.say.summary = 'Dana looks for a flat.';
      world.say.lead = { name: 'Mallory', topic: 'a flat' };
      await world.tell(callSid, [
        opened('+972521111113'),
        turn(0, 'agent', 'Hello.'),
        turn(1, 'caller', 'A flat in Haifa.'),
        outcome(1, { name: 'Dana', day: 'monday', time: '10:00' }),
        ended,
      ]);
      await world.settle();
      expect(typesOf(callSid).toSorted()).toEqual([
        'appointment.created',
        'call.ended',
        'lead.created',
        'lead.updated',
      ]);
      const lead = toldOf(callSid).find(({ type }) => type === 'lead.updated')!.data['lead'];
      expect(lead).toMatchObject({
        name: 'Dana',
        fields: { name: 'Dana' },
        fields_by_model: { topic: 'a flat' },
        summary: 'Dana looks for a flat.',
      });
      expect(typesOf(callSid).indexOf('lead.created')).toBeLessThan(typesOf(callSid).indexOf('lead.updated'));
      expect(new Set(world.crmIds).size).toBe(world.crmIds.length);
    });

    test('makes a lead of what only the model found', async () => {
      const callSid = callSidOf();
      world.say.lead = { name: 'Noa', phone: '052-1234567' };
      await world.tell(callSid, [opened('+972521111114'), turn(0, 'caller', 'Noa, call me.'), ended]);
      await world.settle();
      expect(await rows(`select * from leads where call_sid = '${callSid}'`)).toMatchObject([
        { flow: 'notes', status: 'abandoned', name: 'Noa', phone: '052-1234567', contact_number: '+972521111114' },
      ]);
    });

    test('is noted once, however often it is told', async () => {
      const callSid = callSidOf();
      world.say.summary = 'The first.';
      await world.tell(callSid, [opened('+972521111115'), turn(0, 'caller', 'Hello.'), ended]);
      await world.settle();
      world.say.summary = 'The second.';
      await world.tell(callSid, [ended]);
      await upkeep();
      await world.settle();
      expect(await rows(`select summary from call_notes where call_sid = '${callSid}'`)).toEqual([
        { summary: 'The first.' },
      ]);
      expect(typesOf(callSid).filter((type) => type === 'call.ended')).toHaveLength(1);
    });

    test('that nobody asked for is found by the upkeep', async () => {
      const callSid = callSidOf();
      const at = new Date().toISOString();
      const common = { tenant: TENANT, callSid, node: 'node-1', fence: 1, at };
      await world.store.apply([
        { ...opened('+972521111116'), ...common, key: 'call-opened' },
        { ...ended, ...common, key: 'call-ended' },
      ]);
      await upkeep();
      await world.log.next('JOB_DONE', (line) => line['queue'] === 'crm' && line['call_sid'] === callSid);
      expect(typesOf(callSid)).toContain('call.ended');
    });
  });

  describe('retention', () => {
    test('takes what has outlived its days and leaves the rest', async () => {
      const [old, young, silent] = [callSidOf(), callSidOf(), callSidOf()];
      const days = (n: number): Date => new Date(Date.now() - n * 86_400_000);
      const told = (word: string): readonly FactBody[] => [turn(0, 'caller', word), ended];
      world.say.lead = {};
      for (const [callSid, at] of [
        [old, days(31)],
        [young, days(29)],
        [silent, days(91)],
      ] as const) {
        await world.tell(
          callSid,
          [opened('+972521111117'), ...told(`word of ${callSid}`), recorded(recordingOf(callSid))],
          at,
        );
        await writeJournal(world, callSid, 'words');
      }
      await world.settle();
      await world.after.jobs.enqueue([{ queue: 'retention', payload: {} }]);
      await world.log.next('JOB_DONE', ({ queue }) => queue === 'retention');
      const kept = await rows('select call_sid from stored_recordings order by call_sid');
      const recordings = kept.map(({ call_sid }) => call_sid);
      expect([recordings.includes(old), recordings.includes(young), recordings.includes(silent)]).toEqual([
        false,
        true,
        false,
      ]);
      const dump = await world.dump();
      expect([old, young, silent].map((callSid) => dump.includes(`word of ${callSid}`))).toEqual([true, true, false]);
      expect(await readdir(path.join(world.folder, 'journals'))).toEqual([`${old}.jsonl`, `${young}.jsonl`]);
      const objects = (await filesOf(path.join(world.folder, 'objects'))).map(([file]) => file);
      expect(objects.some((file) => file.includes(old))).toBe(false);
    });
  });

  test("a tenant has days of its own, until it takes the operator's again", async () => {
    const { db } = world.store;
    const byDefault = { recordings: 30, transcripts: undefined };
    await setRetention(db, TENANT, { recordings: 7, transcripts: 14 });
    expect(await readRetention(db, byDefault)).toContainEqual({ tenant: TENANT, recordings: 7, transcripts: 14 });
    await setRetention(db, TENANT, { recordings: null, transcripts: null });
    expect(await readRetention(db, byDefault)).toContainEqual({ tenant: TENANT, ...byDefault });
  });

  describe('the erasure of a person', () => {
    const number = '+972529998877';
    const words = ['Rumpelstilzchen', 'nightingale street', number, '972529998877', '0529998877'];

    test('leaves no trace in any table or file, and a report without the number', { timeout: 60_000 }, async () => {
      const callSids = [callSidOf(), callSidOf(), callSidOf()];
      const bystander = callSidOf();
      world.say.lead = { topic: 'nightingale street' };
      world.say.summary = 'Rumpelstilzchen lives in nightingale street.';
      for (const callSid of callSids) await livePerson(callSid);
      await world.settle();
      world.say.lead = {};
      world.say.summary = 'Nothing.';
      await world.tell(bystander, [opened('+972521111118'), turn(0, 'caller', 'A bystander.'), ended]);
      await world.settle();
      expect(await world.dump()).toContain('Rumpelstilzchen');

      const { erasureId, calls } = await erase(number);
      await passed(erasureId, 1);
      expect(calls).toBe(3);
      await expectNoTrace();
      expect(world.copies).toHaveLength(1);
      expect(world.copies[0]).not.toContain('Rumpelstilzchen');
      expect(await world.dump()).toContain('A bystander.');

      const [erasure] = await rows(`select * from erasures where erasure_id = '${erasureId}'`);
      expect(erasure).toMatchObject({ passes: 1, carrier_recordings: [] });
      expect((erasure!['call_sids'] as string[]).toSorted()).toEqual(callSids);
      expect(erasure!['report']).toMatchObject({
        turns: 6,
        events: 21,
        leads: 3,
        contacts: 1,
        objects: 3,
        twilio_recordings: 3,
      });
      expect(await rows(`select files from erasure_nodes where erasure_id = '${erasureId}'`)).toEqual([{ files: 9 }]);
      const audit = await rows("select * from audit where action = 'erasure-done'");
      expect(audit).toMatchObject([{ subject: erasure!['subject_hash'], details: { erasure: erasureId, calls: 3 } }]);
      const deletions = world.media.requests.filter(({ method }) => method === 'DELETE').map(({ url }) => url);
      expect(deletions.toSorted()).toEqual(
        callSids.map((callSid) => `/2010-04-01/Accounts/${ACCOUNT}/Recordings/${recordingOf(callSid)}.json`),
      );

      // Facts that come late: a journal that another node still had.
      await livePerson(callSids[0]!);
      await world.tell(callSids[1]!, [turn(7, 'caller', 'Rumpelstilzchen again')]);
      await world.settle();
      await upkeep();
      await passed(erasureId, 2);
      await expectNoTrace();
    });

    test('is taken up again where a crash broke it off, and adds up', { timeout: 60_000 }, async () => {
      const callSid = callSidOf();
      await livePerson(callSid);
      await world.settle();
      const { erasureId } = await erase(number);
      await passed(erasureId, 1);
      const before = await rows(`select report from erasures where erasure_id = '${erasureId}'`);
      await world.store.executeSql(`update erasures set done_at = null where erasure_id = '${erasureId}'`);
      await upkeep();
      await passed(erasureId, 2);
      const [after] = await rows(`select report, passes from erasures where erasure_id = '${erasureId}'`);
      expect(after).toEqual({ ...before[0], passes: 2 });
      await expectNoTrace();
    });

    test('reaches the files of another node, and those that retention has outlived', async () => {
      const callSid = callSidOf();
      await livePerson(callSid);
      await world.settle();
      const folder = path.join(world.folder, 'other-node');
      await mkdir(folder);
      await writeFile(path.join(folder, `${callSid}.jsonl`), number);
      const clock = new VirtualClock();
      const { store, log } = world;
      const common = { db: store.db, clock, date: () => new Date(), log };
      const places = { node: 'node-2', folders: [folder], wordFolders: [folder], leavings: undefined };
      const other = openNodeFiles({ ...common, places });
      const { erasureId } = await erase(number);
      await passed(erasureId, 1);
      await other.sweep();
      expect(await readdir(folder)).toEqual([]);
      const nodes = await rows(`select node, files from erasure_nodes where erasure_id = '${erasureId}' order by node`);
      expect(nodes).toEqual([
        { node: 'node-1', files: 3 },
        { node: 'node-2', files: 1 },
      ]);
      await writeFile(path.join(folder, `${callSid}.jsonl`), number);
      const again = openNodeFiles({ ...common, places });
      await again.sweep();
      expect(await readdir(folder)).toEqual([]);
      await Promise.all([other.close(), again.close()]);
      expect(clock.alarms).toBe(0);
    });

    test('takes the number out of what others said, and their journals', { timeout: 60_000 }, async () => {
      const [own, other] = [callSidOf(), callSidOf()];
      world.say.summary = 'Wants to be called at 052-999-8877.';
      await livePerson(own);
      await world.tell(other, [
        opened('+972521111119'),
        turn(0, 'caller', 'My brother has 052-999-8877, not 052-999-8878.'),
        {
          type: 'tool-effect',
          index: 0,
          id: '1',
          afterTurns: 1,
          name: 'saveLead',
          arguments: '{"phone":"+972 52 9998877","n":1}',
          result: '{}',
        },
        ended,
      ]);
      await writeJournal(world, other, 'the number in a journal');
      await writeFileOf(world, 'recordings', other, 'a recording');
      await world.settle();
      const { erasureId, mentions } = await erase(number);
      await mentions;
      await expect
        .poll(() => rows(`select done_at is not null as done from erasures where erasure_id = '${erasureId}'`), {
          timeout: 20_000,
        })
        .toEqual([{ done: true }]);
      await expectNoTrace();
      const dump = await world.dump();
      expect(dump).not.toContain('052-999-8877');
      expect(dump).toContain('My brother has [erased], not 052-999-8878.');
      expect(await rows(`select arguments, result from tool_effects where call_sid = '${other}'`)).toEqual([
        { arguments: '{"phone":"[erased]","n":1}', result: '{}' },
      ]);
      expect(await rows(`select mentioned_in, report from erasures where erasure_id = '${erasureId}'`)).toMatchObject([
        { mentioned_in: [other], report: { mentions_in_turns: 1, mentions_in_events: 2, mentions_in_call_notes: 1 } },
      ]);
      const files = (await filesOf(world.folder)).map(([file]) => path.relative(world.folder, file));
      expect(files.filter((file) => file.includes(other))).toEqual([path.join('recordings', `${other}.jsonl`)]);
      await expect.poll(() => typesOf(own)).toContain('call.erased');
      expect(typesOf(other)).not.toContain('call.erased');
    });

    test('finds a call that only a refused fact told of, and takes what the ledger put aside', async () => {
      const [unknown, bystander] = [callSidOf(), callSidOf()];
      const folder = path.join(world.folder, 'ledger', 'node-gone');
      await mkdir(folder, { recursive: true });
      const lineOf = (callSid: string, body: FactBody): string =>
        `${JSON.stringify({ sequence: 1, error: 'no', fact: { ...body, key: 'k', tenant: TENANT, callSid } })}\n`;
      await writeFile(
        path.join(folder, 'refused.jsonl'),
        lineOf(unknown, turn(0, 'caller', 'Rumpelstilzchen')) +
          lineOf(unknown, opened(number)) +
          lineOf(bystander, turn(0, 'caller', 'A bystander.')) +
          '{"torn":"Rumpelst',
      );
      await writeFile(path.join(folder, '000000000001.log.damaged'), 'who knows');
      await world.tell(unknown, [turn(1, 'caller', 'I am Rumpelstilzchen.')]);
      await world.settle();
      const { erasureId } = await erase(number);
      await passed(erasureId, 2);
      await expectNoTrace();
      expect(await readdir(folder)).toEqual(['refused.jsonl']);
      expect(await readFile(path.join(folder, 'refused.jsonl'), 'utf8')).toBe(
        lineOf(bystander, turn(0, 'caller', 'A bystander.')),
      );
      expect(await rows(`select report from erasure_nodes where erasure_id = '${erasureId}'`)).toEqual([
        { report: { refused_facts: 3, damaged_segments: 1 } },
      ]);
    });

    test('refuses a number of the office', async () => {
      expect(await world.after.erase({ tenant: TENANT, number: '+97231234567', actor: 'user-1' })).toEqual({
        status: 'office-number',
      });
    });

    test('of somebody unknown is done, and says that there was nothing', async () => {
      const { erasureId, calls } = await erase('+15550009999');
      await passed(erasureId, 1);
      expect(calls).toBe(0);
      expect(await rows(`select report, passes from erasures where erasure_id = '${erasureId}'`)).toEqual([
        { report: {}, passes: 1 },
      ]);
    });

    async function livePerson(callSid: string): Promise<void> {
      await world.tell(callSid, [
        opened(number),
        turn(0, 'caller', 'I am Rumpelstilzchen, 0529998877.'),
        turn(1, 'agent', 'Of nightingale street?'),
        {
          type: 'tool-effect',
          index: 0,
          id: '1',
          afterTurns: 1,
          name: 'saveLead',
          arguments: '{"name":"Rumpelstilzchen"}',
          result: '{}',
        },
        outcome(1, { name: 'Rumpelstilzchen', phone: '0529998877', day: 'monday', time: '10:00' }),
        recorded(recordingOf(callSid)),
        ended,
      ]);
      for (const folder of ['journals', 'facts', 'recordings'])
        await writeFileOf(world, folder, callSid, `${number} Rumpelstilzchen`);
    }

    async function expectNoTrace(): Promise<void> {
      const dump = (await world.dump()).split('\n');
      expect(dump.filter((line) => words.some((word) => line.includes(word)))).toEqual([]);
      const files = await filesOf(world.folder);
      expect(files.filter(([, text]) => words.some((word) => text.includes(word))).map(([file]) => file)).toEqual([]);
    }
  });

  test('no payload and no log line holds a number or a word', () => {
    const lines = JSON.stringify(world.log.lines.map(({ event, fields }) => [event, { ...fields, pii: undefined }]));
    expect(lines).not.toMatch(/\+972|Rumpelstilzchen|Dana|Haifa/);
  });
}

async function writeFileOf(world: World, folder: string, callSid: string, text: string): Promise<void> {
  await mkdir(path.join(world.folder, folder), { recursive: true });
  await writeFile(path.join(world.folder, folder, `${callSid}.jsonl`), text);
}

const writeJournal = (world: World, callSid: string, text: string) => writeFileOf(world, 'journals', callSid, text);

async function filesOf(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [`${file}`, `${file} ${await readFile(file, 'latin1')}`] as const));
}
