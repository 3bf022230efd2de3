import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signForm } from '../twilio/signature.ts';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  CALL_SID,
  expectForbidden,
  MemoryDesk,
  openTestServer,
  PUBLIC_URL,
  postForm,
  rawExchange,
  STREAM_SID,
  STREAM_URL,
  type TestServer,
  VOICE_FORM,
} from './server.fixture.ts';

const INCOMING = '/webhook/incoming_call';
const STATUS = '/webhook/stream_status';
const ENDED = '/webhook/stream_ended';

const CALL = { AccountSid: ACCOUNT_SID, CallSid: CALL_SID };
const STREAM_ERROR = {
  ...CALL,
  StreamSid: STREAM_SID,
  StreamEvent: 'stream-error',
  StreamError: 'Stream - Websocket - Protocol Error',
  Timestamp: '2026-07-19T18:43:14.579278468Z',
};

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.desk.fault = undefined;
  server.desk.afterwards = { type: 'done' };
  server.desk.failedStreams.length = 0;
  server.lines.length = 0;
});

function expectTwiml(response: Response, body: string): void {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store, no-cache');
  expect(body[0]).toBe('<');
}

describe('POST /webhook/incoming_call', () => {
  test('answers with the stream, both callbacks, the call and a token', async () => {
    const response = await postForm(server, INCOMING, VOICE_FORM);
    const body = await response.text();
    expectTwiml(response, body);
    const token = /<Parameter name="token" value="([\w-]{22})"\/>/.exec(body)?.[1];
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response>' +
        `<Connect action="${PUBLIC_URL}${ENDED}">` +
        `<Stream url="${STREAM_URL}" statusCallback="${PUBLIC_URL}${STATUS}">` +
        `<Parameter name="call_sid" value="${CALL_SID}"/><Parameter name="token" value="${token}"/>` +
        '</Stream></Connect></Response>',
    );
    expect(server.desk.opened.at(-1)).toEqual({
      callSid: CALL_SID,
      accountSid: ACCOUNT_SID,
      from: '+972500000001',
      to: '+97230000000',
    });
  });

  test('a repeat of the same call gets the same answer', async () => {
    const [first, second] = await Promise.all([
      postForm(server, INCOMING, VOICE_FORM).then((response) => response.text()),
      postForm(server, INCOMING, VOICE_FORM).then((response) => response.text()),
    ]);
    expect(second).toBe(first);
  });

  test('a query string of the operator is part of what is signed', async () => {
    const path = `${INCOMING}?office=tel%20aviv`;
    expect((await postForm(server, path, VOICE_FORM)).status).toBe(200);
    await expectForbidden(await postForm(server, path, VOICE_FORM, PUBLIC_URL + INCOMING));
  });

  test('repeated fields are signed as Twilio signs them', async () => {
    const response = await postForm(server, INCOMING, { ...VOICE_FORM, Digits: ['2', '1', '2'] });
    expect(response.status).toBe(200);
  });

  test.each([
    ['the wrong scheme', `http://kav.example.com${INCOMING}`],
    ['the wrong host', `https://evil.example.com${INCOMING}`],
    ['another path', `${PUBLIC_URL}${ENDED}`],
  ])('a signature over %s is refused in plain text', async (_name, signAs) => {
    const before = server.desk.opened.length;
    await expectForbidden(await postForm(server, INCOMING, VOICE_FORM, signAs));
    expect(server.desk.opened).toHaveLength(before);
    const refused = server.lines.find((line) => line.event === 'WEBHOOK_REFUSED');
    expect(refused).toMatchObject({ reason: 'signature-wrong', url: PUBLIC_URL + INCOMING });
  });

  test('every tampered, added or removed field is refused', async () => {
    const signature = signForm(AUTH_TOKEN, PUBLIC_URL + INCOMING, VOICE_FORM);
    const tampered = [
      ...Object.keys(VOICE_FORM).map((name) => ({ ...VOICE_FORM, [name]: 'x' })),
      { ...VOICE_FORM, Extra: '1' },
      { ...CALL },
    ];
    for (const form of tampered) {
      const headers = { 'X-Twilio-Signature': signature };
      const body = new URLSearchParams(form);
      await expectForbidden(await fetch(server.url + INCOMING, { method: 'POST', body, headers }));
    }
  });

  test.each([
    ['no signature', {}],
    ['an empty signature', { 'X-Twilio-Signature': '' }],
    ['a signature of another token', { 'X-Twilio-Signature': signForm('other', PUBLIC_URL + INCOMING, VOICE_FORM) }],
    ['two signatures', { 'X-Twilio-Signature': `${'A'.repeat(27)}=, ${'A'.repeat(27)}=` }],
  ])('%s is refused', async (_name, headers) => {
    const body = new URLSearchParams(VOICE_FORM);
    await expectForbidden(
      await fetch(server.url + INCOMING, { method: 'POST', body, headers: new Headers(Object.entries(headers)) }),
    );
  });

  test.each([
    ['application/json', '{"CallSid":"CA1"}'],
    ['application/json', '{'],
    ['text/xml', '<Response/>'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/x-www-form-urlencoded', '%'],
  ])('a body of %s cannot be signed and is refused', async (type, body) => {
    const headers = { 'Content-Type': type, 'X-Twilio-Signature': signForm(AUTH_TOKEN, PUBLIC_URL + INCOMING, {}) };
    await expectForbidden(await fetch(server.url + INCOMING, { method: 'POST', body, headers }));
  });

  test('a body over 64 KiB is refused in plain text', async () => {
    const response = await postForm(server, INCOMING, { ...VOICE_FORM, Extra: 'x'.repeat(65_536) });
    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  test('a bug of ours after the signature is a spoken apology', async () => {
    server.desk.fault = new Error('secret detail');
    const response = await postForm(server, INCOMING, VOICE_FORM);
    const body = await response.text();
    expectTwiml(response, body);
    expect(body).toMatch(/<Say [^>]*language="he-IL"[^>]*>[^<]*תקלה[^<]*<\/Say><Hangup\/>/);
    expect(body).not.toContain('secret');
    expect(server.lines.find((line) => line.event === 'SERVER_FAULT')).toMatchObject({ route: 'incoming-call' });
  });

  test('a signed form that makes no sense is a spoken apology', async () => {
    const response = await postForm(server, INCOMING, { Hello: 'world' });
    const body = await response.text();
    expectTwiml(response, body);
    expect(body).toContain('<Say');
    expect(body).not.toContain('<Connect');
  });

  test('numbers are logged under pii only', async () => {
    await postForm(server, INCOMING, VOICE_FORM);
    const line = server.lines.findLast((candidate) => candidate.event === 'WEBHOOK');
    expect(line).toMatchObject({ call_sid: CALL_SID, verdict: 'accepted', pii: { from: VOICE_FORM.From } });
    expect(JSON.stringify({ ...line, pii: undefined })).not.toContain('+972');
  });
});

describe('an agent that cannot answer', () => {
  test('before the desk is there the caller hears a line in the configured language', async () => {
    const desk = Promise.withResolvers<MemoryDesk>();
    await using starting = await openTestServer({ desk: desk.promise, language: 'he-IL' });
    const early = await postForm(starting, INCOMING, VOICE_FORM);
    const body = await early.text();
    expectTwiml(early, body);
    expect(body).toMatch(/<Say [^>]*language="he-IL"[^>]*>[^<]*כרגע[^<]*<\/Say><Hangup\/>/);
    desk.resolve(new MemoryDesk());
    await desk.promise;
    expect(await (await postForm(starting, INCOMING, VOICE_FORM)).text()).toContain('<Connect');
  });

  test('a desk that never comes leaves a server that says so', async () => {
    await using broken = await openTestServer({ desk: Promise.reject(new Error('no agent')) });
    const response = await postForm(broken, INCOMING, VOICE_FORM);
    expectTwiml(response, await response.text());
    expect((await fetch(`${broken.url}/readyz`)).status).toBe(503);
    expect(broken.lines.find((line) => line.event === 'SERVER_FAULT')).toBeDefined();
  });

  test('while draining, new callers hear the refusal of the desk and known calls keep their answer', async () => {
    await using draining = await openTestServer();
    const accepted = await (await postForm(draining, INCOMING, VOICE_FORM)).text();
    await draining.startDrain();
    const other = { ...VOICE_FORM, CallSid: `CA${'9'.repeat(32)}` };
    expect(await (await postForm(draining, INCOMING, other)).text()).toContain('אנחנו סוגרים');
    expect(await (await postForm(draining, INCOMING, VOICE_FORM)).text()).toBe(accepted);
  });
});

describe('the origin in the answer', () => {
  const form = VOICE_FORM;
  async function streamUrl(url: string, headers: Record<string, string>, trusted: readonly string[]) {
    await using open = await openTestServer({ trustedProxies: trusted, publicOrigin: undefined });
    const signature = signForm(AUTH_TOKEN, url.replace('HOST', `127.0.0.1:${open.port}`) + INCOMING, form);
    const response = await fetch(open.url + INCOMING, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { ...headers, 'X-Twilio-Signature': signature },
    });
    const body = await response.text();
    return /<Stream url="([^"]*)"/.exec(body)?.[1]?.replace(String(open.port), 'PORT') ?? response.status;
  }
  const forwarded = { 'X-Forwarded-Proto': 'https, http', 'X-Forwarded-Host': 'a.example.com, b.example.com' };

  test('comes from the first forwarded values of a trusted proxy', async () => {
    expect(await streamUrl('https://a.example.com', forwarded, ['loopback'])).toBe(
      'wss://a.example.com/ws/twilio-media',
    );
  });

  test('never comes from the forwarded headers of a stranger', async () => {
    expect(await streamUrl('https://a.example.com', forwarded, [])).toBe(403);
    expect(await streamUrl('http://HOST', forwarded, [])).toBe('wss://127.0.0.1:PORT/ws/twilio-media');
  });

  test('is the configured one whatever the headers say', async () => {
    const headers = { ...forwarded, 'X-Twilio-Signature': signForm(AUTH_TOKEN, PUBLIC_URL + INCOMING, form) };
    const response = await fetch(server.url + INCOMING, { method: 'POST', body: new URLSearchParams(form), headers });
    expect(await response.text()).toContain(`"${STREAM_URL}"`);
  });
});

