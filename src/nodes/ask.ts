/** Questions to the store that somebody on the line waits for: each has a short time of its own. */
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';

export type ClusterQuestion = 'admit' | 'claim' | 'past' | 'afterwards' | 'command' | 'may-act';

export interface AskerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Question<T> {
  readonly name: ClusterQuestion;
  readonly withinMs: number;
  readonly callSid: string;
  readonly work: Promise<T>;
}

export type Ask = <T>(question: Question<T>) => Promise<T | undefined>;

/** Resolves to undefined when the answer is late or cannot be had; a late one is nobody's any more. Never rejects. */
export function createAsk({ clock, log, metrics }: AskerOptions): Ask {
  return ({ callSid, name, withinMs, work }) =>
    new Promise((resolve) => {
      const since = clock.now();
      const lose = (reason: string): void => {
        log.warn('CLUSTER_UNKNOWN', { call_sid: callSid, question: name, reason });
        metrics.clusterAsked(name, 'unknown', clock.now() - since);
        resolve(undefined);
      };
      let isLate = false;
      const disarm = clock.at(since + withinMs, () => {
        isLate = true;
        lose(`no answer within ${withinMs} ms`);
      });
      work.then(
        (answer) => {
          disarm();
          if (isLate) return;
          metrics.clusterAsked(name, 'answered', clock.now() - since);
          resolve(answer);
        },
        (error: unknown) => {
          disarm();
          if (!isLate) lose(error instanceof Error ? error.message : String(error));
        },
      );
    });
}
