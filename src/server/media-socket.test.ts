import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import {
  CALL_SID,
  CONNECTED,
  closeOf,
  type KeptLine,
  mediaMessage,
  openMedia,
  openMute,
  openStream,
  openTestServer,
  STREAM_SID,
  startMessage,
  type TestServer,
  VOICE_FORM,
} from './server.fixture.ts';

let clock: VirtualClock;
let server: TestServer;
beforeEach(async () => {
  clock = new VirtualClock();
  server = await openTestServer({ clock });
});
afterEach(async () => {
  // A peer that does not answer our close frame is cut when the time for it is over.
  const closed = server[Symbol.asyncDispose]();
  await clock.advance(2_000);
  await closed;
  expect(clock.alarms).toBe(0);
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2 });
const linesOf = (event: KeptLine['event']): KeptLine[] => server.lines.filter((line) => line.event === event);

function openCall(callSid = CALL_SID): string {
  const { AccountSid: accountSid, From: from, To: to } = VOICE_FORM;
  const opened = server.desk.open({ callSid, accountSid, from, to });
  if (opened.type !== 'accepted') throw new Error(opened.reason);
  return opened.token;
}

/** Resolves when everything that was sent before has been read. */
async function settle(socket: WebSocket): Promise<void> {
  const pong = once(socket, 'pong');
  socket.ping();
  await pong;
}

async function attached(): Promise<WebSocket> {
  const socket = await openStream(server);
  await until(() => expect(server.desk.streams).toHaveLength(1));
  return socket;
}

describe('before the start', () => {
  test('a valid start makes a stream of the call, which then gets every text as it came', async () => {
    const socket = await attached();
    expect(server.desk.streams[0]!.start).toMatchObject({ streamSid: STREAM_SID, callSid: CALL_SID });
    expect(server.pendingSockets).toBe(0);
    expect(linesOf('WS_START')).toMatchObject([{ sid: STREAM_SID, call_sid: CALL_SID }]);
    const texts = [mediaMessage(1), '{"event":"mark"', 'not json', startMessage('again'), CONNECTED];
    for (const text of texts) socket.send(text);
    await until(() => expect(server.desk.streams[0]!.messages).toEqual(texts));
    expect(linesOf('WS_BAD_MESSAGE')).toEqual([]);
  });

  test('what does not belong there is counted, logged once per kind, and survived', async () => {
    const token = openCall();
    const socket = await openMedia(server);
    const strange = [
      CONNECTED,
      CONNECTED,
      mediaMessage(),
      `{"event":"mark","streamSid":"${STREAM_SID}","mark":{"name":"x"}}`,
      `{"event":"dtmf","streamSid":"${STREAM_SID}","dtmf":{"track":"inbound_track","digit":"1"}}`,
      `{"event":"stop","streamSid":"${STREAM_SID}","stop":{"accountSid":"AC1","callSid":"CA1"}}`,
      '{"event":"novelty"}',
      '{"event":"start"}',
      '{"event":1}',
      '[]',
      'null',
      '',
      '{',
      '['.repeat(60_000),
      startMessage(token).replace('"channels":1', '"channels":"1"'),
    ];
    for (const text of [...strange, ...strange]) socket.send(text);
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(Buffer.alloc(20_000));
    await settle(socket);
    expect(socket.readyState).toBe(socket.OPEN);
    const kinds = linesOf('WS_BAD_MESSAGE').map((line) => line['kind']);
    expect(kinds.sort()).toEqual(
      [
        'binary',
        'connected-again',
        'dtmf-before-start',
        'malformed',
        'mark-before-start',
        'media-before-start',
        'stop-before-start',
        'unknown',
      ].sort(),
    );
    expect(await server.scrape()).toContain('kav_media_bad_messages_total{kind="malformed"} 16');
    socket.send(startMessage(token));
    await until(() => expect(server.desk.streams).toHaveLength(1));
  });

  test('5 s without a valid start end it with 1008', async () => {
    const socket = await openMedia(server);
    socket.send(CONNECTED);
    await settle(socket);
    const closed = closeOf(socket);
    clock.advanceTo(4_999);
    await settle(socket);
    clock.advanceTo(5_000);
    expect(await closed).toEqual({ code: 1008, reason: 'start-timeout' });
    await until(() => expect(server).toMatchObject({ openSockets: 0, pendingSockets: 0 }));
    expect(await server.scrape()).toContain('kav_sockets_refused_total{reason="start-timeout"} 1');
  });

  test('a started stream does not run into that timeout', async () => {
    const socket = await attached();
    clock.advanceTo(9_000);
    await settle(socket);
    expect(socket.readyState).toBe(socket.OPEN);
  });

  test('a desk that is still being made closes it with 1013', async () => {
    await using starting = await openTestServer({ clock, desk: new Promise(() => {}) });
    const socket = await openMedia(starting);
    const closed = closeOf(socket);
    socket.send(startMessage('x'));
    expect(await closed).toEqual({ code: 1013, reason: 'not-ready' });
  });
});

