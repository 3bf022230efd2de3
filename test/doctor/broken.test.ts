/** Broken servers, each with one fault: the doctor names that fault and its code, and accuses of nothing else. */
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { serializeMulawWavHeader } from '../../src/audio/wav.ts';
import { createLoopClock, type Examination, examine, troublesOf } from './examine.ts';
import {
  type Asked,
  connect,
  createEar,
  GREETING,
  mark,
  media,
  onStart,
  openSample,
  type Reply,
  type Route,
  refuse,
  type SampleParts,
  speak,
  stream,
  type Upgrade,
  xml,
} from './sample-server.ts';
import { createIdentity } from './self-signed.ts';

const clock = createLoopClock();
afterAll(() => clock[Symbol.dispose]());

interface Fault {
  readonly parts: SampleParts;
  /** Every trouble that may be told of, in order: `check verdict code title`. */
  readonly told: readonly string[];
  readonly how?: Pick<Examination, 'publicUrl'>;
}

const signedOnly =
  (answer: (asked: Asked) => Reply | Promise<Reply>): Route =>
  (asked) =>
    asked.isSigned ? answer(asked) : { status: 403, type: 'text/plain', body: 'no' };
/** The answer to a call, whatever it is. */
const voice = (answer: (asked: Asked) => Reply | Promise<Reply>): SampleParts => ({
  routes: { '/voice': signedOnly(answer) },
});
const twiml = (text: string | ((asked: Asked) => string)): SampleParts => ({
  twiml: typeof text === 'string' ? () => text : text,
});
const good = ({ host }: Asked): string => connect(stream(`wss://${host}/stream`));
const withStream = (serve: NonNullable<SampleParts['stream']>): SampleParts => ({ stream: serve });
const withUpgrade = (upgrade: Upgrade | undefined): SampleParts => ({ upgrade });
const onPath =
  (then: Upgrade): Upgrade =>
  (request, socket, accept) =>
    request.url?.startsWith('/stream') ? then(request, socket, accept) : refuse(socket, 404);
const never = (): Promise<Reply> => new Promise(() => {});
const page = '<!doctype html><html><body>App</body></html>';
const YEAR_MS = 31_536_000_000;
const identity = (host: string, from: number, to: number) =>
  createIdentity({ host, validFrom: new Date(Date.now() + from), validTo: new Date(Date.now() + to) });

/** 16-bit samples of a voice-like tone, where µ-law belongs. */
function pcm(ms: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 8 }, (_, i) => 3_000 * Math.sin(i / 4.1) + 900 * Math.sin(i / 1.37));
  return new Uint8Array(samples.buffer);
}

/** µ-law with the header of a file, as a voice's API gives it by default. */
function wav(mulaw: Uint8Array): Uint8Array {
  return Buffer.concat([
    serializeMulawWavHeader({ channelCount: 1, sampleRateHz: 8_000, dataBytes: mulaw.length }),
    mulaw,
  ]);
}

/** Greets with marks and `clear`, but for what is replaced. */
function agent(speech: Uint8Array, { clears = true, marks = true, pieceBytes = 4_000 } = {}): SampleParts {
  return withStream((socket) =>
    onStart(socket, (sid) => {
      const hears = createEar(10);
      speak(socket, sid, speech, pieceBytes);
      if (marks) socket.send(mark(sid, 'end'));
      return (frame) => {
        if (clears && hears(frame)) socket.send(JSON.stringify({ event: 'clear', streamSid: sid }));
      };
    }),
  );
}