describe('GET /webhook/incoming_call_preview', () => {
  test('is the same document for anyone, with no usable token and no call', async () => {
    const before = server.desk.opened.length;
    const response = await fetch(`${server.url}/webhook/incoming_call_preview`);
    const body = await response.text();
    expectTwiml(response, body);
    const answer = await (await postForm(server, INCOMING, VOICE_FORM)).text();
    const blank = (twiml: string) => twiml.replace(/value="[^"]*"/g, 'value=""');
    expect(blank(body)).toBe(blank(answer));
    expect(server.desk.opened).toHaveLength(before + 1);
    const [callSid, token] = [...body.matchAll(/value="([^"]*)"/g)].map((match) => match[1]!);
    const start = { streamSid: STREAM_SID, callSid: callSid!, accountSid: ACCOUNT_SID, token: token! };
    const transport = { send() {}, close() {}, bufferedBytes: 0 };
    expect(server.desk.attach(start, transport)).toMatchObject({ type: 'refused' });
  });
});

describe('a server that only speaks', () => {
  test('answers signed calls and the preview with one sentence, and opens no call', async () => {
    await using quiet = await openTestServer({ sayOnly: true });
    const response = await postForm(quiet, INCOMING, VOICE_FORM);
    const body = await response.text();
    expectTwiml(response, body);
    expect(body).toMatch(/<Response><Say [^>]+>[^<]+<\/Say><Hangup\/><\/Response>$/);
    expect(quiet.desk.opened).toEqual([]);
    const preview = await fetch(`${quiet.url}/webhook/incoming_call_preview`);
    expect(await preview.text()).toBe(body);
  });

  test('still checks the signature', async () => {
    await using quiet = await openTestServer({ sayOnly: true });
    await expectForbidden(await fetch(`${quiet.url}${INCOMING}`, { method: 'POST' }));
  });
});

