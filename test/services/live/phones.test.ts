/** Calls from browsers, announced on one node and begun on whichever the browser reaches. */
import { describe, expect, test } from 'vitest';
import { createPhoneHandlers } from '../../../src/api/phone/handlers.ts';
import { Phones } from '../../../src/api/phone/phones.ts';
import type { IncomingCall } from '../../../src/call/desk.ts';
import { keepLog, MemoryDesk } from '../../../src/server/server.fixture.ts';
import { ENGINES, newTenant, useStore } from '../store/engines.ts';

describe.each(ENGINES)('a telephone in the browser, with %s', (engine) => {
  const held = useStore(engine);

  function phonesOf(tenant: string) {
    const desk = new MemoryDesk();
    const prepared: number[] = [];
    const phones = new Phones({
      store: held.store,
      desk,
      tenant,
      accountSid: undefined,
      log: keepLog().log,
      prepareVersion: async (version) => {
        prepared.push(version);
        return version <= 2;
      },
    });
    const handlers = createPhoneHandlers({ phones, tenant, agentName: 'Leah' });
    const caller = { tenant, actor: 'ann@office', userId: 'u7', role: 'operator', sessionHash: 'h' } as const;
    const open = (name = 'Leah', version?: number) =>
      handlers['open-phone']({
        caller,
        params: { name },
        query: undefined,
        body: version === undefined ? {} : { version },
        range: undefined,
      });
    return { desk, open, phones, prepared };
  }

  test('is announced as a call of its user, with what the browser needs', async () => {
    const { desk, open } = phonesOf(newTenant());
    const opened = await open('Leah', 2);
    expect(opened).toMatchObject({
      callSid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      accountSid: `AC${'0'.repeat(32)}`,
      streamSid: expect.stringMatching(/^MZ[0-9a-f]{32}$/),
      path: '/ws/twilio-media',
      protocols: ['audio.twilio.com', expect.stringMatching(/^kav\.phone\.CA[0-9a-f]{32}\.2\.[\w-]{43}$/)],
      parameters: { call_sid: opened.callSid, token: expect.any(String) },
    });
    const [call] = desk.opened as readonly IncomingCall[];
    expect(call).toMatchObject({ callSid: opened.callSid, from: 'client:u7', version: 2 });
  });

  test('has a proof that is good once, on any node of its tenant and no other', async () => {
    const tenant = newTenant();
    const [one, two, stranger] = [phonesOf(tenant), phonesOf(tenant), phonesOf(newTenant())];
    const { callSid, protocols } = await one.open();
    const proof = protocols[1]!;
    expect(await stranger.phones.admit(proof)).toBeUndefined();
    const admitted = await Promise.all([one, two, one, two].map(({ phones }) => phones.admit(proof)));
    expect(admitted.filter((sid) => sid === callSid)).toHaveLength(1);
    expect(admitted.filter((sid) => sid === undefined)).toHaveLength(3);
  });

  test('brings the version that it tries to the node that it reaches', async () => {
    const tenant = newTenant();
    const [one, two] = [phonesOf(tenant), phonesOf(tenant)];
    const { callSid, protocols } = await one.open('Leah', 1);
    expect(await two.phones.admit(protocols[1]!)).toBe(callSid);
    expect(two.prepared).toEqual([1]);
  });

  test('has a proof of its own call alone', async () => {
    const { open, phones } = phonesOf(newTenant());
    const [first, second] = [await open(), await open()];
    const mixed = first.protocols[1]!.replace(first.callSid, second.callSid);
    expect(await phones.admit(mixed)).toBeUndefined();
    expect(await phones.admit('kav.phone.')).toBeUndefined();
    expect(await phones.admit(second.protocols[1]!)).toBe(second.callSid);
  });

  test('is refused for another agent, for a version that is not there, and while no calls are taken', async () => {
    const { desk, open } = phonesOf(newTenant());
    await expect(open('Dan')).rejects.toMatchObject({ status: 404, code: 'not-found' });
    await expect(open('Leah', 3)).rejects.toMatchObject({ status: 404, code: 'no-such-version' });
    void desk.drain();
    await expect(open()).rejects.toMatchObject({ status: 503, code: 'no-calls' });
  });

  test('that is hung up is over: nothing follows', async () => {
    const { desk, open, phones } = phonesOf(newTenant());
    const { callSid } = await open();
    phones.ended(callSid);
    expect(desk.endings).toMatchObject([{ callSid, callStatus: 'completed' }]);
  });
});
