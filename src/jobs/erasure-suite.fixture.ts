/** What holds of the erasure of a person, whichever database it runs on. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FactBody } from '../core/fact.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { TENANT, type World } from './after-calls.fixture.ts';
import { openNodeFiles } from './erasure/node-files.ts';
import { ACCOUNT } from './recording/media.fixture.ts';
import {
  callSidOf,
  ended,
  filesOf,
  opened,
  outcome,
  recorded,
  recordingOf,
  rowsOf,
  toldOf,
  turn,
  upkeepOf,
  writeFileOf,
  writeJournal,
} from './told-calls.fixture.ts';

export function erasureSuite(open: () => World): void {
  const typesOf = (callSid: string): readonly string[] => toldOf(open(), callSid).map(({ type }) => type);
  const rows = (sql: string) => rowsOf(open(), sql);
  const upkeep = () => upkeepOf(open());
  const passesOf = async (erasureId: string): Promise<unknown> =>
    (await rows(`select passes from erasures where erasure_id = '${erasureId}'`))[0]!['passes'];
  const erase = async (number: string) => {
    const asked = await open().after.erase({ tenant: TENANT, number, actor: 'user-1' });
    if (asked.status !== 'asked') throw new Error(asked.status);
    return asked;
  };
  const passed = (erasureId: string, passes: number) =>
    expect.poll(() => passesOf(erasureId), { timeout: 20_000 }).toBe(passes);

  describe('the erasure of a person', () => {
    const number = '+972529998877';
    const words = ['Rumpelstilzchen', 'nightingale street', number, '972529998877', '0529998877'];

    test('leaves no trace in any table or file, and a report without the number', { timeout: 60_000 }, async () => {
      const callSids = [callSidOf(), callSidOf(), callSidOf()];
      const bystander = callSidOf();
      open().say.lead = { topic: 'nightingale street' };
      open().say.summary = 'Rumpelstilzchen lives in nightingale street.';
      for (const callSid of callSids) await livePerson(callSid);
      await open().settle();
      open().say.lead = {};
      open().say.summary = 'Nothing.';
      await open().tell(bystander, [opened('+972521111118'), turn(0, 'caller', 'A bystander.'), ended]);
      await open().settle();
      expect(await open().dump()).toContain('Rumpelstilzchen');

      const { erasureId, calls } = await erase(number);
      await passed(erasureId, 1);
      expect(calls).toBe(3);
      await expectNoTrace();
      expect(open().copies).toHaveLength(1);
      expect(open().copies[0]).not.toContain('Rumpelstilzchen');
      expect(await open().dump()).toContain('A bystander.');

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
      const deletions = open()
        .media.requests.filter(({ method }) => method === 'DELETE')
        .map(({ url }) => url);
      expect(deletions.toSorted()).toEqual(
        callSids.map((callSid) => `/2010-04-01/Accounts/${ACCOUNT}/Recordings/${recordingOf(callSid)}.json`),
      );

      // Facts that come late: a journal that another node still had.
      await livePerson(callSids[0]!);
      await open().tell(callSids[1]!, [turn(7, 'caller', 'Rumpelstilzchen again')]);
      await open().settle();
      await upkeep();
      await passed(erasureId, 2);
      await expectNoTrace();
    });

    test('is taken up again where a crash broke it off, and adds up', { timeout: 60_000 }, async () => {
      const callSid = callSidOf();
      await livePerson(callSid);
      await open().settle();
      const { erasureId } = await erase(number);
      await passed(erasureId, 1);
      const before = await rows(`select report from erasures where erasure_id = '${erasureId}'`);
      await open().store.executeSql(`update erasures set done_at = null where erasure_id = '${erasureId}'`);
      await upkeep();
      await passed(erasureId, 2);
      const [after] = await rows(`select report, passes from erasures where erasure_id = '${erasureId}'`);
      expect(after).toEqual({ ...before[0], passes: 2 });
      await expectNoTrace();
    });

    test('reaches the files of another node, and those that retention has outlived', async () => {
      const callSid = callSidOf();
      await livePerson(callSid);
      await open().settle();
      const folder = path.join(open().folder, 'other-node');
      await mkdir(folder);
      await writeFile(path.join(folder, `${callSid}.jsonl`), number);
      const clock = new VirtualClock();
      const { store, log } = open();
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
      open().say.summary = 'Wants to be called at 052-999-8877.';
      await livePerson(own);
      await open().tell(other, [
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
      await writeJournal(open(), other, 'the number in a journal');
      await writeFileOf(open(), 'recordings', other, 'a recording');
      await open().settle();
      const { erasureId, mentions } = await erase(number);
      await mentions;
      await expect
        .poll(() => rows(`select done_at is not null as done from erasures where erasure_id = '${erasureId}'`), {
          timeout: 20_000,
        })
        .toEqual([{ done: true }]);
      await expectNoTrace();
      const dump = await open().dump();
      expect(dump).not.toContain('052-999-8877');
      expect(dump).toContain('My brother has [erased], not 052-999-8878.');
      expect(await rows(`select arguments, result from tool_effects where call_sid = '${other}'`)).toEqual([
        { arguments: '{"phone":"[erased]","n":1}', result: '{}' },
      ]);
      expect(await rows(`select mentioned_in, report from erasures where erasure_id = '${erasureId}'`)).toMatchObject([
        { mentioned_in: [other], report: { mentions_in_turns: 1, mentions_in_events: 2, mentions_in_call_notes: 1 } },
      ]);
      const files = (await filesOf(open().folder)).map(([file]) => path.relative(open().folder, file));
      expect(files.filter((file) => file.includes(other))).toEqual([path.join('recordings', `${other}.jsonl`)]);
      await expect.poll(() => typesOf(own)).toContain('call.erased');
      expect(typesOf(other)).not.toContain('call.erased');
    });

    test('finds a call that only a refused fact told of, and takes what the ledger put aside', async () => {
      const [unknown, bystander] = [callSidOf(), callSidOf()];
      const folder = path.join(open().folder, 'ledger', 'node-gone');
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
      await open().tell(unknown, [turn(1, 'caller', 'I am Rumpelstilzchen.')]);
      await open().settle();
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
      expect(await open().after.erase({ tenant: TENANT, number: '+97231234567', actor: 'user-1' })).toEqual({
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
      await open().tell(callSid, [
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
        await writeFileOf(open(), folder, callSid, `${number} Rumpelstilzchen`);
    }

    async function expectNoTrace(): Promise<void> {
      const dump = (await open().dump()).split('\n');
      expect(dump.filter((line) => words.some((word) => line.includes(word)))).toEqual([]);
      const files = await filesOf(open().folder);
      expect(files.filter(([, text]) => words.some((word) => text.includes(word))).map(([file]) => file)).toEqual([]);
    }
  });
}
