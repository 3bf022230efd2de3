/**
 * Durable jobs: what was asked for is done once the database can be reached, on some node, and done again until it has
 * succeeded or is laid aside as a dead letter. The owner of pg-boss and of whatever runs in its workers.
 */
import type { PgBoss } from 'pg-boss';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { wait } from '../providers/wait.ts';
import { createBoss, type JobsEngine, setUpQueues } from './boss.ts';
import {
  deleteJobsOf,
  type FailingJob,
  freeBlockedKeys,
  lastUpkeep,
  listFailing,
  type QueueDepth,
  readDepths,
} from './inspection.ts';
import { deadLetterOf, type JobRequest, jobId, QUEUE_NAMES, QUEUES, type QueueName } from './queues.ts';
import { nameOf, runJob, type Work } from './run-job.ts';
import type { WorkResult } from './work-result.ts';

export interface JobsOptions {
  readonly engine: JobsEngine;
  readonly work: Omit<Work, 'upkeep'>;
  /**
   * Finds what should have been asked for and was not, as after a crash, among what has changed since then; called each
   * minute on one node. What was asked for may be among it.
   */
  readonly findDue: (since: Date) => Promise<readonly JobRequest[]>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'jobEnded' | 'queueDepth'>;
  /** How long running jobs may go on after `close()`. Default 10,000. */
  readonly closeMs?: number;
}

const RECONNECT_MS = { first: 500, most: 15_000 } as const;
/** Where jobs announce themselves, polling only finds what an announcement missed, and what is due for a retry. */
const POLL_SEC = { announced: 30, embedded: 5, otherwise: 2 } as const;
const CLOSE_MS = 10_000;

/** Begins in the background: what needs jobs waits for `ready`, the server does not. */
export function openJobs(options: JobsOptions): Jobs {
  return new Jobs(options);
}

export class Jobs {
  /** Resolves once the queues are there: the database is tried until it answers. Rejects only after `close()`. */
  readonly ready: Promise<void>;
  readonly #o: JobsOptions;
  readonly #boss: PgBoss;
  readonly #work: Work;
  readonly #workers = new Map<QueueName, string>();
  /** Aborts running jobs. */
  readonly #stopping = new AbortController();
  /** Ends the attempts to connect. */
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: JobsOptions) {
    this.#o = options;
    this.#work = { ...options.work, upkeep: () => this.#upkeep() };
    this.#boss = createBoss(options.engine);
    this.#boss.on('error', (error) => options.log.warn('JOBS_AWAY', { problem: nameOf(error) }));
    this.ready = this.#connect();
    this.ready.catch(() => {}); // only ever the end that `close()` has asked for
  }

  /** Resolves when all of them are durable; asking again changes nothing. Rejects while the database is away. */
  async enqueue(requests: readonly JobRequest[]): Promise<void> {
    // One after the other: those of one key keep the order in which they were asked for.
    for (const request of requests) await this.#send(request);
    for (const queue of new Set(requests.map(({ queue }) => queue))) this.#wake(queue);
  }

  depths(): Promise<readonly QueueDepth[]> {
    return readDepths(this.#boss);
  }

  /** The newest first. */
  failing(limit: number): Promise<readonly FailingJob[]> {
    return listFailing(this.#boss, limit);
  }

  /** Gives the dead letters of a queue another life; resolves with their number, 1000 at most. */
  async revive(queue: QueueName): Promise<number> {
    const revived = await this.#boss.redrive(deadLetterOf(queue));
    this.#wake(queue);
    return revived;
  }

  /** Forgets the jobs of these calls; resolves with their number. */
  forget(tenant: string, callSids: readonly string[]): Promise<number> {
    return deleteJobsOf(this.#boss.getDb(), tenant, callSids);
  }

  /** Takes no new job; running ones have `closeMs`, then they are aborted and left for later. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #connect(): Promise<void> {
    const { clock, log } = this.#o;
    const { signal } = this.#closing;
    for (let waitMs: number = RECONNECT_MS.first; ; waitMs = Math.min(waitMs * 2, RECONNECT_MS.most)) {
      try {
        signal.throwIfAborted();
        await this.#boss.start();
        await setUpQueues(this.#boss);
        for (const queue of QUEUE_NAMES) this.#workers.set(queue, await this.#startWorker(queue));
        return;
      } catch (error) {
        signal.throwIfAborted();
        log.warn('JOBS_AWAY', { problem: nameOf(error) });
        await wait(clock, waitMs, signal);
      }
    }
  }

  async #startWorker(queue: QueueName): Promise<string> {
    const started = this.#workers.get(queue);
    if (started !== undefined) return started;
    const { clock, engine, log, metrics } = this.#o;
    const runner = { work: this.#work, clock, log, metrics, closing: this.#stopping.signal };
    const rules = {
      includeMetadata: true,
      perJobResults: true,
      batchSize: QUEUES[queue].batch,
      burstWhenBatchFull: true,
      pollingIntervalSeconds: engine.kind === 'postgres' ? POLL_SEC.otherwise : POLL_SEC.embedded,
      notifyPollingIntervalSeconds: POLL_SEC.announced,
    } as const;
    return this.#boss.work(queue, rules, async (jobs) => {
      const results = await Promise.all(jobs.map((job) => runJob(runner, queue, job)));
      // Those that waited for their turn behind these are announced by nobody else.
      if (QUEUES[queue].inOrder) this.#wake(queue);
      return results;
    });
  }

  async #send(request: JobRequest): Promise<void> {
    const { queue, payload } = request;
    const key =
      QUEUES[queue].inOrder && 'callSid' in payload ? { singletonKey: `${payload.tenant}/${payload.callSid}` } : {};
    await this.#boss.send(queue, payload, { id: jobId(request), ...key });
  }

  #wake(queue: QueueName): void {
    const worker = this.#workers.get(queue);
    if (worker !== undefined) this.#boss.notifyWorker(worker);
  }

  async #upkeep(): Promise<WorkResult> {
    const freed = await freeBlockedKeys(this.#boss);
    await this.enqueue(await this.#o.findDue(await lastUpkeep(this.#boss)));
    for (const { queue, waiting, dead } of await this.depths()) this.#o.metrics.queueDepth(queue, { waiting, dead });
    return freed > 0 ? { status: 'done', note: 'freed keys behind dead letters' } : { status: 'done' };
  }

  async #close(): Promise<void> {
    const { clock, closeMs = CLOSE_MS } = this.#o;
    this.#closing.abort(stopped());
    await this.ready.catch(() => {});
    const disarm = clock.at(clock.now() + closeMs, () => this.#stopping.abort(stopped()));
    // pg-boss waits on a clock of its own; a little longer, so that an aborted job can still say that it was.
    await this.#boss.stop({ graceful: true, timeout: closeMs + 2000 });
    disarm();
    this.#stopping.abort(stopped());
  }
}

const stopped = (): DOMException => new DOMException('The server stops', 'AbortError');
