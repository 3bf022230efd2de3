import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createServerAddress } from './carrier/server-address.ts';
import { openWebSocketLink } from './websocket-link.ts';

let server: Server;
let port: number;
let answer: (socket: Socket, key: string) => void;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer();
  server.on('upgrade', ({ headers }, socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    answer(socket, String(headers['sec-websocket-key']));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** The bytes of a right 101, with more headers if wanted. */
function switchProtocols(key: string, more = ''): string {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`;
}

/** Opens a link and waits until it is refused or closed. */
async function dial(url = `wss://127.0.0.1:${port}/ws`, base = `http://127.0.0.1:${port}`): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const texts: string[] = [];
  const refused = await openWebSocketLink({
    url,
    address: createServerAddress(base),
    authToken: 'secret',
    onOpen: () => {},
    onText: (text) => texts.push(text),
    onBinary: (length) => texts.push(`${length} bytes`),
    onClose: (code, reason, problem) => resolve([...texts, `${code} ${reason}`, problem?.code ?? 'clean'].join(' | ')),
  });
  return refused ? `${refused.code}: ${refused.message}` : promise;
}

describe('a failed upgrade is named', () => {
  test.each([
    ['any status but 101', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', /^31920: .*HTTP status 403, not 101/],
    ['a redirect', 'HTTP/1.1 301 Moved\r\nLocation: /ws/\r\nContent-Length: 0\r\n\r\n', /^31920: .*301/],
    ['a wrong accept key', switchProtocols('x'), /^31924: .*RFC 6455/],
    ['what is no HTTP', 'hello\r\n\r\n', /^31924: /],
  ])('%s', async (_, bytes, message) => {
    answer = (socket) => socket.end(bytes);
    expect(await dial()).toMatch(message);
  });

  test('a subprotocol that was not offered', async () => {
    answer = (socket, key) => socket.write(switchProtocols(key, 'Sec-WebSocket-Protocol: audio.twilio.com\r\n'));
    expect(await dial()).toMatch(/^31924: .*subprotocol/);
  });

  test('a dropped connection', async () => {
    answer = (socket) => socket.resetAndDestroy();
    expect(await dial()).toMatch(/^31903: /);
  });

  test('nobody there, and no such host', async () => {
    expect(await dial('wss://127.0.0.1:1/ws', 'http://127.0.0.1:1')).toMatch(/^31902: /);
    expect(await dial('wss://no-such-host.invalid/ws')).toMatch(/^31904: /);
  });

  test('no TLS where TLS must be', async () => {
    const plain = `https://127.0.0.1:${port}`;
    expect(await dial(`wss://127.0.0.1:${port}/ws`, plain)).toMatch(/^31910: /);
  });
});

describe('an open socket', () => {
  const frame = (opcode: number, payload: string, first = 0x80) =>
    Buffer.concat([Buffer.of(first | opcode, payload.length), Buffer.from(payload, 'latin1')]);

  test('passes text and binary on, even when they come with the 101', async () => {
    answer = (socket, key) => {
      socket.write(Buffer.concat([Buffer.from(switchProtocols(key)), frame(1, 'hello'), frame(2, 'abc')]));
      socket.write(frame(8, '\x03\xe8bye'));
    };
    expect(await dial()).toBe('hello | 3 bytes | 1000 bye | clean');
  });

  test('that breaks without a close frame is 31903', async () => {
    answer = (socket, key) => {
      socket.write(switchProtocols(key));
      setImmediate(() => socket.destroy());
    };
    expect(await dial()).toMatch(/1006 {2}\| 31903$/);
  });

  test('with a fragmented control frame is 31924', async () => {
    answer = (socket, key) => socket.write(Buffer.concat([Buffer.from(switchProtocols(key)), frame(9, 'x', 0)]));
    expect(await dial()).toMatch(/31924$/);
  });
});
