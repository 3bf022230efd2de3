/** Kav as `kav serve` runs it, with the fake recogniser, brain and voice, and with the door for watchers on a port of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLiveDoor } from '../../src/api/live/create-door.ts';
import { NewsDesk } from '../../src/api/live/news-desk.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import { openKav } from '../../src/cli/wire.ts';
import type { Log } from '../../src/observe/log.ts';

const TENANT = 'default';
const noLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => noLog };

const kav = await openKav(process.env, false);
await kav.ready;
if (process.env['DATABASE_URL'] === undefined) await kav.stored;
const { live, store } = await kav.looking;
const clock = createRealClock();
const news = new NewsDesk({ store, clock, tenant: TENANT });
const sessions = { watch: () => ({ used: () => {}, stop: () => {} }) };
const door = createLiveDoor({ live, news, sessions, clock, log: noLog, tenant: TENANT });
const server = createServer();
server.on('upgrade', (request, socket, head) => {
  const actor = `watcher-${request.url}`;
  door.upgrade(request, socket, head, { tenant: TENANT, actor, userId: actor, role: 'operator', sessionHash: actor });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const liveUrl = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
process.send?.({ url: kav.url, authToken: kav.authToken, liveUrl });
process.on('disconnect', async () => {
  await door.close();
  await news.close();
  server.close();
  await kav.close();
  process.exit(0);
});
