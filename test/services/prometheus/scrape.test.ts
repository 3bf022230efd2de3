/** Every panel of the dashboard has data, in a real Prometheus that scrapes a real server which has had a call. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { type Kav, openKav } from '../../../src/cli/wire.ts';
import { hashOfCall } from '../../../src/observe/exemplar.ts';
import { createBabbleVoice } from '../../../src/simulator/babble-voice.ts';
import { placeCall } from '../../../src/simulator/place-call.ts';
import { createSpeak, prepareScenario } from '../../../src/simulator/prepare-scenario.ts';
import { checkScenario } from '../../../src/simulator/scenario.ts';

const isInstalled = spawnSync('prometheus', ['--version']).status === 0;
if (!isInstalled) console.warn('prometheus is not installed (`apt-get install prometheus`): its test is skipped');

const root = new URL('../../../', import.meta.url).pathname;
const PATIENCE_MS = 30_000;

interface Answer {
  readonly status: string;
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

interface Exemplars {
  readonly data: readonly { readonly exemplars: readonly { readonly labels: { readonly call: string } }[] }[];
}

let dataDir = '';
let kav: Kav;
let prometheus: ChildProcess;
let url = '';

async function ask(query: string): Promise<Answer> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  return (await answer.json()) as Answer;
}

/** Asks until there is data, or the patience is over. */
async function askForData(query: string): Promise<Answer> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask(query);
    if (answer.status !== 'success' || answer.data.result.length > 0 || performance.now() > until) return answer;
    await pause(200);
  }
}

/** It says where it listens, because the port was free to choose. */
async function openPrometheus(target: string): Promise<void> {
  const config = path.join(dataDir, 'prometheus.yml');
  await writeFile(
    config,
    [
      'global: { scrape_interval: 1s, evaluation_interval: 1s }',
      `rule_files: ['${root}deploy/prometheus/alerts.yml']`,
      `scrape_configs: [{ job_name: kav, static_configs: [{ targets: ['${target}'] }] }]`,
    ].join('\n'),
  );
  const args = [
    ...[`--config.file=${config}`, `--storage.tsdb.path=${dataDir}/tsdb`, '--web.listen-address=127.0.0.1:0'],
    '--enable-feature=exemplar-storage',
  ];
  prometheus = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const { promise, reject, resolve } = Promise.withResolvers<string>();
  let said = '';
  // Read to its end: a log that nobody reads would stop it.
  prometheus.stderr!.on('data', (chunk) => {
    said += String(chunk);
    const [, port] = /msg="Listening on" address=127\.0\.0\.1:(\d+)/.exec(said) ?? [];
    if (port) resolve(port);
  });
  prometheus.on('exit', () => reject(new Error(`prometheus ended: ${said}`)));
  url = `http://127.0.0.1:${await promise}`;
}

async function call(): Promise<void> {
  const scenario = checkScenario(
    { name: 'scrape', steps: ['wait-for-agent', { say: 'when are you open' }, 'wait-for-agent', 'hang-up'] },
    'scrape.test.ts',
  );
  await placeCall({
    clock: createRealClock(),
    baseUrl: kav.url,
    authToken: kav.authToken,
    from: '+15551230001',
    to: '+15551230000',
    script: await prepareScenario(scenario, createSpeak(createBabbleVoice(), scenario)),
    recordDir: dataDir,
    journalPath: (callSid) => path.join(kav.journalFolder, `${callSid}.jsonl`),
    view: { show: () => {} },
  });
}

describe.skipIf(!isInstalled)('Prometheus', () => {
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'kav-prometheus-'));
    const env = { PORT: '0', HOST: '127.0.0.1', KAV_STT: 'fake', KAV_BRAIN: 'fake', KAV_TTS: 'fake' };
    kav = await openKav({ ...env, KAV_DATA_DIR: dataDir, LOG_LEVEL: 'silent' }, false);
    await kav.ready;
    await openPrometheus(`127.0.0.1:${kav.port}`);
    await call();
  });

  afterAll(async () => {
    prometheus?.kill();
    if (prometheus && prometheus.exitCode === null) await once(prometheus, 'exit');
    await kav?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('takes what the server answers', async () => {
    const { data } = await askForData('up{job="kav"} == 1');
    expect(data.result).toHaveLength(1);
  });

  test('has data for every query of every panel', async () => {
    const { panels } = JSON.parse(await readFile(`${root}deploy/grafana/kav.json`, 'utf8')) as {
      readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
    };
    const queries = panels.flatMap(({ targets, title }) => targets.map(({ expr }) => ({ title, expr })));
    const empty = await Promise.all(
      queries.map(async ({ expr, title }) => {
        const { data, status } = await askForData(expr.replaceAll('$__rate_interval', '1m'));
        return status === 'success' && data.result.length > 0 ? [] : [`${title}: ${expr}`];
      }),
    );
    expect(empty.flat()).toEqual([]);
  });

  test('keeps exemplars, by which a figure leads to the call', async () => {
    const calls = (await readdir(kav.journalFolder)).map((file) => hashOfCall(file.split('.', 1)[0]!));
    const query = new URLSearchParams({ query: 'kav_turn_part_seconds_bucket', start: '0', end: '4e9' });
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await pause(200)) {
      const { data } = (await (await fetch(`${url}/api/v1/query_exemplars?${query}`)).json()) as Exemplars;
      const named = data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.call));
      if (named.length > 0) return expect(calls).toEqual(expect.arrayContaining(named));
    }
    expect.unreachable('no exemplar has come');
  });

  test('evaluates every alert', async () => {
    const answer = (await (await fetch(`${url}/api/v1/rules`)).json()) as {
      readonly data: {
        readonly groups: readonly {
          readonly rules: readonly { readonly name: string; readonly lastError?: string }[];
        }[];
      };
    };
    const all = answer.data.groups.flatMap(({ rules }) => rules);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(({ lastError }) => lastError)).toEqual([]);
  });
});