describe('the token', () => {
  async function refusal(token: string, callSid = CALL_SID): Promise<string> {
    const socket = await openMedia(server);
    const closed = closeOf(socket);
    socket.send(CONNECTED);
    socket.send(startMessage(token, callSid));
    const { code, reason } = await closed;
    expect(code).toBe(1008);
    return reason;
  }

  test('missing, invented, used before, or of another call is refused, each with its reason', async () => {
    const other = `CA${'9'.repeat(32)}`;
    const token = openCall();
    const otherToken = openCall(other);
    expect(await refusal('')).toBe('token-missing');
    expect(await refusal('invented')).toBe('token-unknown');
    expect(await refusal('preview', `CA${'0'.repeat(32)}`)).toBe('token-unknown');
    expect(await refusal(otherToken)).toBe('token-of-other-call');
    const socket = await openMedia(server);
    socket.send(startMessage(token));
    await until(() => expect(server.desk.streams).toHaveLength(1));
    expect(await refusal(token)).toBe('token-used');
    expect(socket.readyState).toBe(socket.OPEN);
    expect(linesOf('WS_REFUSED').map((line) => line['reason'])).toContain('token-used');
    expect(JSON.stringify(server.lines)).not.toContain(token);
  });

  test('of a hundred racers exactly one wins', async () => {
    await using own = await openTestServer({ clock, limits: { pendingSockets: 100, pendingSocketsPerAddress: 100 } });
    const opened = own.desk.open({ callSid: CALL_SID, accountSid: '', from: '', to: '' });
    const token = opened.type === 'accepted' ? opened.token : '';
    const sockets = await Promise.all(Array.from({ length: 100 }, () => openMedia(own)));
    const closes = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.send(startMessage(token));
    await until(() => expect(own.openSockets).toBe(1));
    expect(own.desk.streams).toHaveLength(1);
    for (const socket of sockets) socket.terminate();
    await Promise.all(closes);
  });
});

describe('a stream that another node announced', () => {
  test('loses nothing that it says while the others are asked about it', async () => {
    const asking = Promise.withResolvers<void>();
    server.desk.asking = asking.promise;
    const socket = await openMedia(server);
    for (const text of [CONNECTED, startMessage(openCall()), mediaMessage(1), mediaMessage(2)]) socket.send(text);
    await settle(socket);
    expect(server.desk.streams).toHaveLength(0);
    asking.resolve();
    socket.send(mediaMessage(3));
    await until(() => expect(server.desk.streams[0]?.messages).toEqual([1, 2, 3].map(mediaMessage)));
    expect(server.pendingSockets).toBe(0);
  });

  test('is refused when they refuse it', async () => {
    const asking = Promise.withResolvers<void>();
    server.desk.asking = asking.promise;
    const socket = await openMedia(server);
    const closed = closeOf(socket);
    socket.send(startMessage('invented'));
    await settle(socket);
    asking.resolve();
    expect(await closed).toEqual({ code: 1008, reason: 'token-unknown' });
  });

  test('that is gone before the answer is a call without a stream', async () => {
    const asking = Promise.withResolvers<void>();
    server.desk.asking = asking.promise;
    const socket = await openMedia(server);
    socket.send(startMessage(openCall()));
    await settle(socket);
    socket.terminate();
    await until(() => expect(server.openSockets).toBe(0));
    asking.resolve();
    await until(() => expect(server.desk.streams[0]?.closed).toMatchObject({ code: 1006 }));
  });
});

