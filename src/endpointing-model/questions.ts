import type { Clock } from '../core/clock.ts';
import { Fuse } from './fuse.ts';
import type { Answer, ToWorker } from './worker-messages.ts';

/** A pause is seldom undecided for longer, so an answer that comes later is of no use to anybody. */
export const ANSWER_MS = 500;
/** More than these would wait too long for their turn anyway. */
const MOST_WAITING = 16;
/** A thread that thinks for so long will never answer. */
const STUCK_MS = 5_000;

/** What becomes of a question; `dropped` when nobody waits for it any more, `refused` when there is no time for it. */
export type Fate = 'used' | 'dropped' | 'refused' | 'failed';

export interface QuestionsOptions {
  readonly clock: Clock;
  readonly post: (message: ToWorker, transfer: readonly ArrayBuffer[]) => void;
  /** The model is not asked for a while, or is asked again: news for the operator. */
  readonly onNews: (news: string) => void;
  readonly onFate: (fate: Fate) => void;
  /** There is no hope for the thread. */
  readonly onStuck: () => void;
}

interface Question {
  readonly mulaw: Uint8Array<ArrayBuffer>;
  readonly onAnswer: (completeness: number) => void;
  readonly askedAt: number;
  isWanted: boolean;
}

/** The pauses of all calls that wait for one thread, which is given one at a time, the oldest first. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #fuse: Fuse;
  readonly #waiting: Question[] = [];
  #given:
    | { readonly id: number; readonly question: Question; readonly at: number; readonly disarm: () => void }
    | undefined;
  #count = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#fuse = new Fuse(options.clock, options.onNews);
  }

  /** Nothing is asked for a while, because it would be in vain. */
  get isResting(): boolean {
    return this.#fuse.isBlown;
  }

  /** See `EndpointingModel.ask`. */
  ask(mulaw: Uint8Array<ArrayBuffer>, onAnswer: (completeness: number) => void): () => void {
    const { clock, onFate } = this.#options;
    if (this.isResting || this.#waiting.length === MOST_WAITING) {
      onFate('refused');
      return () => {};
    }
    const question: Question = { mulaw, onAnswer, askedAt: clock.now(), isWanted: true };
    this.#waiting.push(question);
    this.#giveNext();
    return () => {
      question.isWanted = false;
    };
  }

  take(answer: Answer): void {
    const given = this.#given;
    if (given?.id !== answer.question) return;
    this.#forgetGiven();
    const { clock, onFate } = this.#options;
    const now = clock.now();
    const tookMs = Math.round(now - given.at);
    if (answer.type === 'failed') this.#fuse.failed(answer.problem);
    else if (tookMs > ANSWER_MS) this.#fuse.failed(`it took ${tookMs} ms for a pause, and ${ANSWER_MS} are allowed`);
    else this.#fuse.worked();
    const { askedAt, isWanted, onAnswer } = given.question;
    const isUsed = isWanted && now - askedAt <= ANSWER_MS;
    onFate(answer.type === 'failed' ? 'failed' : isUsed ? 'used' : 'dropped');
    if (answer.type === 'answer' && isUsed) onAnswer(answer.completeness);
    this.#giveNext();
  }

  /** The thread is gone, and with it the question that it had. */
  lost(problem: string): void {
    if (this.#given) this.#options.onFate('failed');
    this.close();
    this.#fuse.blow(problem);
  }

  close(): void {
    this.#forgetGiven();
    for (const { isWanted } of this.#waiting.splice(0)) this.#options.onFate(isWanted ? 'refused' : 'dropped');
  }

  #giveNext(): void {
    const { clock, onStuck, post } = this.#options;
    if (this.#given) return;
    const question = this.#nextWanted();
    if (!question) return;
    const id = ++this.#count;
    const at = clock.now();
    this.#given = { id, question, at, disarm: clock.at(at + STUCK_MS, onStuck) };
    post({ question: id, mulaw: question.mulaw }, [question.mulaw.buffer]);
  }

  /** After half of its time a question has hardly a chance, and would cost the next one its own. */
  #nextWanted(): Question | undefined {
    const { clock, onFate } = this.#options;
    const since = clock.now() - ANSWER_MS / 2;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (next.isWanted && next.askedAt >= since && !this.isResting) return next;
      onFate(next.isWanted ? 'refused' : 'dropped');
    }
    return undefined;
  }

  #forgetGiven(): void {
    this.#given?.disarm();
    this.#given = undefined;
  }
}