describe('POST /webhook/stream_status', () => {
  test('stream-error ends the dead stream at once and is logged with its meaning', async () => {
    const response = await postForm(server, STATUS, STREAM_ERROR);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(server.desk.failedStreams).toEqual([`${CALL_SID} ${STREAM_SID}`]);
    expect(server.lines.find((line) => line.event === 'STREAM_ERROR')).toMatchObject({
      call_sid: CALL_SID,
      sid: STREAM_SID,
      code: 31924,
      meaning: expect.any(String),
      remedy: expect.any(String),
      page: 'kav explain 31924',
      level: 'error',
    });
  });

  test.each(['stream-started', 'stream-stopped'])('%s is only noted', async (event) => {
    expect((await postForm(server, STATUS, { ...STREAM_ERROR, StreamEvent: event })).status).toBe(204);
    expect(server.desk.failedStreams).toEqual([]);
    expect(server.lines.find((line) => line.event === 'STREAM_STATUS')).toMatchObject({ status: event });
  });

  test('without a signature it is 204 too, and nothing happens', async () => {
    const body = new URLSearchParams(STREAM_ERROR);
    expect((await fetch(server.url + STATUS, { method: 'POST', body })).status).toBe(204);
    expect((await postForm(server, STATUS, STREAM_ERROR, 'https://evil.example.com/')).status).toBe(204);
    expect(server.desk.failedStreams).toEqual([]);
  });

  test('a bug of ours is 204 too', async () => {
    server.desk.fault = new Error('broken');
    expect((await postForm(server, STATUS, STREAM_ERROR)).status).toBe(204);
    expect(server.lines.find((line) => line.event === 'SERVER_FAULT')).toBeDefined();
  });

  test('whatever arrives, it is 204', async () => {
    const contentTypes = [
      undefined,
      '',
      'nonsense',
      'application/json',
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded; charset=utf-16',
      'multipart/form-data',
      'text/plain',
      '*/*',
      'a/b; c="',
    ];
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => new TextEncoder().encode(text)),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.constant(new Uint8Array(1_000_000)),
    );
    const property = fc.asyncProperty(bodies, fc.constantFrom(...contentTypes), async (body, type) => {
      const headers = new Headers(type === undefined ? [] : [['Content-Type', type]]);
      const response = await fetch(server.url + STATUS, {
        method: 'POST',
        body: Buffer.from(body),
        headers,
      });
      expect(response.status).toBe(204);
      expect(await response.text()).toBe('');
    });
    await fc.assert(property, {
      numRuns: 120,
      examples: contentTypes.map((type) => [new Uint8Array(1_000_000), type]),
    });
    expect(server.desk.failedStreams).toEqual([]);
  });

  test('an empty request without any header of a body is 204', async () => {
    const answer = await rawExchange(server, `POST ${STATUS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
  });
});

describe('POST /webhook/stream_ended', () => {
  const form = { ...CALL, CallStatus: 'in-progress' };

  test('is 204 without a body when nothing is to follow', async () => {
    const response = await postForm(server, ENDED, form);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  test('is TwiML when the caller is still owed a word', async () => {
    server.desk.afterwards = { type: 'apologise', text: 'סליחה', language: 'he-IL' };
    const response = await postForm(server, ENDED, form);
    const body = await response.text();
    expectTwiml(response, body);
    expect(body).toMatch(/<Say [^>]*>סליחה<\/Say><Hangup\/>/);
  });

  test('is a fresh stream when the call goes on, and the question has its name', async () => {
    server.desk.afterwards = { type: 'resume', token: 'next' };
    const response = await postForm(server, ENDED, form);
    const body = await response.text();
    expectTwiml(response, body);
    expect(body).toContain('<Stream url="wss://kav.example.com/ws/twilio-media"');
    expect(body).toContain('<Parameter name="token" value="next"/>');
    expect(server.desk.endings.at(-1)).toMatchObject({ callSid: CALL_SID, callStatus: 'in-progress', request: '' });
  });

  test('a bug of ours is an apology', async () => {
    server.desk.fault = new Error('broken');
    const response = await postForm(server, ENDED, form);
    const body = await response.text();
    expectTwiml(response, body);
    expect(body).toContain('<Say');
  });

  test('unsigned is refused', async () => {
    await expectForbidden(await fetch(server.url + ENDED, { method: 'POST', body: new URLSearchParams(form) }));
  });
});

test('verdicts are counted per route', async () => {
  await postForm(server, INCOMING, VOICE_FORM, 'https://evil.example.com/');
  const text = await server.scrape();
  expect(text).toMatch(/^kav_webhooks_total\{route="incoming-call",verdict="forbidden"\} [1-9]/m);
  expect(text).toMatch(/^kav_webhooks_total\{route="stream-status",verdict="done"\} [1-9]/m);
});