const WEBHOOK_FAULTS: Readonly<Record<string, Fault>> = {
  'JSON, typed as such': {
    parts: voice(() => ({ type: 'application/json', body: '{"ok":true}' })),
    told: ['webhook fail 12300 The answer is JSON and no TwiML'],
  },
  'JSON as text/xml': {
    parts: twiml('{"twiml":"<Response/>"}'),
    told: ['webhook fail 12100 The answer is JSON and no TwiML'],
  },
  'an HTML page': {
    parts: voice(() => ({ type: 'text/html', body: page })),
    told: ['webhook fail 12100 The answer is an HTML page'],
  },
  'an empty body': { parts: twiml(''), told: ['webhook fail 12100 The body is empty'] },
  '204': {
    parts: voice(() => ({ status: 204 })),
    told: ['webhook fail 12100 The webhook answers 204, which says nothing'],
  },
  'a byte order mark': {
    parts: twiml((asked) => `\ufeff${good(asked)}`),
    told: ['webhook fail 12100 A byte order mark stands before <?xml'],
  },
  'an empty line before <?xml': {
    parts: twiml((asked) => `\n${good(asked)}`),
    told: ['webhook fail 12100 Blanks stand before <?xml'],
  },
  'a warning of PHP before <?xml': {
    parts: twiml((asked) => `Warning: undefined variable in voice.php\n${good(asked)}`),
    told: ['webhook fail 12100 Text stands before the document'],
  },
  'hand-made XML with a bare &': {
    parts: twiml(xml('<Response><Say>Green & Valley</Say></Response>')),
    told: ['webhook fail 12100 The TwiML is refused'],
  },
  'an element that is not closed': {
    parts: twiml(xml('<Response><Say>Hello</Response>')),
    told: ['webhook fail 12100 The TwiML is refused'],
  },
  'gzip without a header': {
    parts: voice((asked) => ({ body: gzipSync(good(asked)) })),
    told: ['webhook fail 12100 The body is gzip, and no header says so'],
  },
  'another root': { parts: twiml(xml('<response/>')), told: ['webhook fail 12102 The TwiML is refused'] },
  'no Content-Type': {
    parts: voice((asked) => ({ type: undefined, body: good(asked) })),
    told: ['webhook fail 12300 The TwiML is refused'],
  },
  'GET where Twilio posts': {
    parts: {
      routes: {
        '/voice': (asked) => (asked.method === 'GET' ? { body: good(asked) } : { status: 405, type: 'text/plain' }),
      },
    },
    told: ['webhook fail 11200 The webhook takes GET and not POST'],
  },
  'a redirect to a page that is not there': {
    parts: voice(() => ({ status: 301, headers: { location: '/voice/' } })),
    told: ['webhook fail 11200 The webhook is redirected to where it does not work'],
  },
  'redirects in a circle': {
    parts: { routes: { '/voice': () => ({ status: 307, headers: { location: '/voice' } }) } },
    told: ['webhook fail 11215 The webhook is redirected in a circle'],
  },
  '500': {
    parts: voice(() => ({ status: 500, type: 'text/plain', body: 'Internal Server Error' })),
    told: ['webhook fail 11200 The webhook answers 500'],
  },
  '404': {
    parts: { routes: { '/voice': () => ({ status: 404, type: 'text/plain', body: 'Cannot POST' }) } },
    told: ['webhook fail 11200 The webhook answers 404'],
  },
  'the page of a proxy': {
    parts: { routes: { '/voice': () => ({ status: 502, type: 'text/html', body: '<html>502 Bad Gateway</html>' }) } },
    told: ['webhook fail 11200 The proxy answers in place of the server'],
  },
  'no answer within 15 s': {
    parts: { routes: { '/voice': never } },
    told: ['webhook fail 11205 The webhook is too slow'],
  },
  'more than 64 kB': {
    parts: twiml(xml(`<Response><!-- ${'x'.repeat(66_000)} --></Response>`)),
    told: ['webhook fail 11750 The TwiML is refused'],
  },
  'an unknown verb': {
    parts: twiml((asked) => good(asked).replace('<Connect', '<Speak>Hello</Speak><Connect')),
    told: ['webhook warn 12200 The TwiML has something that Twilio does not know'],
  },
  'a wrong attribute': {
    parts: twiml((asked) => good(asked).replace('statusCallback=', 'statuscallback=')),
    told: ['webhook warn 12200 The TwiML has something that Twilio does not know'],
  },
  'wss://https:// as the stream URL': {
    parts: twiml(({ host }) => connect(stream(`wss://https://${host}/stream`))),
    told: ['webhook fail 31923 The TwiML is refused'],
  },
  'https as the stream URL': {
    parts: twiml(({ host }) => connect(stream(`https://${host}/stream`))),
    told: ['webhook fail 31922 The TwiML is refused'],
  },
  'ws as the stream URL': {
    parts: twiml(({ host }) => connect(stream(`ws://${host}/stream`))),
    told: ['webhook fail 31922 The TwiML is refused'],
  },
  'a query in the stream URL': {
    parts: twiml(({ host }) => connect(stream(`wss://${host}/stream?token=abc`))),
    told: ['webhook warn 31920 The stream URL will not arrive as it is written'],
  },
  'both tracks': {
    parts: twiml(({ host }) => connect(`<Stream url="wss://${host}/stream" track="both_tracks"/>`)),
    told: ['webhook fail 31941 The TwiML is refused'],
  },
  'an inner host in the stream URL': {
    parts: twiml(() => connect(stream('wss://localhost:3000/stream'))),
    told: ['addresses fail 31904 The stream URL names an inner host'],
    how: { publicUrl: 'https://203.0.113.7' },
  },
  'callbacks by http behind a proxy with TLS': {
    parts: twiml((asked) => good(asked).replace('"/status"', `"http://${asked.host}/status"`)),
    told: [
      'addresses warn 11200 The statusCallback is http, and the server is https',
      'callbacks warn 15003 The statusCallback is answered with 403',
    ],
    how: { publicUrl: 'https://203.0.113.7' },
  },
  'no check of signatures': {
    parts: { routes: { '/voice': (asked) => ({ body: good(asked) }) } },
    told: [
      'signature warn - A request whose fields were changed is accepted',
      'signature warn - A request without a signature is accepted',
    ],
  },
  'every signature refused': {
    parts: { routes: { '/voice': () => ({ status: 403, type: 'text/plain', body: 'Forbidden' }) } },
    told: ['webhook fail 11200 A request with the right signature is refused'],
  },
  'a repeated request refused': {
    parts: voice((asked) => (asked.before > 0 ? { status: 409, type: 'text/plain' } : { body: good(asked) })),
    told: ['repeat warn 11200 A repeated request is refused'],
  },
  'compression that nobody asked for': {
    parts: voice((asked) => ({ body: good(asked), headers: { 'content-encoding': 'identity' } })),
    told: ['webhook warn 12100 The answer is compressed without being asked'],
  },
  'a statusCallback with 500': {
    parts: { routes: { '/status': () => ({ status: 500, type: 'text/plain' }) } },
    told: ['callbacks warn 15003 The statusCallback is answered with 500'],
  },
  'an action that answers with a page': {
    parts: { routes: { '/ended': () => ({ type: 'text/html', body: page }) } },
    told: ['callbacks fail 12100 The action answers with no TwiML'],
  },
  'an action with 404': {
    parts: { routes: { '/ended': () => ({ status: 404, type: 'text/plain' }) } },
    told: ['callbacks fail 11200 The action is answered with 404'],
  },
  'a self-signed certificate': {
    parts: { identity: identity('127.0.0.1', -YEAR_MS, YEAR_MS) },
    told: ['tls fail 11237 The certificate leads to no authority that is trusted'],
  },
  'a certificate that has expired': {
    parts: { identity: identity('127.0.0.1', -2 * YEAR_MS, -YEAR_MS) },
    told: ['tls fail 11236 The certificate has expired'],
  },
  'a certificate of another name': {
    parts: { identity: identity('other.example.com', -YEAR_MS, YEAR_MS) },
    told: ['tls fail 11235 The certificate is not for 127.0.0.1'],
  },
};

