import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { BrowserPhones } from './browser-phones.ts';
import {
  ACCOUNT_SID,
  CALL_SID,
  CONNECTED,
  closeOf,
  openMedia,
  openTestServer,
  PUBLIC_URL,
  signedUpgradeHeaders,
  startMessage,
  type TestServer,
} from './server.fixture.ts';

const PROOF = `kav.phone.${CALL_SID}.${'p'.repeat(43)}`;

/** One proof, good once. */
class OnePhone implements BrowserPhones {
  readonly endings: string[] = [];
  isGood = true;
  fault: Error | undefined;

  async admit(proof: string): Promise<string | undefined> {
    if (this.fault) throw this.fault;
    if (proof !== PROOF || !this.isGood) return undefined;
    this.isGood = false;
    return CALL_SID;
  }

  ended(callSid: string): void {
    this.endings.push(callSid);
  }
}

const phones = new OnePhone();
let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ phones });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  phones.isGood = true;
  phones.fault = undefined;
  phones.endings.length = 0;
});

interface Browser {
  readonly origin?: string | undefined;
  readonly protocols?: string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** As a page opens it: no header of its own choice but the subprotocols. */
async function browse({ headers = {}, origin = PUBLIC_URL, protocols = ['audio.twilio.com', PROOF] }: Browser = {}) {
  return openMedia(server, { headers, ...(origin === '' ? {} : { origin }) }, protocols);
}

const refusals = () => server.lines.filter(({ event }) => event === 'WS_REFUSED').map(({ reason }) => reason);

describe('a browser with a proof', () => {
  test('becomes the stream of its call, and is answered with the subprotocol of Twilio', async () => {
    const token = server.desk.open({ callSid: CALL_SID, accountSid: ACCOUNT_SID, from: 'client:u1', to: '' });
    const socket = await browse();
    expect(socket.protocol).toBe('audio.twilio.com');
    socket.send(CONNECTED);
    socket.send(startMessage(token.type === 'accepted' ? token.token : ''));
    await vi.waitFor(() => expect(server.desk.streams).toHaveLength(1), { interval: 2 });
    socket.close(1000);
    await closeOf(socket);
    await vi.waitFor(() => expect(phones.endings).toEqual([CALL_SID]), { interval: 2 });
    expect(JSON.stringify(server.lines), 'the proof is in no log').not.toContain(PROOF);
  });

  test('on this machine may come by its own address', async () => {
    const socket = await browse({ origin: server.url });
    socket.terminate();
    await closeOf(socket);
  });

  test('gets in once', async () => {
    const socket = await browse();
    await expect(browse()).rejects.toThrow('403');
    socket.terminate();
    await closeOf(socket);
  });

  test('can begin no other call', async () => {
    const socket = await browse();
    socket.send(startMessage('any', `CA${'9'.repeat(32)}`));
    expect(await closeOf(socket)).toEqual({ code: 1008, reason: 'token-of-other-call' });
  });

  test('still needs the token of its call', async () => {
    const socket = await browse();
    socket.send(startMessage('forged'));
    expect(await closeOf(socket)).toMatchObject({ code: 1008, reason: 'token-unknown' });
  });

  test('is refused while proofs cannot be checked', async () => {
    phones.fault = new Error('the store is away');
    await expect(browse()).rejects.toThrow('403');
  });
});

describe('whoever is no such browser', () => {
  test.each<[string, Browser]>([
    ['comes from a page of another site', { origin: 'https://evil.example' }],
    ['comes from a page of the same host over http', { origin: PUBLIC_URL.replace('https', 'http') }],
    ['says nothing of its page', { origin: '' }],
    ['has a forged proof', { protocols: ['audio.twilio.com', `${PROOF.slice(0, -1)}q`] }],
    ['offers the proof first', { protocols: [PROOF, 'audio.twilio.com'] }],
    ['has no proof', { protocols: ['audio.twilio.com'] }],
    ['has no proof and a forged signature', { headers: { 'X-Twilio-Signature': 'AAAA' } }],
  ])('%s: 403, and the proof stays good', async (_what, browser) => {
    await expect(browse(browser)).rejects.toThrow('403');
    expect(phones.isGood).toBe(true);
    expect(refusals().length).toBeGreaterThan(0);
  });

  test('signs as Twilio does, and needs no proof and no page', async () => {
    const socket = await openMedia(server, { headers: signedUpgradeHeaders() });
    socket.terminate();
    await closeOf(socket);
    expect(phones.endings).toEqual([]);
  });

  test('is Twilio, and what it offers is no proof', async () => {
    const socket = await openMedia(server, {}, ['audio.twilio.com', PROOF]);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
    await closeOf(socket);
    expect(phones.isGood).toBe(true);
  });
});

describe('a server without a console', () => {
  test('lets no browser in', async () => {
    const plain = await openTestServer();
    const refused = openMedia(plain, { headers: {}, origin: PUBLIC_URL }, ['audio.twilio.com', PROOF]);
    await expect(refused).rejects.toThrow('403');
    await plain[Symbol.asyncDispose]();
  });
});
