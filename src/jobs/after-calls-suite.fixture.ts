/** What holds of the work after calls, whichever database it runs on. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FactBody } from '../core/fact.ts';
import { readRetention, setRetention } from '../store/after-calls/retention.ts';
import { TENANT, type World } from './after-calls.fixture.ts';
import { erasureSuite } from './erasure-suite.fixture.ts';
import { parseObjectKey } from './objects/object-store.ts';
import { wavOf } from './recording/media.fixture.ts';
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
  writeJournal,
} from './told-calls.fixture.ts';

export function afterCallsSuite(open: () => Promise<World>): void {
  let world: World;
  beforeAll(async () => {
    world = await open();
  }, 120_000);
  afterAll(() => world.close(), 60_000);

  const typesOf = (callSid: string): readonly string[] => toldOf(world, callSid).map(({ type }) => type);
  const rows = (sql: string) => rowsOf(world, sql);
  const upkeep = () => upkeepOf(world);

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
      expect(toldOf(world, callSid)).toMatchObject([
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
      const lead = toldOf(world, callSid).find(({ type }) => type === 'lead.updated')!.data['lead'];
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

  erasureSuite(() => world);

  test('no payload and no log line holds a number or a word', () => {
    const lines = JSON.stringify(world.log.lines.map(({ event, fields }) => [event, { ...fields, pii: undefined }]));
    expect(lines).not.toMatch(/\+972|Rumpelstilzchen|Dana|Haifa/);
  });
}
