/** The watchers of the benchmark, in a process of their own: they come and go when they are told. */
import { WebSocket } from 'ws';

export interface WatchersOrder {
  readonly url: string;
  readonly watchers: number;
}

export interface WatchersReport {
  readonly messages: number;
  readonly audioPieces: number;
  readonly kilobytes: number;
  /** Calls in the newest list of each watcher that reads, the fewest. */
  readonly fewestCalls: number;
  /** Watchers that the server has cut off. */
  readonly cutOff: number;
}

/** Every fourth follows calls, every fifth listens; the last two are the slow one and the half-open one. */
const FOLLOWS_EVERY = 4;
const LISTENS_EVERY = 5;
const FOLLOWED = 4;
const SLOW_READS_MS = 20;
const SLOW_EVERY_MS = 1_000;

let sockets: WebSocket[] = [];
let timers: NodeJS.Timeout[] = [];
let counts = { messages: 0, audioPieces: 0, bytes: 0, cutOff: 0 };
const lists = new Map<WebSocket, Set<string>>();

process.on('message', (message: { readonly come?: WatchersOrder; readonly go?: true }) => {
  if (message.come) void come(message.come).then(() => process.send?.({ here: true }));
  if (message.go) process.send?.({ report: leave() });
});
process.on('disconnect', () => process.exit(0));

async function come({ url, watchers }: WatchersOrder): Promise<void> {
  counts = { messages: 0, audioPieces: 0, bytes: 0, cutOff: 0 };
  sockets = await Promise.all(Array.from({ length: watchers }, (_, i) => open(`${url}/${i}`, i, watchers)));
}

function open(url: string, i: number, of: number): Promise<WebSocket> {
  const isHalfOpen = i === of - 1;
  const isSlow = i === of - 2;
  const socket = new WebSocket(url, 'kav.live', { autoPong: !isHalfOpen, perMessageDeflate: false });
  socket.once('close', () => counts.cutOff++);
  socket.on('error', () => {}); // a socket that was cut off
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    counts.bytes += bytes.length;
    if (isBinary) counts.audioPieces++;
    else read(socket, JSON.parse(bytes.toString()), i);
  });
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.send(JSON.stringify({ type: 'hello' }));
      if (isHalfOpen) socket.pause();
      if (isSlow) timers.push(setInterval(() => readABit(socket), SLOW_EVERY_MS));
      if (!isHalfOpen && !isSlow) lists.set(socket, new Set());
      resolve(socket);
    });
  });
}

function readABit(socket: WebSocket): void {
  socket.resume();
  setTimeout(() => socket.pause(), SLOW_READS_MS);
}

interface Told {
  readonly type: string;
  readonly calls?: readonly { readonly callSid: string }[];
  readonly callSids?: readonly string[];
}

function read(socket: WebSocket, { callSids = [], calls = [], type }: Told, i: number): void {
  counts.messages++;
  const list = lists.get(socket);
  for (const { callSid } of calls) list?.add(callSid);
  for (const callSid of callSids) list?.delete(callSid);
  if (type !== 'calls') return;
  const sids = calls.map(({ callSid }) => callSid);
  if (i % FOLLOWS_EVERY === 0) {
    for (const callSid of sids.slice(i, i + FOLLOWED)) socket.send(JSON.stringify({ type: 'follow', callSid }));
  }
  const heard = sids[i % Math.max(1, sids.length)];
  if (i % LISTENS_EVERY === 0 && heard) socket.send(JSON.stringify({ type: 'listen', callSid: heard }));
}

function leave(): WatchersReport {
  const { audioPieces, bytes, cutOff, messages } = counts;
  const fewestCalls = Math.min(...[...lists.values()].map((list) => list.size));
  for (const timer of timers) clearInterval(timer);
  timers = [];
  lists.clear();
  for (const socket of sockets) {
    socket.removeAllListeners('close');
    socket.terminate();
  }
  sockets = [];
  return { messages, audioPieces, kilobytes: Math.round(bytes / 1024), fewestCalls, cutOff };
}
