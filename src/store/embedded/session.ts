import type { Clock } from '../../core/clock.ts';
import { within } from '../deadline.ts';
import type { EngineResult, EngineSession } from '../engine.ts';
import { toStoreError, unavailable } from '../failures.ts';
import type { RequestBody, WorkerLink } from './worker-link.ts';

export interface EmbeddedSessionOptions {
  readonly clock: Clock;
  readonly link: WorkerLink;
  readonly budgetMs: number;
  readonly since: number;
  /** Lets the next one in. */
  readonly leave: () => void;
}

/**
 * A turn at the one connection that the embedded database has. A statement cannot be cancelled: whoever asked is told
 * in time that it was too slow, and the connection is passed on when it has ended, rolled back.
 */
export class EmbeddedSession implements EngineSession {
  readonly #options: EmbeddedSessionOptions;
  #deadline: number;
  #running: Promise<unknown> = Promise.resolve();
  #isGone = false;

  constructor(options: EmbeddedSessionOptions) {
    this.#options = options;
    this.#deadline = options.since + options.budgetMs;
  }

  query(sql: string, parameters: readonly unknown[]): Promise<EngineResult> {
    return this.#run({ type: 'query', sql, parameters });
  }

  script(sql: string): Promise<EngineResult> {
    return this.#run({ type: 'script', sql });
  }

  /** Asks the worker for something that is no statement. */
  async ask(body: RequestBody): Promise<void> {
    await this.#run(body);
  }

  release(isDirty = false): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const { link, leave } = this.#options;
    const clean = async (): Promise<void> => {
      await this.#running;
      if (isDirty) await link.run({ type: 'script', sql: 'rollback' });
    };
    void clean().then(leave, leave);
  }

  async #run(body: RequestBody): Promise<EngineResult> {
    const { clock, link, budgetMs } = this.#options;
    if (this.#isGone) throw unavailable('the connection was given up');
    const answer = link.run(body);
    this.#running = answer.catch(() => {});
    try {
      return await within(clock, Math.max(1, this.#deadline - clock.now()), answer, () => this.release(true));
    } catch (error) {
      throw toStoreError(error);
    } finally {
      this.#deadline = clock.now() + budgetMs;
    }
  }
}
