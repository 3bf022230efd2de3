import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { embeddedSnapshot } from '../../test/services/snapshot.ts';
import { createRealClock } from '../call/real-clock.ts';
import { openStore } from '../store/store.ts';
import { jobsDatabaseOf } from './embedded-database.ts';
import { createTestLog } from './jobs.fixture.ts';
import { type Jobs, type JobsOptions, openJobs } from './jobs.ts';
import { type JobRequest, jobId } from './queues.ts';
import type { Attempt, Work } from './run-job.ts';
import { refused, retry, type WorkResult } from './work-result.ts';

const snapshot = await readFile(await embeddedSnapshot());
const store = openStore({ clock: createRealClock(), snapshot });
const database = { query: async (text: string) => store.executeSql(text) };
beforeAll(() => store.ready, 60_000);
afterAll(() => store.close());

let made = 0;
let jobs: Jobs | undefined;
afterEach(async () => {
  await jobs?.close();
  jobs = undefined;
  await database.query('TRUNCATE kav_jobs.job CASCADE');
});

const done: WorkResult = { status: 'done' };
const nothing = async () => done;
const IDLE: JobsOptions['work'] = {
  recording: nothing,
  summary: nothing,
  crm: nothing,
  erasure: nothing,
  retention: nothing,
};

function open(work: Partial<Work>, options: Partial<JobsOptions> = {}) {
  const log = createTestLog();
  const attempts: string[] = [];
  jobs = openJobs({
    engine: { kind: 'embedded', database: jobsDatabaseOf(store.db) },
    work: { ...IDLE, ...work },
    findDue: async () => [],
    clock: createRealClock(),
    log,
    metrics: { jobEnded: (queue, result) => attempts.push(`${queue} ${result}`), queueDepth: () => {} },
    ...options,
  });
  return { jobs, log, attempts };
}

const summaryOf = (callSid: string): JobRequest => ({ queue: 'summary', payload: { tenant: 'default', callSid } });
const crmOf = (callSid: string, revision: number): JobRequest => ({
  queue: 'crm',
  payload: { tenant: 'default', callSid, type: 'lead.updated', subject: 'lead', revision },
});

/** As if the time of every retry had come. */
async function passTime(of: Jobs): Promise<void> {
  await idle();
  await database.query("UPDATE kav_jobs.job SET start_after = now() - interval '1 s' WHERE state = 'retry'");
  // Announcements wake the workers.
  const callSid = `CA${made++}`;
  await of.enqueue([
    summaryOf(callSid),
    crmOf(callSid, 1),
    { queue: 'erasure', payload: { tenant: 't', erasureId: callSid, pass: 1 } },
  ]);
}

/** The queue has heard the work's last word on every job. */
async function idle(): Promise<void> {
  const active = "SELECT FROM kav_jobs.job WHERE state = 'active'";
  while ((await database.query(active)).rows.length > 0) await new Promise((next) => setImmediate(next));
}

test('a job is done once, however often it is asked for', async () => {
  const seen: string[] = [];
  const note = async (callSid: string) => {
    seen.push(callSid);
    return done;
  };
  const { jobs, log } = open({ summary: ({ callSid }) => note(callSid) });
  await jobs.ready;
  await jobs.enqueue([summaryOf('CA1'), summaryOf('CA1')]);
  await log.next('JOB_DONE');
  await jobs.enqueue([summaryOf('CA1'), summaryOf('CA2')]);
  await log.next('JOB_DONE');
  expect(seen).toEqual(['CA1', 'CA2']);
});

test('what fails is tried again, with the number of the attempt', async () => {
  const numbers: number[] = [];
  const { jobs, log } = open({
    summary: async ({ callSid }, { number }) => {
      if (callSid !== 'CA1') return done;
      numbers.push(number);
      return number < 3 ? retry('the model is away') : done;
    },
  });
  await jobs.ready;
  await jobs.enqueue([summaryOf('CA1')]);
  expect(await log.next('JOB_RETRY')).toMatchObject({
    queue: 'summary',
    attempt: 1,
    problem: 'the model is away',
    call_sid: 'CA1',
  });
  await idle();
  expect(await jobs.failing(10)).toMatchObject([
    { queue: 'summary', callSid: 'CA1', isDead: false, attempts: 0, problem: 'the model is away' },
  ]);
  await passTime(jobs);
  expect(await log.next('JOB_RETRY')).toMatchObject({ attempt: 2 });
  await passTime(jobs);
  await log.next('JOB_DONE', ({ call_sid }) => call_sid === 'CA1');
  expect(numbers).toEqual([1, 2, 3]);
});

