/** What holds of the people's handlers, whichever database they run on. */
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fact, type FactBody, factKey } from '../../core/fact.ts';
import { listAudit } from '../../store/queries/audit.ts';
import type { Store } from '../../store/store.ts';
import { ended, gathered, newCallSid, OPERATOR, opened } from '../calls/calls.fixture.ts';
import { peopleRoutes } from '../contract/people.ts';
import type { Caller, FileAnswer, Handlers } from '../handler.ts';
import { CSV_LIMITS } from './csv.ts';
import { createPeopleHandlers, type PeopleRoutes } from './handlers.ts';

let tenants = 0;

export function peopleSuite(open: () => Promise<Store>): void {
  let store: Store;
  let people: Handlers<PeopleRoutes>;
  let caller: Caller;
  let language = 'he-IL';
  beforeAll(async () => {
    store = await open();
    people = createPeopleHandlers({ db: store.db, language: () => language });
  }, 120_000);
  afterAll(() => store.close(), 60_000);
  beforeEach(() => {
    language = 'he-IL';
    caller = { ...OPERATOR, tenant: `people-${tenants++}` };
  });

  const tell = async (bodies: readonly FactBody[], at = '2026-11-27T10:00:00.000Z'): Promise<string> => {
    const callSid = newCallSid();
    const stamped = { tenant: caller.tenant, callSid, node: 'n', fence: 1, at };
    await store.apply(bodies.map((body): Fact => ({ ...body, key: factKey(body), ...stamped })));
    return callSid;
  };
  const none = { params: undefined, query: undefined, body: undefined, range: undefined };
  const asked = () => ({ ...none, caller });
  const listed = { before: undefined, limit: 50 };
  const contacts = (query = {}) => people['list-contacts']({ ...asked(), query: { ...listed, ...query } });
  const leads = (query = {}) => people['list-leads']({ ...asked(), query: { ...listed, ...query } });
  const importContacts = (body: string) => people['import-contacts']({ ...asked(), body });
  const importLeads = (body: string) => people['import-leads']({ ...asked(), body });
  const fileOf = async ({ body }: FileAnswer) => (await buffer(body as never)).toString('utf8');
  const actions = async () => (await listAudit(store.db, caller.tenant, { limit: 50 })).map(({ action }) => action);

  describe('contacts', () => {
    test('are found by words of their names and by their numbers, page by page', async () => {
      for (let i = 0; i < 5; i++) {
        await tell([opened(`+97254123000${i}`), gathered({ name: i === 3 ? 'משפחת הלוי' : `Caller ${i}` })]);
      }
      const first = await contacts({ limit: 3 });
      const second = await contacts({ limit: 3, before: first.next! });
      expect(new Set([...first.items, ...second.items].map(({ number }) => number)).size).toBe(5);
      expect(second.next).toBeNull();
      expect((await contacts({ text: 'לוי' })).items).toMatchObject([{ number: '+972541230003' }]);
      expect((await contacts({ text: '054-123 0004' })).items).toMatchObject([{ heardName: 'Caller 4' }]);
      expect((await contacts({ text: '%' })).items).toEqual([]);
    });

    test('have a history, and the office’s own name and note, which are audited without them', async () => {
      const number = '+972541239999';
      const callSid = await tell([opened(number), gathered({ name: 'דנה', day: 'monday', time: '10:00' }), ended]);
      const params = { number };
      const body = { name: 'Dana Levi', note: 'prefers mornings' };
      const { contact } = await people['change-contact']({ ...asked(), params, body });
      expect(contact).toMatchObject({ number, ...body, heardName: 'דנה', calls: 1 });
      const history = await people['read-contact']({ ...asked(), params });
      expect(peopleRoutes['read-contact'].answer.parse(history)).toMatchObject({
        contact: { name: 'Dana Levi' },
        calls: [{ callSid, contactName: 'Dana Levi' }],
        leads: [{ leadId: callSid, stage: 'new' }],
        appointments: [{ day: 'monday', status: 'booked' }],
      });
      const [line] = await listAudit(store.db, caller.tenant, { limit: 1 });
      expect(line).toMatchObject({
        action: 'contact-changed',
        subject: number,
        details: { changed: ['name', 'note'] },
      });
      expect(JSON.stringify(line)).not.toContain('mornings');
      const unknown = { ...asked(), params: { number: '+15005550006' } };
      await expect(people['read-contact'](unknown)).rejects.toMatchObject({ status: 404 });
      await expect(people['change-contact']({ ...unknown, body: { note: 'x' } })).rejects.toMatchObject({
        status: 404,
      });
      const stranger = { ...asked(), caller: { ...caller, tenant: 'a-stranger' }, params };
      await expect(people['read-contact'](stranger)).rejects.toMatchObject({ status: 404 });
    });
  });

  describe('leads', () => {
    test('begin in the first stage, and have the names of the agent’s language', async () => {
      const stages = async () => (await people['list-stages'](asked())).stages;
      expect(await stages()).toMatchObject([{ stage: 'new', label: 'חדש', kind: 'open' }, {}, { kind: 'won' }, {}]);
      language = 'en-US';
      expect(await stages()).toMatchObject([{ label: 'New' }, { label: 'Contacted' }, {}, {}]);
      const own = [
        { stage: 'inbox', label: 'Inbox', kind: 'open' },
        { stage: 'done', label: 'Done', kind: 'won' },
      ] as const;
      await people['set-stages']({ ...asked(), body: { stages: [...own] } });
      expect(await stages()).toEqual(own);
      await tell([opened('+972541230001'), gathered({ name: 'A' })]);
      expect((await leads()).items).toMatchObject([{ stage: 'inbox' }]);
      const gone = people['set-stages']({
        ...asked(),
        body: { stages: [own[1], { ...own[1], stage: 'x', label: 'X' }] },
      });
      await expect(gone).rejects.toMatchObject({ status: 400, fields: { stages: expect.any(String) } });
      const held = people['set-stages']({ ...asked(), body: { stages: [{ ...own[0], stage: 'other' }, own[1]] } });
      await expect(held).rejects.toMatchObject({
        status: 409,
        code: 'stage-in-use',
        fields: { inbox: expect.any(String) },
      });
      expect(await stages()).toEqual(own);
      expect(await actions()).toEqual(['stages-set']);
    });

    test('move through stages, and are called back in time', async () => {
      const late = await tell([opened('+972541230001'), gathered({ name: 'Late' })]);
      const early = await tell([opened('+972541230002'), gathered({ name: 'Early' })]);
      const won = await tell([opened('+972541230003'), gathered({ name: 'Won' })]);
      const change = (leadId: string, body: object) => people['change-lead']({ ...asked(), params: { leadId }, body });
      await change(late, { callBackAt: '2026-11-28T10:00:00Z' });
      await change(early, { callBackAt: '2026-11-27T09:00:00+02:00', note: 'ring twice' });
      await change(won, { callBackAt: '2026-11-20T10:00:00Z', stage: 'won' });
      const callbacks = (before?: string) => people['list-callbacks']({ ...asked(), query: { before, limit: 1 } });
      const first = await callbacks();
      expect(first.items).toMatchObject([{ leadId: early, callBackAt: '2026-11-27T07:00:00.000Z' }]);
      expect((await callbacks(first.next!)).items).toMatchObject([{ leadId: late }]);
      expect((await leads({ stage: 'won' })).items).toMatchObject([{ leadId: won }]);
      expect((await leads({ text: 'twice' })).items).toMatchObject([{ leadId: early }]);
      expect((await change(early, { callBackAt: null })).lead.callBackAt).toBeNull();
      await expect(change(early, { stage: 'nowhere' })).rejects.toMatchObject({
        fields: { stage: expect.any(String) },
      });
      await expect(change(early, { callBackAt: 'soon' })).rejects.toMatchObject({ status: 400 });
      await expect(change('nobody', { note: 'x' })).rejects.toMatchObject({ status: 404 });
    });

    test('agree on appointments, of which the office has the last word', async () => {
      const appointmentId = await tell([opened('+972541230001'), gathered({ day: 'monday', time: '10:00' })]);
      const set = people['change-appointment'];
      await set({ ...asked(), params: { appointmentId }, body: { status: 'done' } });
      const list = (status?: 'done' | 'booked') =>
        people['list-appointments']({ ...asked(), query: { ...listed, status } });
      expect((await list('done')).items).toMatchObject([{ appointmentId, time: '10:00' }]);
      expect((await list('booked')).items).toEqual([]);
      const unknown = set({ ...asked(), params: { appointmentId: 'x' }, body: { status: 'done' } });
      await expect(unknown).rejects.toMatchObject({ status: 404 });
    });
  });

  describe('files', () => {
    test('of contacts come in once, however often, and name the lines that did not', async () => {
      await tell([opened('+972541230001')]); // the office's country
      const file = [
        '\ufeffnumber,Name,note,color',
        '+972541230001,"Levi, Dana","said ""hello""',
        'twice",red',
        "'+972541230002,דוד,",
        '054-1230003,Local,',
        'nonsense,Nobody,',
        '',
        '+972541230002,דוד המלך,',
      ].join('\r\n');
      const answer = await importContacts(file);
      expect(answer).toMatchObject({ added: 2, changed: 1 });
      expect(answer.refused).toMatchObject([{ line: 6, reason: 'has no telephone number' }]);
      expect(await importContacts(file)).toMatchObject({ added: 0, changed: 0 });
      const { items } = await contacts();
      expect(items.find(({ number }) => number === '+972541230001')).toMatchObject({
        name: 'Levi, Dana',
        note: 'said "hello"\ntwice',
        calls: 1,
      });
      expect(items.find(({ number }) => number === '+972541230002')).toMatchObject({ name: 'דוד המלך' });
      expect(items.find(({ number }) => number === '+972541230003')).toMatchObject({ name: 'Local', calls: 0 });
    });

    test('of leads come in once, by stage’s name or id', async () => {
      const file =
        'name;phone;stage;note\r\nדנה;+972541230001;בטיפול;x\r\nDavid;;won;\r\n;;;\r\nEve;123;unheard of;\r\n;;new;y';
      const answer = await importLeads(file);
      expect(answer).toMatchObject({ added: 2, changed: 0 });
      expect(answer.refused.map(({ line }) => line)).toEqual([5, 6]);
      expect(await importLeads(file)).toMatchObject({ added: 0, changed: 0 });
      expect(await importLeads('name,phone,stage\nדנה,+972541230001,lost')).toMatchObject({ added: 0, changed: 1 });
      const { items } = await leads();
      expect(items.map(({ flow, name, stage }) => `${flow} ${name} ${stage}`).sort()).toEqual([
        'import David won',
        'import דנה lost',
      ]);
    });

    test('go out in pages, with a byte order mark, and come in again unchanged', async () => {
      const lines = Array.from({ length: 1_203 }, (_, i) => `+1510555${1000 + i},Name ${i},=1+${i}`);
      expect(await importContacts(['number,name,note', ...lines].join('\n'))).toMatchObject({ added: 1_203 });
      const file = await fileOf(await people['export-contacts'](asked()));
      expect(file.startsWith('\ufeffnumber,name,note')).toBe(true);
      expect(file.split('\r\n')).toHaveLength(1_205);
      expect(file).toContain("'=1+7,");
      expect(file).toContain("'+15105551007,");
      expect(await importContacts(file)).toEqual({ added: 0, changed: 0, refused: [] });
      expect((await contacts({ text: '5105551007' })).items).toMatchObject([{ note: '=1+7' }]);
      await importLeads('name,phone\nA,+15105551000\n@B,');
      const exported = await fileOf(await people['export-leads'](asked()));
      expect(exported).toContain("'@B");
      expect(await importLeads(exported)).toEqual({ added: 0, changed: 0, refused: [] });
      expect(await actions()).toContain('leads-exported');
    });

    test('that are too large, or no such files, are refused whole', async () => {
      const large = importContacts(`number\n${'x'.repeat(CSV_LIMITS.bytes)}`);
      await expect(large).rejects.toMatchObject({ status: 413, code: 'too-large' });
      const long = importContacts(`number\n${'x\n'.repeat(CSV_LIMITS.lines + 1)}`);
      await expect(long).rejects.toMatchObject({ status: 413, code: 'too-many-lines' });
      for (const file of ['', '\ufeff', 'name,note\na,b']) {
        await expect(importContacts(file)).rejects.toMatchObject({
          code: 'columns-missing',
          fields: { number: 'is missing' },
        });
      }
    });

    test('of any content give an answer or a refusal, and what was taken comes back as it was', async () => {
      const cell = fc.string({
        unit: fc.constantFrom('a', 'א', '"', ',', ';', '\n', '\r', "'", '=', '+', '@', ' ', '0', '\0', '💬'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 }), async (rows) => {
          const file = ['number,name,note', ...rows.map((row) => row.join(','))].join('\r\n');
          const answer = await importContacts(file).catch((error: { status?: number }) => error);
          expect(answer).toSatisfy((one: object) => 'added' in one || ('status' in one && one.status === 422));
        }),
        { numRuns: 30 },
      );
      const name = fc.string({
        unit: fc.constantFrom('a', 'א', '"', ',', ';', '\n', '=', '+', '-', '@', '\t', '💬'),
        maxLength: 12,
      });
      await fc.assert(
        fc.asyncProperty(name, name, async (first, second) => {
          const number = '+15105559999';
          const quoted = [first, second].map((one) => `"${one.replaceAll('"', '""')}"`).join(',');
          await importContacts(`number,name,note\r\n${number},${quoted}`);
          const before = (await contacts({ text: number })).items[0]!;
          const file = await fileOf(await people['export-contacts'](asked()));
          for (const line of file.split(/\r\n/).slice(1)) expect(line).not.toMatch(/^[=+\-@\t]/);
          expect(await importContacts(file)).toEqual({ added: 0, changed: 0, refused: [] });
          expect((await contacts({ text: number })).items[0]).toEqual(before);
        }),
        { numRuns: 15 },
      );
    });
  });
}
