/** What is kept: the ledger, the store, recordings, and the jobs after calls. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { KeptState } from './metrics-contract.ts';

const JOB_BUCKETS_SECONDS = [0.01, 0.05, 0.2, 1, 5, 20, 60, 300, 1800];

/** Gauges that ask for their value when they are read: nothing is counted while nobody looks. */
export function keepingMetrics(registry: Registry) {
  const registers = [registry];
  let look: () => KeptState | undefined = () => undefined;
  /** Of several processes, the worst counts where a sum says nothing. */
  const worst = { kav_ledger_oldest_seconds: 'max', kav_ledger_sync_seconds: 'max', kav_store_ready: 'min' } as const;
  const gauge = (name: string, help: string, measure: (state: KeptState) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      aggregator: name in worst ? worst[name as keyof typeof worst] : 'sum',
      collect() {
        const state = look();
        if (state) this.set(measure(state));
      },
    });
  };
  gauge('kav_ledger_waiting', 'Facts in memory that are not yet durable.', ({ ledger }) => ledger.waiting);
  gauge('kav_ledger_unapplied', 'Durable facts that the store does not have yet.', ({ ledger }) => ledger.unapplied);
  gauge(
    'kav_ledger_oldest_seconds',
    'How long the oldest fact has waited for the store.',
    ({ ledger }) => ledger.oldestUnappliedMs / 1000,
  );
  gauge('kav_ledger_bytes', 'Size of the ledger on the disk.', ({ ledger }) => ledger.bytes);
  gauge(
    'kav_ledger_sync_seconds',
    'How long the newest batch of facts took to be written and synced.',
    ({ ledger }) => ledger.syncMs / 1000,
  );
  gauge(
    'kav_ledger_refused_facts',
    'Facts that the disk or the store would not take, since the start.',
    ({ ledger }) => ledger.refusedNotes + ledger.refusedFacts,
  );
  gauge(
    'kav_ledger_lost_facts',
    'Facts that could not be read back, since the start.',
    ({ ledger }) => ledger.lostFacts,
  );
  gauge('kav_store_ready', 'Whether the store is there: 1, or 0.', ({ storeReady }) => Number(storeReady));
  const segments = new Counter({
    name: 'kav_recording_segments_total',
    help: 'Segments of recordings, by whether they were kept or lost.',
    labelNames: ['fate'],
    registers,
  });
  for (const fate of ['kept', 'lost']) segments.labels(fate).inc(0);
  return {
    watchKeeping: (now: () => KeptState) => {
      look = now;
    },
    recordingSegment: (fate: 'kept' | 'lost') => segments.labels(fate).inc(),
  };
}

export function jobMetrics(registry: Registry) {
  const registers = [registry];
  const attempts = new Histogram({
    name: 'kav_job_seconds',
    help: 'How long attempts at background jobs took, by queue and result.',
    labelNames: ['queue', 'result'],
    buckets: JOB_BUCKETS_SECONDS,
    registers,
  });
  const waiting = new Gauge({
    name: 'kav_jobs_waiting',
    help: 'Background jobs that wait for their turn or for a retry, by queue.',
    labelNames: ['queue'],
    registers,
  });
  const dead = new Gauge({
    name: 'kav_jobs_dead',
    help: 'Background jobs that were given up and wait for a person, by queue.',
    labelNames: ['queue'],
    registers,
  });
  return {
    jobEnded: (queue: string, result: string, ms: number) => attempts.labels(queue, result).observe(ms / 1000),
    queueDepth: (queue: string, depth: { readonly waiting: number; readonly dead: number }) => {
      waiting.labels(queue).set(depth.waiting);
      dead.labels(queue).set(depth.dead);
    },
  };
}