describe('a dead letter', () => {
  test('is laid aside at once, shown, and can be revived', async () => {
    let mended = false;
    const { jobs, log, attempts } = open({
      recording: async () => (mended ? done : refused('the answer is no WAV file')),
    });
    await jobs.ready;
    await jobs.enqueue([{ queue: 'recording', payload: { tenant: 'default', callSid: 'CA1', recordingSid: 'RE1' } }]);
    expect(await log.next('JOB_DEAD')).toMatchObject({
      queue: 'recording',
      attempt: 1,
      problem: 'the answer is no WAV file',
    });
    await idle();
    expect(await jobs.failing(10)).toMatchObject([
      { queue: 'recording', isDead: true, problem: 'the answer is no WAV file' },
    ]);
    expect((await jobs.depths()).find(({ queue }) => queue === 'recording')).toMatchObject({ waiting: 0, dead: 1 });
    mended = true;
    expect(await jobs.revive('recording')).toBe(1);
    await log.next('JOB_DONE');
    expect(attempts).toEqual(['recording dead', 'recording done']);
  });

  test('comes after the last attempt', async () => {
    const lasts: boolean[] = [];
    const fail = async ({ isLast }: Attempt) => {
      lasts.push(isLast);
      return retry('a full disk');
    };
    const { jobs, log } = open({ erasure: (_payload, attempt) => fail(attempt) });
    await jobs.ready;
    await jobs.enqueue([{ queue: 'erasure', payload: { tenant: 'default', erasureId: 'e1', pass: 1 } }]);
    await log.next('JOB_RETRY');
    await idle();
    await database.query("UPDATE kav_jobs.job SET retry_count = 179 WHERE name = 'erasure'");
    await passTime(jobs);
    expect(await log.next('JOB_DEAD')).toMatchObject({ attempt: 181 });
    expect(lasts).toContain(true);
  });
});

test('the jobs of a call keep their order through failures, and a dead one does not hold up the others', async () => {
  const told: string[] = [];
  let isAway = true;
  const { jobs, log } = open({
    crm: async ({ callSid, revision }) => {
      if (!callSid.startsWith('CAx')) return done;
      if (isAway) return retry('the CRM is away');
      if (revision === 2) return refused('the CRM answered 410');
      told.push(`${callSid} ${revision}`);
      return done;
    },
  });
  await jobs.ready;
  await jobs.enqueue([crmOf('CAx1', 1), crmOf('CAx1', 2), crmOf('CAx1', 3), crmOf('CAx2', 1)]);
  await log.next('JOB_RETRY');
  await log.next('JOB_RETRY');
  isAway = false;
  await passTime(jobs);
  await log.next('JOB_DEAD');
  await idle();
  await jobs.enqueue([{ queue: 'upkeep', payload: {} }]);
  await log.next('JOB_DONE', ({ queue }) => queue === 'upkeep');
  await passTime(jobs);
  await log.next('JOB_DONE', ({ call_sid }) => call_sid === 'CAx1' && told.includes('CAx1 3'));
  expect(told.filter((line) => line.startsWith('CAx1'))).toEqual(['CAx1 1', 'CAx1 3']);
  expect(told).toContain('CAx2 1');
});

test('a bug of ours is tried again, and its words stay out of the queue', async () => {
  const { jobs, log } = open({
    summary: async () => {
      throw new TypeError('cannot read "my number is 0521234567"');
    },
  });
  await jobs.ready;
  await jobs.enqueue([summaryOf('CA1')]);
  const bug = await log.next('JOB_BUG');
  expect(JSON.stringify({ ...bug, pii: undefined })).not.toContain('0521234567');
  expect(bug['at']).toContain('jobs.test.ts');
  expect(await log.next('JOB_RETRY')).toMatchObject({ problem: 'a fault in the work: TypeError' });
  await idle();
  const { rows } = await database.query('SELECT * FROM kav_jobs.job');
  expect(JSON.stringify(rows)).not.toContain('0521234567');
});