describe('a stream', () => {
  test('hears the peer close, with the code of the peer', async () => {
    const socket = await attached();
    socket.close(1000, 'bye');
    await until(() => expect(server.desk.streams[0]!.closed).toEqual({ code: 1000, reason: 'bye' }));
    expect(linesOf('WS_CLOSE')).toMatchObject([{ sid: STREAM_SID, call_sid: CALL_SID, code: 1000, reason: 'bye' }]);
  });

  test('hears a lost connection as 1006', async () => {
    const socket = await attached();
    socket.terminate();
    await until(() => expect(server.desk.streams[0]!.closed).toEqual({ code: 1006, reason: 'connection-lost' }));
  });

  test('sends text in order, reports its backlog, and says nothing after its close', async () => {
    const socket = await attached();
    const received: string[] = [];
    socket.on('message', (data) => received.push(String(data)));
    const closed = closeOf(socket);
    const { transport } = server.desk.streams[0]!;
    transport.send('one');
    transport.send('two');
    expect(transport.bufferedBytes).toBeGreaterThanOrEqual(0);
    transport.close(1000, 'agent-finished');
    transport.close(1011, 'again');
    transport.send('three');
    expect(await closed).toEqual({ code: 1000, reason: 'agent-finished' });
    expect(received).toEqual(['one', 'two']);
    await until(() => expect(linesOf('WS_CLOSE')).toMatchObject([{ code: 1000, reason: 'agent-finished' }]));
    expect(() => transport.send('four')).not.toThrow();
    expect(() => transport.close(1000, 'x'.repeat(500))).not.toThrow();
  });

  test('a reason that is too long for a close frame is cut', async () => {
    const socket = await attached();
    const closed = closeOf(socket);
    server.desk.streams[0]!.transport.close(1000, 'x'.repeat(500));
    expect((await closed).reason).toBe('x'.repeat(123));
  });

  test('is told nothing more once our side is closing', async () => {
    const socket = await attached();
    const closed = closeOf(socket);
    server.desk.streams[0]!.transport.close(1000, 'done');
    socket.send(mediaMessage());
    await closed;
    expect(server.desk.streams[0]!.messages).toEqual([]);
  });

  test('survives binary messages, counted', async () => {
    const socket = await attached();
    for (let times = 0; times < 5; times++) socket.send(Buffer.alloc(160));
    await settle(socket);
    expect(socket.readyState).toBe(socket.OPEN);
    expect(linesOf('WS_BAD_MESSAGE')).toMatchObject([{ kind: 'binary', call_sid: CALL_SID }]);
    expect(await server.scrape()).toContain('kav_media_bad_messages_total{kind="binary"} 5');
  });

  test('a bug of the call ends its socket with 1011 and no other', async () => {
    const socket = await attached();
    const bystander = await openMedia(server);
    const closed = closeOf(socket);
    server.desk.streamFault = new Error('secret');
    socket.send(mediaMessage());
    expect(await closed).toEqual({ code: 1011, reason: 'internal-error' });
    await until(() => expect(linesOf('CALL_BUG')).toHaveLength(2));
    await settle(bystander);
    bystander.terminate();
  });

  test('a bug of the desk ends the socket with 1011', async () => {
    const socket = await openMedia(server);
    const closed = closeOf(socket);
    server.desk.fault = new Error('secret');
    socket.send(startMessage('x'));
    expect(await closed).toEqual({ code: 1011, reason: 'internal-error' });
    server.desk.fault = undefined;
  });
});

