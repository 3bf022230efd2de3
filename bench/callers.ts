/** The callers of the benchmark, in a process of their own: N phones on real sockets, told what to do by messages. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import WebSocket from 'ws';
import { FRAME_MS } from '../src/audio/frame.ts';
import { createRealClock } from '../src/call/real-clock.ts';
import { createServerAddress } from '../src/simulator/carrier/server-address.ts';
import { Phone } from '../src/simulator/phone.ts';
import { Histogram } from '../src/simulator/stream/histogram.ts';
import { openWebSocketLink } from '../src/simulator/websocket-link.ts';
import { signForm } from '../src/twilio/signature.ts';
import { Talker } from './talker.ts';

export interface CallersOrder {
  readonly url: string;
  /** Absent for the bare echo server, which has no webhook. */
  readonly authToken?: string;
  readonly calls: number;
  /** The calls are numbered from there; 0 when absent. A server knows each number once. */
  readonly first?: number;
  /** Calls are spread over this time, so that they do not all speak at once. */
  readonly rampMs: number;
}

export interface Jitter {
  /** How far a frame strayed from coming 20 ms after the one before it. */
  readonly jitterP50Ms: number;
  readonly jitterP99Ms: number;
}

/** `jitter…`: since the first call. */
export interface CallersReport extends Jitter {
  readonly underruns: number;
  readonly warnings: readonly string[];
  readonly turns: number;
  readonly mediaReceived: number;
  readonly framesSent: number;
  /** Onset of the caller's speech → `clear` received. */
  readonly bargeInMs: readonly number[];
  readonly interruptions: number;
  readonly refused: number;
  /** The longest that this process stood still. */
  readonly stallMs: number;
  /** Streams that the server ended before the caller did. */
  readonly ended: number;
}

const clock = createRealClock();
const phones: { readonly phone: Phone; readonly talker: Talker; readonly clears: number[] }[] = [];
let refused = 0;
let windowed = new Histogram();
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

/** An interruption that no `clear` follows for so long has not been answered. */
const LATEST_CLEAR_MS = 2_000;

const hex = (n: number): string => n.toString(16).padStart(32, '0');

process.on('message', (message: { readonly order?: CallersOrder; readonly window?: true; readonly report?: true }) => {
  if (message.order) void place(message.order).then(() => process.send?.({ placed: true }));
  if (message.window) process.send?.({ window: nextWindow() });
  if (message.report) {
    const ended = phones.filter(({ phone }) => phone.isOver).length;
    for (const { phone } of phones) phone.stop();
    process.send?.({ report: { ...reportAll(), ended } });
  }
});
process.on('disconnect', () => process.exit(0));

/** Calls begin at any moment of a frame, as on a real line, and not all at the same one (golden ratio sequence). */
const spread = (i: number): number => ((i * 0.618_034) % 1) * FRAME_MS;

async function place({ url, authToken, calls, first = 0, rampMs }: CallersOrder): Promise<void> {
  const begin = clock.now();
  const placing: Promise<void>[] = [];
  for (let i = 0; i < calls; i++) {
    await new Promise<void>((resolve) => clock.at(begin + (i * rampMs) / calls + spread(i), resolve));
    placing.push(authToken === undefined ? placeBare(url, first + i) : placeCall(url, authToken, first + i));
  }
  await Promise.all(placing);
}

function createPhone(
  i: number,
  link: { send(text: string): void; close(code: number, reason: string): void },
  token: string,
): Phone {
  const talker = new Talker();
  const clears: number[] = [];
  const phone = new Phone({
    clock,
    link,
    source: talker,
    record: false,
    identity: {
      callSid: `CA${hex(i + 1)}`,
      streamSid: `MZ${hex(i + 1)}`,
      accountSid: `AC${hex(1)}`,
      customParameters: { call_sid: `CA${hex(i + 1)}`, token },
    },
    onClear: (atMs) => clears.push(atMs),
  });
  phones.push({ phone, talker, clears });
  return phone;
}

function placeBare(url: string, i: number): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  return new Promise((resolve) => {
    socket.on('open', () => {
      const phone = createPhone(i, { send: (text) => socket.send(text), close: () => socket.close() }, '');
      socket.on('message', (data) => phone.receive(data.toString()));
      socket.on('close', (code) => phone.linkClosed(code, ''));
      phone.start();
      resolve();
    });
  });
}

async function placeCall(base: string, authToken: string, i: number): Promise<void> {
  const target = `${base}/webhook/incoming_call`;
  const form = {
    CallSid: `CA${hex(i + 1)}`,
    AccountSid: `AC${hex(1)}`,
    From: '+15551230001',
    To: '+15551230000',
    CallStatus: 'ringing',
    Direction: 'inbound',
    ApiVersion: '2010-04-01',
  };
  const address = createServerAddress(base);
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'X-Twilio-Signature': signForm(authToken, target, form) },
    body: new URLSearchParams(form),
  });
  const twiml = await response.text();
  const streamUrl = /<Stream[^>]* url="([^"]+)"/.exec(twiml)?.[1];
  const token = /name="token" value="([^"]+)"/.exec(twiml)?.[1];
  if (streamUrl === undefined || token === undefined) {
    refused++;
    return;
  }
  let phone: Phone | undefined;
  const problem = await openWebSocketLink({
    url: streamUrl,
    address,
    authToken,
    onOpen: (link) => {
      phone = createPhone(i, link, token);
      phone.start();
    },
    onText: (text) => phone?.receive(text),
    onBinary: (length) => phone?.receiveBinary(length),
    onClose: (code, reason) => phone?.linkClosed(code, reason),
  });
  if (problem) refused++;
}

/** Since the window before. */
function nextWindow(): Jitter {
  const all = allJitter();
  const window = all.since(windowed);
  windowed = all;
  return jitterOf(window);
}

function allJitter(): Histogram {
  const all = new Histogram();
  for (const { phone } of phones) all.merge(phone.stats.jitter);
  return all;
}

function jitterOf(histogram: Histogram): Jitter {
  return { jitterP50Ms: histogram.quantile(0.5), jitterP99Ms: histogram.quantile(0.99) };
}

/** From each interruption to the `clear` that answers it; without those that may still be answered. */
function reactionsOf({ clears, phone, talker }: (typeof phones)[number]): readonly (number | undefined)[] {
  return talker.interruptions
    .filter((at) => phone.streamMs - at >= LATEST_CLEAR_MS)
    .map((at) => {
      const clear = clears.find((time) => time >= at && time - at < LATEST_CLEAR_MS);
      return clear === undefined ? undefined : clear - at;
    });
}

function reportAll(): Omit<CallersReport, 'ended'> {
  const warnings = new Set(phones.flatMap(({ phone }) => phone.warnings.map(({ message }) => message)));
  const reactions = phones.flatMap(reactionsOf);
  return {
    ...jitterOf(allJitter()),
    underruns: phones.reduce((sum, { phone }) => sum + phone.stats.underruns, 0),
    warnings: [...warnings],
    turns: phones.reduce((sum, { talker }) => sum + talker.turns, 0),
    mediaReceived: phones.reduce((sum, { phone }) => sum + phone.stats.mediaReceived, 0),
    framesSent: phones.reduce((sum, { phone }) => sum + phone.stats.framesSent, 0),
    bargeInMs: reactions.filter((ms) => ms !== undefined),
    interruptions: reactions.length,
    stallMs: delay.max / 1e6,
    refused,
  };
}
