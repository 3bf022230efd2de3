/** An answer that is begun before it is certain to be wanted: the model already thinks while the silence is judged. */
import { normalized } from '../core/words.ts';
import type { BrainEvent, BrainRequest, BrainSession } from '../providers/contracts.ts';
import { readAhead } from './read-ahead.ts';

export interface PreparedAnswerOptions {
  readonly brain: BrainSession;
  readonly request: BrainRequest;
  /** The caller's words that it answers. */
  readonly words: string;
}

export class PreparedAnswer {
  readonly #abort = new AbortController();
  readonly #words: string;
  readonly #events: AsyncIterable<BrainEvent>;
  #characters = 0;

  constructor({ brain, request, words }: PreparedAnswerOptions) {
    this.#words = normalized(words);
    this.#events = readAhead(this.#counted(brain.respond(request, this.#abort.signal)));
  }

  /** Text that the brain has written so far: what a dropped answer cost. */
  get characters(): number {
    return this.#characters;
  }

  isFor(words: string): boolean {
    return normalized(words) === this.#words;
  }

  /** The answer from its beginning, under the signal of the reply that it has become. */
  adopt(signal: AbortSignal): AsyncIterable<BrainEvent> {
    if (signal.aborted) this.drop();
    else signal.addEventListener('abort', () => this.#abort.abort(signal.reason), { once: true });
    return this.#events;
  }

  drop(): void {
    this.#abort.abort();
  }

  async *#counted(events: AsyncIterable<BrainEvent>): AsyncGenerator<BrainEvent> {
    for await (const event of events) {
      if (event.type === 'text') this.#characters += event.text.length;
      yield event;
    }
  }
}