describe('floods', () => {
  test('a catch-up of ten seconds of audio is fine, more than that closes with 1008', async () => {
    const socket = await attached();
    for (let chunk = 1; chunk <= 500; chunk++) socket.send(mediaMessage(chunk));
    await until(() => expect(server.desk.streams[0]!.messages).toHaveLength(500));
    const closed = closeOf(socket);
    for (let chunk = 501; chunk <= 5_000; chunk++) socket.send(mediaMessage(chunk));
    expect(await closed).toEqual({ code: 1008, reason: 'flood' });
    expect(server.desk.streams[0]!.messages.length).toBeLessThan(600);
  });

  test('control frames are counted too', async () => {
    const socket = await openMedia(server);
    const closed = closeOf(socket);
    for (let round = 0; round < 60; round++) {
      for (let times = 0; times < 9; times++) socket.pong();
      await settle(socket);
    }
    for (let times = 0; times < 10; times++) socket.pong();
    expect(await closed).toEqual({ code: 1008, reason: 'flood' });
  });

  test('a burst of pings ends the connection', async () => {
    const socket = await openMedia(server);
    const closed = once(socket, 'close');
    for (let times = 0; times < 2_000; times++) socket.ping();
    await closed;
    await until(() => expect(server.openSockets).toBe(0));
  });

  test('at 50 messages a second a call goes on for ever', async () => {
    const socket = await attached();
    for (let second = 1; second <= 30; second++) {
      clock.advanceTo(second * 1_000);
      for (let chunk = 0; chunk < 50; chunk++) socket.send(mediaMessage(chunk));
      await until(() => expect(server.desk.streams[0]!.messages).toHaveLength(second * 50));
    }
    expect(socket.readyState).toBe(socket.OPEN);
  });

  test.each([
    ['a message over 64 KiB', (socket: WebSocket) => socket.send('x'.repeat(65_537)), 1009],
    [
      'a message in 17 fragments',
      (socket: WebSocket) => {
        for (let part = 0; part < 17; part++) socket.send('x', { fin: part === 16 });
      },
      1008,
    ],
  ])('%s closes the socket', async (_name, send, code) => {
    const socket = await openMedia(server);
    const closed = closeOf(socket);
    send(socket);
    expect((await closed).code).toBe(code);
  });

  test('64 KiB in one message pass', async () => {
    const socket = await attached();
    socket.send('x'.repeat(65_536));
    await until(() => expect(server.desk.streams[0]!.messages[0]).toHaveLength(65_536));
  });

  test('a message that arrives byte by byte passes', async () => {
    const socket = await openMute(server);
    const text = startMessage(openCall());
    // A masking key of zeros leaves the text as it is (RFC 6455 section 5.3).
    const header = Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 0xff, 0, 0, 0, 0]);
    for (const byte of Buffer.concat([header, Buffer.from(text)])) {
      await new Promise<void>((resolve) => socket.write(Buffer.of(byte), () => resolve()));
    }
    await until(() => expect(server.desk.streams).toHaveLength(1));
    socket.destroy();
  });
});

describe('pings', () => {
  test('go out every 10 s, and pongs are noted', async () => {
    await attached();
    for (let round = 1; round <= 4; round++) {
      clock.advanceTo(round * 10_000);
      await until(() => expect(linesOf('PNG_PONG_RX')).toHaveLength(round));
    }
    expect(linesOf('PNG_PONG_TX')).toHaveLength(4);
    expect(linesOf('PNG_PONG_TX').every((line) => line.level === 'info' && line['missed'] === 0)).toBe(true);
  });

  test('two unanswered ones end the connection at the third round', async () => {
    await using patient = await openTestServer({ clock, limits: { startMs: 60_000 } });
    const ended = once(await openMute(patient), 'close');
    clock.advanceTo(20_000);
    expect(patient.openSockets).toBe(1);
    clock.advanceTo(30_000);
    await ended;
    await until(() => expect(patient.openSockets).toBe(0));
    expect(patient.lines.find((line) => line.event === 'WS_CLOSE')).toMatchObject({
      code: 1006,
      reason: 'ping-timeout',
    });
  });

  test('a peer that does not answer the close frame is cut after 2 s', async () => {
    const ended = once(await openMute(server), 'close');
    clock.advanceTo(5_000);
    expect(server.openSockets).toBe(1);
    clock.advanceTo(7_000);
    await ended;
    await until(() => expect(server.openSockets).toBe(0));
  });
});

test('a drain lets the running call finish and then resolves', async () => {
  const socket = await attached();
  let drained = false;
  const drain = server.startDrain().then(() => {
    drained = true;
  });
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  await settle(socket);
  expect(drained).toBe(false);
  socket.close(1000);
  await drain;
  expect(linesOf('SERVER_DRAIN')).toMatchObject([{ active_calls: 1 }, { active_calls: 0 }]);
});