const UPGRADE_FAULTS: Readonly<Record<string, Fault>> = {
  'a page that swallows the socket': {
    parts: { upgrade: undefined, routes: { '*': () => ({ type: 'text/html', body: page }) } },
    told: ['upgrade fail 31920 A page answers in place of the media socket'],
  },
  'a server without WebSockets': {
    parts: withUpgrade(undefined),
    told: ['upgrade fail 31920 The upgrade is answered with 404, not 101'],
  },
  'a forced subprotocol': {
    parts: withUpgrade(
      onPath((request, _socket, accept) => {
        // `ws` forces none by itself: it is made to believe in an offer.
        request.headers['sec-websocket-protocol'] = 'audio.twilio.com';
        accept();
      }),
    ),
    told: ['upgrade fail 31920 The server forces a subprotocol that was not offered'],
  },
  'no echo of an offered subprotocol': {
    parts: withUpgrade(onPath((_request, _socket, accept) => accept({ handleProtocols: () => false }))),
    told: ['doors warn 31920 An offered subprotocol is not echoed'],
  },
  'a required subprotocol': {
    parts: withUpgrade(
      onPath((request, socket, accept) =>
        request.headers['sec-websocket-protocol'] === 'audio.twilio.com' ? accept() : refuse(socket, 400),
      ),
    ),
    told: ['upgrade fail 31920 The server wants a subprotocol'],
  },
  'a required Origin': {
    parts: withUpgrade(
      onPath((request, socket, accept) => (request.headers.origin === undefined ? refuse(socket, 403) : accept())),
    ),
    told: ['upgrade fail 31920 The server wants an Origin header'],
  },
  'a slash that the TwiML does not have': {
    parts: withUpgrade((request, socket, accept) => (request.url === '/stream/' ? accept() : refuse(socket, 404))),
    told: ['upgrade fail 31920 The socket is at /stream/, and the stream URL says /stream'],
  },
  'a connection cut at the upgrade': {
    parts: withUpgrade(onPath((_request, socket) => socket.destroy())),
    told: ['upgrade fail 31920 The upgrade gets no answer'],
  },
  'an upgrade on any path': {
    parts: withUpgrade((_request, _socket, accept) => accept()),
    told: ['doors warn - An upgrade is taken on any path'],
  },
};

