/** What processes that share a database ask of each other. */
import { Histogram, type Registry } from 'prom-client';

const CLUSTER_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

export function clusterMetrics(registry: Registry) {
  const asked = new Histogram({
    name: 'kav_cluster_question_seconds',
    help: 'Time that questions to the other nodes took, by question, and whether there was an answer.',
    labelNames: ['question', 'answer'],
    buckets: CLUSTER_BUCKETS_SECONDS,
    registers: [registry],
  });
  return {
    clusterAsked: (question: string, answer: 'answered' | 'unknown', ms: number) =>
      asked.labels(question, answer).observe(ms / 1000),
  };
}
