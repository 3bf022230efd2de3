import { SentenceSplitter } from '../../text/sentences.ts';
import type { BrainRequest, HistoryTurn } from '../contracts.ts';

/** What of a reply has been passed on, as the listener downstream cuts it into sentences. */
export class SaidSoFar {
  readonly #splitter = new SentenceSplitter();
  readonly #sentences: string[] = [];
  #hasLooseText = false;

  /** Whole sentences: they are spoken, whatever happens. */
  get hasSentences(): boolean {
    return this.#sentences.length > 0;
  }

  /** There is text since the beginning, or since it was last taken back. */
  get hasLooseText(): boolean {
    return this.#hasLooseText;
  }

  add(text: string): void {
    this.#hasLooseText = true;
    this.#sentences.push(...this.#splitter.push(text));
  }

  /** What is not a whole sentence yet is taken back. */
  retract(): void {
    this.#hasLooseText = false;
    this.#splitter.reset();
  }

  /** The request for somebody else to go on: it sees what was said, as if it had been interrupted there. */
  goOn(request: BrainRequest): BrainRequest {
    if (!this.hasSentences) return request;
    const said: HistoryTurn = { who: 'agent', text: this.#sentences.join(' '), interrupted: true };
    return { ...request, history: [...request.history, said] };
  }
}
