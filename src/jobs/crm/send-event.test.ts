import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { type CrmEvent, type CrmEventRef, crmEventId } from './event.ts';
import { type CrmSender, sendCrmEvent } from './send-event.ts';
import { signatureHeaders, WEBHOOK_SECRET } from './signature.ts';

const secretOf = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const [secret, oldSecret] = [secretOf(7), secretOf(8)];
const never = new AbortController().signal;
const ref: CrmEventRef = { tenant: 'default', callSid: 'CA1', type: 'lead.updated', subject: 'lead-1', revision: 2 };
const event: CrmEvent = { at: '2026-05-04T03:02:01.000Z', data: { lead: { name: 'דנה' } } };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function senderTo(answer: RequestListener, sender: Partial<CrmSender> = {}): Promise<CrmSender> {
  server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { url: new URL(`http://127.0.0.1:${port}/hook`), secrets: [secret] },
    clock: new VirtualClock(),
    date: () => new Date(),
    version: '1.2.3',
    ...sender,
  };
}

describe('an event', () => {
  test('is what the libraries of Standard Webhooks take', async () => {
    const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
    const sender = await senderTo(async (request, response) => {
      seen.push({ headers: request.headers, body: await text(request) });
      response.writeHead(204).end();
    });
    expect(await sendCrmEvent(sender, ref, event, never)).toEqual({ status: 'done' });
    const { headers, body } = seen[0]!;
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(verified).toEqual({
      type: 'lead.updated',
      timestamp: '2026-05-04T03:02:01.000Z',
      data: { tenant: 'default', call_sid: 'CA1', lead: { name: 'דנה' } },
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Kav/1.2.3' });
    expect(() => new Webhook(oldSecret).verify(body, headers as Record<string, string>)).toThrow();
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  test('carries a signature for each secret, while one is replaced', () => {
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = signatureHeaders({ id: 'evt_1', timestamp, body: '{}' }, [secret, oldSecret]);
    expect(new Webhook(secret).verify('{}', headers)).toEqual({});
    expect(new Webhook(oldSecret).verify('{}', headers)).toEqual({});
  });

  test('has the same id at each attempt, and no other event has it', () => {
    const id = crmEventId(ref);
    expect(crmEventId({ ...ref })).toBe(id);
    const others = [
      { revision: 3 },
      { subject: 'lead-2' },
      { type: 'lead.created' },
      { callSid: 'CA2' },
      { tenant: 'x' },
    ];
    expect(new Set([id, ...others.map((other) => crmEventId({ ...ref, ...other } as CrmEventRef))]).size).toBe(6);
    expect(id).toMatch(/^evt_[0-9a-f]{32}$/);
  });
});

test.each([
  [200, 'done'],
  [202, 'done'],
  [302, 'retry'],
  [400, 'retry'],
  [410, 'refused'],
  [429, 'retry'],
  [503, 'retry'],
])('an answer of %i is %s', async (status, expected) => {
  const sender = await senderTo((_request, response) => void response.writeHead(status, { location: '/else' }).end());
  expect(await sendCrmEvent(sender, ref, event, never)).toMatchObject({ status: expected });
});

test('a redirect is not followed', async () => {
  let requests = 0;
  const sender = await senderTo((_request, response) => {
    requests++;
    response.writeHead(307, { location: '/again' }).end();
  });
  expect(await sendCrmEvent(sender, ref, event, never)).toEqual({ status: 'retry', problem: 'the CRM answered 307' });
  expect(requests).toBe(1);
});

test('an endless answer is not read', async () => {
  const sender = await senderTo((_request, response) => {
    response.writeHead(200);
    response.write('x'.repeat(100_000));
  });
  expect(await sendCrmEvent(sender, ref, event, never)).toEqual({ status: 'done' });
});

test('silence is given up, and tried again', async () => {
  const clock = new VirtualClock();
  const sender = await senderTo(() => clock.advanceTo(15_000), { clock });
  const result = await sendCrmEvent(sender, ref, event, never);
  expect(result).toEqual({ status: 'retry', problem: 'the CRM did not answer in time' });
  expect(clock.alarms).toBe(0);
});

test('a server that is away is tried again', async () => {
  const sender = await senderTo(() => {});
  server!.close();
  await once(server!, 'close');
  const result = await sendCrmEvent(sender, ref, event, never);
  expect(result).toEqual({ status: 'retry', problem: 'the CRM cannot be reached: ECONNREFUSED' });
});

test('the end of the server ends the attempt', async () => {
  const stop = new AbortController();
  const reason = new Error('the server stops');
  const sender = await senderTo(() => stop.abort(reason));
  await expect(sendCrmEvent(sender, ref, event, stop.signal)).rejects.toBe(reason);
});

test('an event of a quarter of a megabyte is not sent', async () => {
  const sender = await senderTo(() => expect.unreachable('sent'));
  const large = { ...event, data: { text: 'x'.repeat(300_000) } };
  expect(await sendCrmEvent(sender, ref, large, never)).toMatchObject({ status: 'refused' });
});

test.each([
  [secret, true],
  [`whsec_${Buffer.alloc(24).toString('base64')}`, true],
  [`whsec_${Buffer.alloc(64).toString('base64')}`, true],
  [`whsec_${Buffer.alloc(16).toString('base64')}`, false],
  [`whsec_${Buffer.alloc(80).toString('base64')}`, false],
  ['correct horse battery staple', false],
  [Buffer.alloc(32).toString('base64'), false],
])('the secret %s is good: %s', (value, good) => {
  expect(WEBHOOK_SECRET.test(value)).toBe(good);
});