test('a job that names nothing is laid aside', async () => {
  const { jobs, log } = open({});
  await jobs.ready;
  await database.query(
    `INSERT INTO kav_jobs.job (name, data, dead_letter) VALUES ('summary', '{"callSid": "../x"}', 'summary-dead')`,
  );
  await jobs.enqueue([summaryOf('CA1')]);
  expect(await log.next('JOB_DEAD')).toMatchObject({ problem: 'the job names nothing that can be worked on' });
});

test('what is due and was never asked for is found each minute', async () => {
  const { jobs, log } = open({}, { findDue: async () => [summaryOf('CA9')] });
  await jobs.ready;
  await jobs.enqueue([{ queue: 'upkeep', payload: {} }]);
  await log.next('JOB_DONE', ({ call_sid }) => call_sid === 'CA9');
});

describe('close', () => {
  test('lets a running job finish', async () => {
    const begun = Promise.withResolvers<Attempt>();
    const finish = Promise.withResolvers<WorkResult>();
    const { jobs, attempts } = open({
      summary: (_payload, attempt) => {
        begun.resolve(attempt);
        return finish.promise;
      },
    });
    await jobs.ready;
    await jobs.enqueue([summaryOf('CA1')]);
    const { signal } = await begun.promise;
    const closing = jobs.close();
    expect(signal.aborted).toBe(false);
    finish.resolve(done);
    await closing;
    expect(attempts).toEqual(['summary done']);
    const { rows } = await database.query('SELECT state FROM kav_jobs.job');
    expect(rows).toEqual([{ state: 'completed' }]);
  });

  test('aborts one that does not, and leaves it for later', async () => {
    const begun = Promise.withResolvers<void>();
    const { jobs, log } = open(
      {
        summary: (_payload, { signal }) => {
          begun.resolve();
          return new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
        },
      },
      { closeMs: 20 },
    );
    await jobs.ready;
    await jobs.enqueue([summaryOf('CA1')]);
    await begun.promise;
    await Promise.all([jobs.close(), jobs.close()]);
    expect(await log.next('JOB_RETRY')).toMatchObject({ problem: 'the server stopped' });
    const { rows } = await database.query('SELECT state FROM kav_jobs.job');
    expect(rows).toEqual([{ state: 'retry' }]);
  });

  test('ends the attempts to reach a database that is away', async () => {
    const executeSql = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    const { jobs, log } = open({}, { engine: { kind: 'embedded', database: { executeSql } } });
    expect(await log.next('JOBS_AWAY')).toEqual({ problem: 'Error ECONNREFUSED' });
    await expect(jobs.enqueue([summaryOf('CA1')])).rejects.toThrow();
    await jobs.close();
    await expect(jobs.ready).rejects.toThrow('The server stops');
  });
});

test('a database that comes back is found', async () => {
  let isAway = true;
  const real = jobsDatabaseOf(store.db);
  const executeSql: typeof real.executeSql = (text, values) =>
    isAway ? Promise.reject(new Error('away')) : real.executeSql(text, values);
  const { jobs, log } = open({}, { engine: { kind: 'embedded', database: { executeSql } } });
  await log.next('JOBS_AWAY');
  isAway = false;
  await jobs.ready;
  await jobs.enqueue([summaryOf('CA1')]);
  await log.next('JOB_DONE');
});

test('the id of a job says the same thing whatever the order of its fields', () => {
  const one = jobId({ queue: 'summary', payload: { tenant: 'a', callSid: 'CA1' } });
  expect(jobId({ queue: 'summary', payload: { callSid: 'CA1', tenant: 'a' } })).toBe(one);
  expect(jobId({ queue: 'summary', payload: { callSid: 'CA2', tenant: 'a' } })).not.toBe(one);
  expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
