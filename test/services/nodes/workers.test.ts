/** `kav serve --workers`: real processes on one port. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { TEMPLATE } from '../setup.ts';
import { createDatabase } from '../store/engines.ts';
import { Served } from './served.ts';

const started: Served[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((served) => served.close()));
});

function launch(env: Readonly<Record<string, string>>): Served {
  const served = new Served(['--workers', '2'], env);
  started.push(served);
  return served;
}

async function start(): Promise<Served> {
  const served = launch({ DATABASE_URL: await createDatabase(TEMPLATE), KAV_NODE: 'box' });
  await served.answers();
  await served.until(() => served.count('NODE_JOINED') === 2 && served.count('SERVER_READY') === 2);
  return served;
}

const pidOf = ({ said }: Served, node: string): number =>
  Number([...said.matchAll(new RegExp(`worker ${node} is process (\\d+)`, 'g'))].at(-1)?.[1]);

describe('workers', () => {
  test('one that dies is started again, the other goes on, and a drain waits for its call', async () => {
    const served = await start();
    const connects = [await served.announce(1), await served.announce(2)];
    // New connections go round, so these two go to the two.
    const sockets = [await connects[0]!(), await connects[1]!()];
    const metrics = await (await fetch(`${served.url}/metrics`)).text();
    expect(metrics, 'of both, whoever is asked').toContain('kav_calls_active 2');

    const closed = Promise.race(sockets.map(async (socket, i) => once(socket, 'close').then(() => i)));
    process.kill(pidOf(served, 'box-2'), 'SIGKILL');
    await served.until((said) => said.includes('worker box-2 has ended (SIGKILL)'));
    const left = sockets[1 - (await closed)]!;
    await served.until(() => served.joined('box-2') === 2 && served.count('SERVER_READY') === 3);
    expect((await fetch(`${served.url}/readyz`)).status).toBe(200);

    const lines = served.said
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line).node).filter((node) => node !== 'box-1' && node !== 'box-2')).toEqual(
      [],
    );

    served.process.kill('SIGTERM');
    await served.until((said) => said.split('SERVER_DRAIN').length > 2);
    expect([left.readyState, served.process.exitCode]).toEqual([left.OPEN, null]);
    left.close(1000);
    expect(await served.exited).toBe(0);
  });

  test('a second Ctrl-C ends them at once, and a signal that reaches all of them counts once', async () => {
    const served = await start();
    const socket = await served.call(1);
    served.process.kill('SIGINT');
    for (const node of ['box-1', 'box-2']) process.kill(pidOf(served, node), 'SIGINT');
    await served.until((said) => said.includes('Draining'));
    for (const node of ['box-1', 'box-2']) process.kill(pidOf(served, node), 'SIGTERM');
    await served.until((said) => said.split('SERVER_DRAIN').length > 2);
    expect(socket.readyState).toBe(socket.OPEN);
    served.process.kill('SIGINT');
    await once(socket, 'close');
    expect(await served.exited).toBe(0);
  });

  test('are refused without a database that they can share', async () => {
    const served = launch({ DATABASE_URL: '' });
    expect(await served.exited).toBe(2);
    expect(served.said).toMatch(/^kav: DATABASE_URL: several workers need a PostgreSQL database to share\. Set it/m);
  });

  test('that cannot begin end all of it, instead of being started again for ever', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const env = { DATABASE_URL: await createDatabase(TEMPLATE), KAV_NODE: 'box', PORT: port };
    const served = launch(env);
    expect(await served.exited).toBe(2);
    server.close();
    expect(served.said).toContain(`PORT: another process listens on 127.0.0.1:${port}`);
  });
});
