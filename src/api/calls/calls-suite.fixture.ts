/** What holds of the calls' handlers, whichever database they run on. */
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LINEAR_TO_MULAW } from '../../audio/mulaw.ts';
import { parseWav } from '../../audio/wav.ts';
import type { FactBody } from '../../core/fact.ts';
import type { World } from '../../jobs/after-calls.fixture.ts';
import { ACCOUNT } from '../../jobs/recording/media.fixture.ts';
import { KEYS } from '../../recording/recording.fixture.ts';
import { keepNotes } from '../../store/after-calls/notes.ts';
import { listAudit } from '../../store/queries/audit.ts';
import { changeContact } from '../../store/queries/contacts.ts';
import { wordsOf } from '../../store/search/words.ts';
import { callRoutes } from '../contract/calls.ts';
import type { FileAnswer, Handlers } from '../handler.ts';
import {
  ASKED,
  ended,
  gathered,
  journalOf,
  newCallSid,
  OPERATOR,
  opened,
  said,
  writeJournal,
  writeRecording,
} from './calls.fixture.ts';
import type { CallRoutes } from './handlers.ts';
import { createCallHandlers } from './handlers.ts';

const COSTS: readonly FactBody[] = ['MZ1', 'MZ2'].map((streamSid) => ({
  type: 'cost',
  streamSid,
  currency: 'USD',
  total: 0.375,
  items: [
    { operation: 'carrier', provider: 'twilio', unit: 'minutes', amount: 1, cost: 0.25 },
    { operation: 'tts', provider: 'google', unit: 'characters', amount: 9, cost: 0.125 },
    { operation: 'stt', provider: 'own', unit: 'seconds', amount: 9 },
  ],
}));

type ListQuery = Parameters<Handlers<'list-calls'>['list-calls']>[0]['query'];

