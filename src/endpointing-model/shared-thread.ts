import type { Clock } from '../core/clock.ts';
import { type Fate, Questions } from './questions.ts';
import type { ModelThread, ThreadOptions } from './thread.ts';

export interface SharedThreadOptions {
  readonly clock: Clock;
  readonly warn: (note: string) => void;
  readonly onFate: (fate: Fate) => void;
  readonly start: (news: Pick<ThreadOptions, 'onAnswer' | 'onLost'>) => Promise<ModelThread>;
}

/** The one thread of all calls, started anew when it died, after a rest. */
export class SharedThread {
  readonly #options: SharedThreadOptions;
  readonly #questions: Questions;
  #thread: ModelThread | undefined;
  #restarting: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: SharedThreadOptions) {
    const { clock, onFate, warn } = options;
    this.#options = options;
    this.#questions = new Questions({
      clock,
      post: (message, transfer) => this.#thread?.post(message, transfer),
      onNews: warn,
      onFate,
      onStuck: () => this.#lose('its thread hangs'),
    });
  }

  /** How long one pause took when it was tried. Rejects as `start` of the options does. */
  async start(): Promise<number> {
    const thread = await this.#options.start({
      onAnswer: (answer) => this.#questions.take(answer),
      onLost: (problem) => this.#lose(problem),
    });
    if (this.#isClosed) await thread.close();
    else this.#thread = thread;
    return thread.tookMs;
  }

  /** See `EndpointingModel.ask`. */
  ask(mulaw: Uint8Array<ArrayBuffer>, onAnswer: (completeness: number) => void): () => void {
    if (this.#isClosed) return () => {};
    if (this.#thread || this.#questions.isResting) return this.#questions.ask(mulaw, onAnswer);
    this.#restarting ??= this.#restart();
    this.#options.onFate('refused');
    return () => {};
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#questions.close();
    await Promise.all([this.#restarting, this.#thread?.close()]);
  }

  async #restart(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.#questions.lost(error instanceof Error ? error.message : String(error));
    }
    this.#restarting = undefined;
  }

  #lose(problem: string): void {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#questions.lost(problem);
    void thread?.close();
  }
}
