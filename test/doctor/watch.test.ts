/** `kav doctor --watch`: one call seen from both ends, and the first step that does not come. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { createRealClock } from '../../src/call/real-clock.ts';
import { openKav } from '../../src/cli/wire.ts';
import type { Clock } from '../../src/core/clock.ts';
import { renderNews } from '../../src/doctor/watch/render-watch.ts';
import { FOREIGN_CALL, OWN_CALL, type Step } from '../../src/doctor/watch/steps.ts';
import { startWatch } from '../../src/doctor/watch/watch.ts';
import { watchFeeds } from '../../src/doctor/watch/watch-feed.ts';
import type { WatchNews, WatchVerdict } from '../../src/doctor/watch/watch-state.ts';
import { watchUrl } from '../../src/doctor/watch/watch-url.ts';
import { WATCH_FOLDER } from '../../src/observe/watch-feed.ts';
import { createLoopClock, type Examination, probeOf } from './examine.ts';
import { onStart, openSample, refuse, type SampleParts, TOKEN, xml } from './sample-server.ts';

const loop = createLoopClock();
afterAll(() => loop[Symbol.dispose]());

interface Told {
  readonly verdict: WatchVerdict;
  readonly news: readonly WatchNews[];
  /** The steps that came, in their order. */
  readonly came: readonly string[];
  readonly text: string;
}

function gather(clock: Clock, steps: readonly Step[]) {
  const news: WatchNews[] = [];
  const watch = startWatch({ clock, steps, onNews: (one) => news.push(one) });
  const told = watch.verdict.then((verdict): Told => {
    const since = news[0]!.at;
    const text = news.flatMap((one) => renderNews(one, { since, color: false })).join('\n');
    return { verdict, news, came: news.flatMap((one) => (one.type === 'came' ? [one.step.name] : [])), text };
  });
  return { take: watch.take, told };
}

async function watchSample(parts: SampleParts): Promise<Told> {
  await using sample = await openSample(parts);
  const { take, told } = gather(loop, FOREIGN_CALL);
  await watchUrl(probeOf({ clock: loop, url: sample.url }), take);
  return told;
}

interface Own {
  readonly url: string;
  readonly dataDir: string;
  [Symbol.asyncDispose](): Promise<void>;
}

async function openOwn(env: Readonly<Record<string, string>> = {}): Promise<Own> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-watch-'));
  const settings = { KAV_STT: 'fake', KAV_TTS: 'fake', TWILIO_AUTH_TOKEN: TOKEN, LOG_LEVEL: 'silent' };
  const kav = await openKav({ PORT: '0', HOST: '127.0.0.1', KAV_DATA_DIR: dataDir, ...settings, ...env }, false);
  await kav.ready;
  return {
    url: kav.url,
    dataDir,
    [Symbol.asyncDispose]: async () => {
      await kav.endCalls();
      await kav.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Watches the feed, and calls when it is listened to. */
async function watchOwn(own: Own, call: () => Promise<unknown>): Promise<Told> {
  const clock = createRealClock();
  const { take, told } = gather(clock, OWN_CALL);
  const found = Promise.withResolvers<void>();
  const feeds = watchFeeds({
    clock,
    folder: path.join(own.dataDir, WATCH_FOLDER),
    workingFolder: process.cwd(),
    take,
    onServers: (count) => void (count > 0 && found.resolve()),
  });
  await found.promise;
  await call();
  const result = await told;
  await feeds.close();
  return result;
}

const KAV: Pick<Examination, 'target'> = { target: { webhookPath: '/webhook/incoming_call' } };

test('a whole call of Kav, seen by itself and by its caller', async () => {
  await using own = await openOwn();
  const clock = createRealClock();
  const outside = gather(clock, FOREIGN_CALL);
  const inside = await watchOwn(own, () => watchUrl(probeOf({ clock, url: own.url, ...KAV }), outside.take));
  const seen = await outside.told;
  expect(inside.came.slice(0, 4), inside.text).toEqual(['webhook', 'answer', 'upgrade', 'start']);
  expect(inside.came.slice(-3)).toEqual(['stop', 'end', 'stream-ended']);
  for (const name of ['media-in', 'frame-out', 'mark-back']) expect(inside.came).toContain(name);
  expect(inside.verdict).toMatchObject({ go: true, missing: [] });
  // Whether there is anything to clear when the caller speaks is a matter of milliseconds.
  const clears = ['speech', 'clear'];
  const steps = FOREIGN_CALL.map(({ name }) => name).filter((name) => !clears.includes(name));
  expect(seen.came.filter((name) => !clears.includes(name)).sort(), seen.text).toEqual([...steps].sort());
  expect(seen.verdict).toMatchObject({ go: true, missing: [] });
}, 60_000);

test('a request that Twilio did not sign, and a call that only hears a sentence', async () => {
  await using own = await openOwn({ KAV_SAY_ONLY: 'true' });
  const clock = createRealClock();
  const outside = gather(clock, FOREIGN_CALL);
  const inside = await watchOwn(own, async () => {
    await probeOf({ clock, url: own.url, target: { ...KAV.target, authToken: 'another' } }).reach();
    await watchUrl(probeOf({ clock, url: own.url, ...KAV }), outside.take);
  });
  expect(inside.news[0]).toMatchObject({
    type: 'trouble',
    trouble: { code: 11200, title: 'a request at incoming-call was refused: signature-wrong' },
  });
  expect(inside.verdict.go).toBe(false);
  expect(inside.text).not.toContain('15551230001');
  const seen = await outside.told;
  expect(seen.verdict.go).toBe(true);
  // The call is over with its answer.
  for (const { came } of [inside, seen]) expect(came).toEqual(['webhook', 'answer']);
}, 60_000);

const silent = (socket: WebSocket): void => onStart(socket, () => undefined);

test.each<[string, SampleParts, string | undefined, number | undefined]>([
  ['an answer that is no TwiML', { twiml: () => '{"say":"hello"}' }, undefined, 12100],
  ['a media socket that is refused', { upgrade: (_request, socket) => refuse(socket, 404) }, undefined, 31920],
  ['a server that never says anything', { stream: silent }, 'frame-out', undefined],
  [
    'a socket that closes with an error',
    { stream: (socket) => onStart(socket, () => void socket.close(1011, 'KeyError')) },
    undefined,
    31921,
  ],
  [
    'an action that is not there',
    { routes: { '/ended': () => ({ status: 404, type: 'text/plain' }) } },
    undefined,
    11200,
  ],
])('%s', async (_what, parts, missing, code) => {
  const { news, text, verdict } = await watchSample(parts);
  if (missing !== undefined) expect(verdict.missing[0], text).toBe(missing);
  if (code !== undefined) {
    const troubles = news.flatMap((one) => (one.type === 'trouble' ? [one.trouble.code] : []));
    expect(troubles, text).toContain(code);
    expect(verdict.go).toBe(false);
  }
});

test('a healthy server of another make, and one that only speaks', async () => {
  const whole = await watchSample({});
  expect([...whole.came].sort(), whole.text).toEqual(FOREIGN_CALL.map(({ name }) => name).sort());
  expect(whole.verdict).toEqual({ go: true, missing: [], notSeen: [] });
  const spoken = await watchSample({ twiml: () => xml('<Response><Say>We are closed.</Say></Response>') });
  expect(spoken.came).toEqual(['webhook', 'answer']);
  expect(spoken.verdict.go).toBe(true);
});
