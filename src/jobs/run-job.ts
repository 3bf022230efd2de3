/** One attempt at one job: what becomes of it, for pg-boss, the log and the metrics. */
import type { JobResult, JobWithMetadata } from 'pg-boss';
import { ZodError } from 'zod';
import type { Clock } from '../core/clock.ts';
import { StoreError } from '../core/errors.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { BucketFault } from './objects/bucket-fault.ts';
import { type Payload, parsePayload, type QueueName } from './queues.ts';
import { refused, retry, type WorkResult } from './work-result.ts';

export interface Attempt {
  /** Aborted when the server stops, or when another node has taken the job over. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly number: number;
  /** After this one comes the dead letter. */
  readonly isLast: boolean;
}

/** What is done for each queue. */
export type Work = {
  readonly [Q in QueueName]: (payload: Payload<Q>, attempt: Attempt) => Promise<WorkResult>;
};

export interface JobRunner {
  readonly work: Work;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'jobEnded'>;
  readonly closing: AbortSignal;
}

/** Never rejects. What pg-boss keeps of a failure are words of ours: an error's own text may hold what a caller said. */
export async function runJob(runner: JobRunner, queue: QueueName, job: JobWithMetadata<unknown>): Promise<JobResult> {
  const { clock, closing, log, metrics } = runner;
  const attempt: Attempt = {
    signal: AbortSignal.any([closing, job.signal]),
    number: job.retryCount + 1,
    isLast: job.retryCount >= job.retryLimit,
  };
  const from = clock.now();
  const result = await perform(runner, queue, job, attempt);
  const isOver = result.status === 'refused' || (result.status === 'retry' && attempt.isLast);
  metrics.jobEnded(queue, isOver ? 'dead' : result.status, clock.now() - from);
  const fields = { queue, job: job.id, attempt: attempt.number, ...subjectOf(job.data) };
  if (result.status === 'done') {
    log.debug('JOB_DONE', { ...fields, ...(result.note ? { note: result.note } : {}) });
    return { id: job.id, status: 'completed', output: { note: result.note ?? 'done' } };
  }
  const { problem } = result;
  log[isOver ? 'error' : 'warn'](isOver ? 'JOB_DEAD' : 'JOB_RETRY', { ...fields, problem });
  return { id: job.id, status: result.status === 'refused' ? 'deadletter' : 'failed', output: { problem } };
}

async function perform(
  runner: JobRunner,
  queue: QueueName,
  job: JobWithMetadata<unknown>,
  attempt: Attempt,
): Promise<WorkResult> {
  try {
    return await performOn(runner.work, queue, job.data, attempt);
  } catch (error) {
    if (attempt.signal.aborted) return { status: 'retry', problem: 'the server stopped' };
    if (error instanceof StoreError) return retry(error.code);
    if (error instanceof BucketFault) return retry(error.message);
    if (error instanceof ZodError) return refused('the job names nothing that can be worked on');
    runner.log.error('JOB_BUG', {
      queue,
      job: job.id,
      ...subjectOf(job.data),
      pii: { error: String(error) },
      at: placeOf(error),
    });
    return { status: 'retry', problem: `a fault in the work: ${nameOf(error)}` };
  }
}

function performOn<Q extends QueueName>(work: Work, queue: Q, data: unknown, attempt: Attempt): Promise<WorkResult> {
  return work[queue](parsePayload(queue, data), attempt);
}

function subjectOf(data: unknown): { readonly call_sid?: string } {
  const callSid = typeof data === 'object' && data !== null && 'callSid' in data ? data.callSid : undefined;
  return typeof callSid === 'string' ? { call_sid: callSid } : {};
}

/** The class of an error, and its code: never its text. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not an error';
  const code = 'code' in error ? String(error.code) : '';
  return /^[\w-]{1,40}$/.test(code) ? `${error.name} ${code}` : error.name;
}

/** Where it was thrown: the lines of its stack that name a file, without the text above them. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const lines = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return lines?.slice(0, 6).join('\n');
}