const STREAM_FAULTS: Readonly<Record<string, Fault>> = {
  'a WAV file as payload': {
    parts: agent(wav(GREETING)),
    told: ['call fail - The payload is WAV, not raw µ-law'],
  },
  '16-bit samples as payload': {
    parts: agent(pcm(6_000)),
    told: ['call fail - The payload is 16-bit PCM, not µ-law'],
  },
  'pieces that are no frames': {
    parts: agent(GREETING, { pieceBytes: 333 }),
    told: ['call warn - The pieces of audio are no whole frames'],
  },
  'no clear': {
    parts: agent(GREETING, { clears: false }),
    told: ['call warn - A caller cannot interrupt: no clear is sent'],
  },
  'no marks': { parts: agent(GREETING, { marks: false }), told: ['call warn - The server sends no marks'] },
  'a socket that closes at once': {
    parts: withStream((socket) => onStart(socket, () => void socket.close(1000))),
    told: ['call fail 31921 The server closes the stream at once'],
  },
  'a socket that closes with an error': {
    parts: withStream((socket) => onStart(socket, () => void socket.close(1011, 'KeyError'))),
    told: ['call fail 31921 The server ends the stream with an error'],
  },
  'a connection that breaks': {
    parts: withStream((socket) => onStart(socket, () => void socket.terminate())),
    told: ['call fail 31903 The stream breaks'],
  },
  'a socket that dies of garbage': {
    parts: withStream((socket) => {
      onStart(socket, (sid) => {
        const hears = createEar(10);
        speak(socket, sid, GREETING);
        socket.send(mark(sid, 'end'));
        return (frame) => void (hears(frame) && socket.send(JSON.stringify({ event: 'clear', streamSid: sid })));
      });
      socket.on('message', (data) => {
        if (String(data).startsWith('this')) socket.close(1011, 'json');
      });
    }),
    told: ['call warn 31921 The stream dies of a message that it does not know'],
  },
  'binary messages': {
    parts: withStream((socket) =>
      onStart(socket, (sid) => {
        speak(socket, sid, GREETING.subarray(0, 8_000));
        socket.send(GREETING.subarray(0, 160));
        return undefined;
      }),
    ),
    told: ['call fail 31950 The server sends binary messages'],
  },
  'stream_sid in place of streamSid': {
    parts: withStream((socket) =>
      onStart(socket, (sid) => void socket.send(media(sid, GREETING).replace('streamSid', 'stream_sid'))),
    ),
    told: ['call fail 31951 The caller hears nothing', 'call fail 31951 The server sends messages that Twilio refuses'],
  },
  'an extra field': {
    parts: withStream((socket) =>
      onStart(socket, (sid) => {
        speak(socket, sid, GREETING.subarray(0, 8_000));
        socket.send(media(sid, GREETING.subarray(0, 160)).replace('{"event"', '{"sequence":1,"event"'));
        return undefined;
      }),
    ),
    told: ['call fail 31951 The server sends messages that Twilio refuses'],
  },
  'bytes that are no WebSocket frames': {
    parts: withUpgrade(
      onPath((_request, socket, accept) => {
        accept();
        // A fragmented ping: a control frame without FIN.
        socket.write(Buffer.from([0x09, 0x00]));
      }),
    ),
    told: ['call fail 31924 The stream breaks'],
  },
  'more than ten minutes ahead': {
    parts: withStream((socket) =>
      onStart(socket, (sid) => {
        const hears = createEar(10);
        for (let i = 0; i < 21; i++) socket.send(media(sid, new Uint8Array(240_000).fill(0xfe)));
        socket.send(mark(sid, 'end'));
        return (frame) => void (hears(frame) && socket.send(JSON.stringify({ event: 'clear', streamSid: sid })));
      }),
    ),
    told: ['call fail 31931 More than ten minutes of audio wait to be played'],
  },
  silence: {
    parts: withStream((socket) => onStart(socket, () => undefined)),
    told: ['call warn - The caller hears nothing'],
  },
};

describe.concurrent.each([
  ['the webhook', WEBHOOK_FAULTS],
  ['the upgrade', UPGRADE_FAULTS],
  ['the stream', STREAM_FAULTS],
])('faults of %s', (_part, faults) => {
  test.concurrent.each(Object.entries(faults))('%s', async (_name, { how, parts, told }) => {
    await using sample = await openSample(parts);
    const report = await examine({ url: sample.url, clock, ...how });
    expect(troublesOf(report)).toEqual(told);
    expect(report.go).toBe(!told.some((line) => line.includes(' fail ')));
  });
});
