import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';

/** What a peer sends that cannot be used: counted each time, told in the log once per kind. */
export class BadMessages {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #told = new Set<string>();

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  note(kind: string, detail: string): void {
    this.#metrics.badMessage(kind);
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#log.warn('WS_BAD_MESSAGE', { kind, detail });
  }
}