export function callsSuite(open: () => Promise<World>): void {
  let world: World;
  let handlers: Handlers<CallRoutes>;
  let journalFolder: string;
  let root: string;
  beforeAll(async () => {
    world = await open();
    journalFolder = path.join(world.folder, 'journals');
    root = path.join(world.folder, 'recordings');
    handlers = createCallHandlers({
      db: world.store.db,
      version: '0.0.0',
      journalFolder,
      recordings: { root, keys: KEYS },
      afterCalls: () => ({ ...world.after, objects: world.objects }),
    });
  }, 120_000);
  afterAll(() => world.close(), 60_000);

  const tell = async (bodies: readonly FactBody[], at?: Date, callSid = newCallSid()): Promise<string> => {
    await world.tell(callSid, bodies, at);
    return callSid;
  };
  const asked = { caller: OPERATOR, query: undefined, body: undefined, range: undefined };
  const of = (callSid: string) => ({ ...asked, params: { callSid } });
  const list = (query: Partial<ListQuery>, caller = OPERATOR) =>
    handlers['list-calls']({
      ...asked,
      caller,
      params: undefined,
      query: callRoutes['list-calls'].query.parse(query) as ListQuery,
    });
  const sids = async (query: Partial<ListQuery>) => (await list(query)).items.map(({ callSid }) => callSid);
  const bytesOf = async ({ body }: FileAnswer) =>
    typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : buffer(body);

  describe('the list', () => {
    test('finds Hebrew words behind their prefixes, with niqqud or without, and shows where', async () => {
      const first = await tell([opened('+972541230001'), said(0, 'שלום'), said(1, 'אני מתעניין בַּדִּירָה שראיתי, כן')]);
      const second = await tell([opened('+972541230002'), said(1, 'הדירה ברחוב הרצל עוד פנויה?'), ended]);
      await tell([opened('+972541230003'), said(1, 'רציתי לשאול על משכנתא')]);
      expect(await sids({ text: 'דירה' })).toEqual([second, first]);
      expect(await sids({ text: 'הדירה' })).toEqual([second, first]);
      expect(await sids({ text: 'דִּירָה הרצל' })).toEqual([second]);
      expect(await sids({ text: 'דירה משכנתא' })).toEqual([]);
      const { items } = await list({ text: 'דירה' });
      expect(items.map(({ excerpt }) => excerpt)).toEqual([
        '\ue000הדירה\ue001 ברחוב הרצל עוד פנויה?',
        'אני מתעניין \ue000בַּדִּירָה\ue001 שראיתי, כן',
      ]);
    });

    test('finds words of all turns, of the summary and of names, and numbers as people write them', async () => {
      const callSid = await tell([
        opened('+15105550123'),
        said(0, 'Good morning, how can I help?'),
        said(1, 'My GARDENER broke the fountain'),
        gathered({ name: 'Zbigniew', reason: 'fountain' }),
        ended,
      ]);
      await world.settle();
      const notes = { summary: 'Wants a plumber tomorrow.', fields: {} };
      await world.store.db.deleteFrom('call_notes').where('call_sid', '=', callSid).execute();
      await keepNotes(world.store.db, OPERATOR.tenant, callSid, notes, new Date());
      await changeContact(world.store.db, OPERATOR.tenant, { number: '+15105550123', name: 'Krakowska Gallery' });
      for (const words of [
        'gardener',
        'gard',
        'morning fountain',
        'plumber',
        'krakowska',
        'zbigniew',
        '510-555 0123',
      ]) {
        expect(await sids({ text: words }), words).toEqual([callSid]);
      }
      expect(await sids({ text: '"; drop table calls; --' })).toEqual([]);
      expect(await sids({ number: '(510) 555-0123' })).toEqual([callSid]);
      const { items } = await list({ text: 'plumber' });
      expect(items).toMatchObject([
        {
          contactName: 'Krakowska Gallery',
          outcome: 'completed',
          endReason: 'caller-hung-up',
          turns: 2,
          excerpt: 'Wants a \ue000plumber\ue001 tomorrow.',
        },
      ]);
    });

    test('takes any text, and cuts it into words as the database does', async () => {
      const letters = [
        'a',
        'B',
        'ש',
        'ָ',
        'ה',
        '"',
        "'",
        '\\',
        '-',
        '־',
        '״',
        ' ',
        '\t',
        '\n',
        '(',
        '|',
        '&',
        ':',
        '*',
        '!',
        '<',
        '%',
        '_',
        '0',
        '٣',
        '💬',
        '\u200f',
      ];
      const anything = fc.string({ unit: fc.constantFrom(...letters), maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(anything, async (said) => {
          const { rows } = await world.store.executeSql('select tsvector_to_array(kav_words($1)) as words', [said]);
          const words = new Set(wordsOf(said).map(({ word }) => word));
          expect(new Set(rows[0]!['words'] as string[])).toEqual(words);
          expect(await list({ text: said })).toMatchObject({ items: expect.any(Array) });
        }),
        { numRuns: 60 },
      );
    });

    test('is cut into pages that miss nothing and repeat nothing, also for calls of one instant', async () => {
      const at = new Date('2025-01-01T00:00:00.000Z');
      const made: string[] = [];
      for (let i = 0; i < 7; i++) made.push(await tell([opened('+972541239999', 'Pages')], at));
      await world.store.executeSql(
        `update calls set opened_at = '2025-01-01 00:00:00.123456+00' where agent = 'Pages'`,
      );
      const seen: string[] = [];
      for (let before: string | null = null; ; ) {
        const page = await list({ agent: 'Pages', limit: 3, ...(before === null ? {} : { before }) });
        seen.push(...page.items.map(({ callSid }) => callSid));
        before = page.next;
        if (before === null) break;
      }
      expect(seen).toEqual(made.toSorted().reverse());
      await expect(list({ before: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ status: 400, code: 'invalid' });
    });

    test('keeps to outcome, end, agent and dates, and to the tenant', async () => {
      const at = new Date('2024-05-01T10:00:00.000Z');
      const callSid = await tell([opened('+972541231111', 'Filters'), said(1, 'filterword'), ended], at);
      const found = (query: Partial<ListQuery>) => sids({ agent: 'Filters', ...query });
      expect(await found({ outcome: 'none' })).toEqual([callSid]);
      expect(await found({ outcome: 'completed' })).toEqual([]);
      expect(await found({ endReason: 'caller-hung-up' })).toEqual([callSid]);
      expect(await found({ endReason: 'time-limit' })).toEqual([]);
      expect(await found({ from: '2024-05-01', to: '2024-05-02' })).toEqual([callSid]);
      expect(await found({ from: '2024-05-01T10:00:01Z' })).toEqual([]);
      await expect(list({ from: 'yesterday' })).rejects.toMatchObject({ fields: { from: expect.any(String) } });
      const stranger = { ...OPERATOR, tenant: 'other' };
      expect(await list({ text: 'filterword' }, stranger)).toEqual({ items: [], next: null });
      await expect(handlers['read-call']({ ...of(callSid), caller: stranger })).rejects.toMatchObject({ status: 404 });
      for (const route of ['read-story', 'read-peaks', 'read-audio', 'read-journal', 'redact-call'] as const) {
        await expect(handlers[route]({ ...of(callSid), caller: stranger }), route).rejects.toMatchObject({
          status: 404,
          code: 'not-found',
        });
      }
    });
  });

  describe('a call', () => {
    test('is read with its turns, tools, streams and what it gathered', async () => {
      const streamSid = `MZ${'0'.repeat(32)}`;
      const callSid = await tell([
        opened('+972541232222'),
        { type: 'stream-started', streamSid, attempt: 1 },
        said(0, 'שלום'),
        { ...said(1, 'תור'), interrupted: true, intended: 'תור למחר' } as FactBody,
        { type: 'tool-effect', index: 0, id: 't', afterTurns: 2, name: 'save', arguments: '{}', result: 'ok' },
        { type: 'consent', index: 0, subject: 'recording', given: true },
        gathered({ name: 'דנה' }),
        ...COSTS,
        { type: 'stream-ended', streamSid, reason: 'caller-hung-up' },
        ended,
      ]);
      const page = await handlers['read-call'](of(callSid));
      expect(callRoutes['read-call'].answer.parse(page)).toMatchObject({
        call: { callSid, state: 'ended', contactName: 'דנה', turns: 2, hasRecording: false },
        turns: [
          { who: 'agent', text: 'שלום' },
          { who: 'caller', intended: 'תור למחר', interrupted: true },
        ],
        tools: [{ name: 'save', afterTurns: 2, failed: false }],
        streams: [{ streamSid, attempt: 1, endReason: 'caller-hung-up' }],
        slots: { name: 'דנה' },
        consent: true,
        leadId: callSid,
        contactNumber: '+972541232222',
        recording: null,
        hasJournal: false,
        cost: {
          currency: 'USD',
          total: 0.75,
          parts: [
            { name: 'twilio', amount: 0.5 },
            { name: 'tts: google', amount: 0.25 },
          ],
        },
        redactedAt: null,
      });
    });

    test('has the story of all its streams on one axis', async () => {
      const callSid = await tell([opened('+972541233333'), ended]);
      await expect(handlers['read-story'](of(callSid))).rejects.toMatchObject({ code: 'journal-elsewhere' });
      await writeJournal(journalFolder, callSid, journalOf(callSid, ASKED));
      const second = journalOf(callSid, ASKED, { attempt: 2, startedAt: '2026-11-27T10:00:10.000Z' });
      await writeJournal(journalFolder, `${callSid}.2`, second);
      const story = await handlers['read-story'](of(callSid));
      callRoutes['read-story'].answer.parse(story);
      expect(story.durationMs).toBe(14_000);
      expect(story.speech).toEqual([
        { fromMs: 900, toMs: 2_000 },
        { fromMs: 10_900, toMs: 12_000 },
      ]);
      let at = 0;
      for (const { fromMs, toMs } of story.states) {
        expect(fromMs).toBe(at);
        at = toMs;
      }
      expect(at).toBe(14_000);
      expect(story.tools).toContainEqual({ name: 'findFlat', failed: false, fromMs: 2_500, toMs: 2_700 });
      expect(story.replies[1]).toMatchObject({ kind: 'answer', said: 'is the flat on Herzl street free' });
      expect(story.replies[1]!.sentences.map(({ text: told }) => told).join()).toContain('Decision');
      const journal = await handlers['read-journal'](of(callSid));
      expect(
        (await text(journal.body as never)).split('\n').filter((line) => line.includes('"journal":1')),
      ).toHaveLength(2);
    });

    test('has a bundle in which no word, name or number is left', async () => {
      const canaries = ['Xanadu', 'קנרית', '7654321', 'Ozymandias', 'pelican'];
      const callSid = await tell([
        opened('+97257654321', 'Ozymandias'),
        said(0, 'Xanadu קנרית'),
        said(1, 'my number is 057 7654321'),
        gathered({ name: 'Ozymandias', reason: 'pelican', pelican: 'pelican' }),
        {
          type: 'tool-effect',
          index: 0,
          id: 't',
          afterTurns: 1,
          name: 'pelican',
          arguments: '{"a":"Xanadu"}',
          result: 'x',
        },
        ended,
      ]);
      const events = ASKED.map((event) =>
        JSON.parse(JSON.stringify(event).replaceAll('Herzl', 'Xanadu').replaceAll('Hello', 'קנרית pelican')),
      );
      events.splice(7, 0, { type: 'digit', digit: '7', at: 1_150 });
      events.splice(8, 0, {
        type: 'outcome',
        outcome: { status: 'completed', flow: 'pelican', slots: { reason: 'pelican', type: 'Xanadu' } },
        at: 1_160,
      });
      await writeJournal(
        journalFolder,
        callSid,
        journalOf(callSid, events, { from: '+97257654321', agent: 'Ozymandias' }),
      );
      const bundle = String((await handlers['read-bundle'](of(callSid))).body);
      for (const canary of canaries) expect(bundle, canary).not.toContain(canary);
      const parsed = JSON.parse(bundle) as { journals: { entries: { event: { type: string; digit?: string } }[] }[] };
      expect(parsed).toMatchObject({
        schema: 'kav-bundle/1',
        call: { callSid, state: 'ended', from: '+00000000000' },
        turns: [{ who: 'agent', text: 'xxxxxx אאאאא' }, { who: 'caller' }],
      });
      const entries = parsed.journals[0]!.entries.map(({ event }) => event);
      expect(entries.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
      expect(entries.find(({ type }) => type === 'digit')).toMatchObject({ digit: '0' });
    });
  });

  describe('a recording of our own', () => {
    const LOUD = LINEAR_TO_MULAW[16_384]!;
    const QUIET = LINEAR_TO_MULAW[0]!;
    let callSid: string;
    beforeAll(async () => {
      callSid = newCallSid();
      const openedAt = new Date('2026-10-31T23:59:00.000Z');
      const segments = await writeRecording(root, { callSid, keys: KEYS, openedAt }, [
        { fromMs: 0, toMs: 1_000, caller: LOUD, agent: QUIET },
        { fromMs: 1_500, toMs: 2_500, caller: QUIET, agent: LOUD },
      ]);
      await tell([opened('+972541234444'), ...segments, ended], openedAt, callSid);
    });

    test('is one WAV file, in whole and in any part', async () => {
      const whole = await handlers['read-audio'](of(callSid));
      const bytes = await bytesOf(whole);
      expect(bytes.length).toBe(whole.bytes);
      const wav = parseWav(bytes);
      expect(wav).toMatchObject({ sampleRateHz: 8_000 });
      expect(wav.channels.map((channel) => channel.length)).toEqual([20_000, 20_000]);
      for (const [from, to] of [
        [0, 10],
        [40, 80],
        [58, 58],
        [15_000, 26_000],
        [39_000, bytes.length - 1],
      ] as const) {
        const part = await handlers['read-audio']({ ...of(callSid), range: `bytes=${from}-${to}` });
        expect(part.part).toEqual({ from, to });
        expect((await bytesOf(part)).equals(bytes.subarray(from, to + 1)), `${from}-${to}`).toBe(true);
      }
      const end = await handlers['read-audio']({ ...of(callSid), range: 'bytes=-100' });
      expect((await bytesOf(end)).equals(bytes.subarray(-100))).toBe(true);
    });

    test('has a waveform of both sides', async () => {
      const peaks = await handlers['read-peaks'](of(callSid));
      expect(peaks).toMatchObject({ durationMs: 2_500, perSecond: 50 });
      expect(peaks.caller).toHaveLength(125);
      expect(peaks.caller[10]).toBeCloseTo(0.5, 1);
      expect(peaks.agent[10]).toBe(0);
      expect(peaks.caller[60]).toBe(0);
      expect(peaks.agent[100]).toBeCloseTo(0.5, 1);
      expect(await handlers['read-peaks'](of(callSid))).toBe(peaks);
    });

    test('is told of on the page', async () => {
      expect(await handlers['read-call'](of(callSid))).toMatchObject({
        call: { hasRecording: true },
        recording: { durationMs: 2_500, source: 'own' },
      });
    });
  });

  test('a recording of the carrier is served from where it rests', async () => {
    const recordingSid = `RE${'c'.repeat(32)}`;
    const url = `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Recordings/${recordingSid}`;
    const callSid = await tell([
      { ...opened('+972541235555'), accountSid: ACCOUNT } as FactBody,
      { type: 'carrier-recording', recordingSid, url, status: 'completed', durationSec: 3 },
      ended,
    ]);
    await world.settle();
    const whole = await handlers['read-audio'](of(callSid));
    const bytes = await bytesOf(whole);
    expect(bytes.length).toBe(whole.bytes);
    const part = await handlers['read-audio']({ ...of(callSid), range: 'bytes=100-' });
    expect((await bytesOf(part)).equals(bytes.subarray(100))).toBe(true);
    expect(await handlers['read-call'](of(callSid))).toMatchObject({
      recording: { durationMs: 3_000, source: 'carrier' },
    });
  });

  test('a redacted call keeps that it took place, and nothing of what was said', async () => {
    const openedAt = new Date('2026-11-01T10:00:00.000Z');
    const callSid = newCallSid();
    const segment = { fromMs: 0, toMs: 1_000, caller: 0, agent: 0 };
    const recorded = await writeRecording(root, { callSid, keys: KEYS, openedAt }, [segment]);
    await tell([opened('+972541236666'), said(1, 'secretword')], openedAt, callSid);
    await expect(handlers['redact-call'](of(callSid))).rejects.toMatchObject({ status: 409, code: 'call-live' });
    await tell([...recorded, gathered({ name: 'Amos' }), ended], openedAt, callSid);
    await writeJournal(journalFolder, callSid, journalOf(callSid, ASKED));
    await world.settle();
    expect(await handlers['redact-call'](of(callSid))).toEqual({ ok: true });
    // Whether or not the job has been at it.
    expect(await handlers['read-call'](of(callSid))).toMatchObject({ turns: [], recording: null, hasJournal: false });
    for (const route of ['read-story', 'read-journal', 'read-peaks', 'read-audio'] as const) {
      await expect(handlers[route](of(callSid)), route).rejects.toMatchObject({ status: 404 });
    }
    await world.settle();
    expect(await sids({ text: 'secretword' })).toEqual([]);
    const page = await handlers['read-call'](of(callSid));
    expect(page).toMatchObject({
      call: { callSid, from: '+972541236666', contactName: 'Amos', turns: 0, hasRecording: false },
      hasJournal: false,
      leadId: callSid,
      redactedAt: expect.any(String),
    });
    await expect(handlers['read-audio'](of(callSid))).rejects.toMatchObject({ code: 'no-recording' });
    const [line] = await listAudit(world.store.db, OPERATOR.tenant, { limit: 50 }).then((lines) =>
      lines.filter(({ action }) => action === 'call-redacted'),
    );
    expect(line).toMatchObject({ actor: OPERATOR.actor, subject: callSid });
    const { items } = await handlers['list-erasures']({ ...asked, params: undefined, query: { limit: 50 } });
    callRoutes['list-erasures'].answer.parse({ items, next: null });
    expect(items[0]).toMatchObject({ calls: 1, doneAt: expect.any(String), report: { turns: 1, recordings: 1 } });
  });

  test('a person is erased everywhere, and the proof stands in the list', async () => {
    const number = '+972541237777';
    await tell([opened(number), said(1, 'forgetme'), ended]);
    await world.settle();
    const { calls, erasureId } = await handlers.erase({ ...asked, params: undefined, body: { number } });
    expect(calls).toBe(1);
    await world.settle();
    expect(await sids({ text: 'forgetme' })).toEqual([]);
    const { items } = await handlers['list-erasures']({ ...asked, params: undefined, query: { limit: 1 } });
    expect(items).toMatchObject([{ erasureId, requestedBy: OPERATOR.actor, nodes: [{ node: 'node-1' }] }]);
  });
}
