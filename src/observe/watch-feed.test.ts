import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWatchFeed, socketPath, type WatchFeed } from './watch-feed.ts';
import { watchedLog } from './watched-log.ts';

let folder: string;
let feed: WatchFeed;
const open = (name = '1') => openWatchFeed({ folder, name, workingFolder: process.cwd() });

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kav-feed-'));
  feed = await open();
});
afterEach(async () => {
  await feed.close();
  await rm(folder, { recursive: true });
});

/** Resolves when the feed knows of it: a line is then told to it. */
async function watch(name = '1'): Promise<{ readonly socket: Socket; readonly next: () => Promise<string> }> {
  const socket = connect(path.join(folder, `${name}.sock`)).setEncoding('utf8');
  await new Promise((resolve) => socket.once('connect', resolve));
  while (!feed.isWatched) await new Promise((resolve) => setImmediate(resolve));
  return { socket, next: () => new Promise((resolve) => socket.once('data', (text) => resolve(String(text)))) };
}

const ignore = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, flush: () => {} };
const quiet = { ...ignore, child: () => quiet };

test('a watcher is told what the log says of the way of a call, and nothing of what was said', async () => {
  const { next, socket } = await watch();
  const log = watchedLog(quiet, feed).child({ call_sid: 'CA1', pii: { from: '+15551230001' } });
  log.info('STATE', { state: 'SPEAKING' });
  log.warn('WS_REFUSED', { reason: 'x', pii: { text: 'hello' }, error: new Error('hello') });
  expect(JSON.parse(await next())).toEqual({ event: 'WS_REFUSED', call_sid: 'CA1', reason: 'x' });
  socket.destroy();
});

test('while nobody watches nothing is made of it', () => {
  const log = watchedLog(quiet, { isWatched: false, tell: () => expect.unreachable(), close: async () => {} });
  log.info('CALL_OPEN', { call_sid: 'CA1' });
});

test('a watcher who does not read is dropped', async () => {
  const { socket } = await watch();
  socket.pause();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const long = 'x'.repeat(64 * 1024);
  for (let i = 0; i < 40 && feed.isWatched; i++) {
    feed.tell({ event: long });
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.resume();
  await closed;
  expect(feed.isWatched).toBe(false);
});

test('no more than a few watch', async () => {
  const watchers = await Promise.all(Array.from({ length: 4 }, () => watch()));
  const fifth = connect(path.join(folder, '1.sock'));
  await new Promise((resolve) => fifth.once('close', resolve));
  for (const { socket } of watchers) socket.destroy();
});

test('what a killed process has left is swept away, and who lives is left alone', async () => {
  await writeFile(path.join(folder, '7.sock'), '');
  const second = await open('2');
  expect((await readdir(folder)).sort()).toEqual(['1.sock', '2.sock']);
  await second.close();
});

test('the way to a socket is the shorter one', () => {
  expect(socketPath('/data/watch', '1.sock', '/data')).toBe('watch/1.sock');
  expect(socketPath('/data/watch', '1.sock', '/a/long/way/from/there')).toBe('/data/watch/1.sock');
});

test('a folder whose name has no room for a socket is refused', async () => {
  const deep = path.join(folder, 'x'.repeat(120));
  await expect(openWatchFeed({ folder: deep, name: '1', workingFolder: '/' })).rejects.toThrow('too long');
});
