import type { UtteranceLedger } from '../utterance-ledger.ts';

interface Turn {
  /** Our id of the commit. */
  readonly eventId: string;
  readonly endMs: number;
  /** OpenAI's id of what was committed. */
  itemId?: string;
  /** The answer, which waits for those before it. */
  text?: string;
}

/** Enough to know a repeated answer by. */
const REMEMBERED_ITEMS = 16;

/** Brings answers, which come when they are ready, into the order of what was said. */
export class TranscriptionTurns {
  readonly #ledger: UtteranceLedger;
  readonly #turns: Turn[] = [];
  /** The words so far of items without an answer. */
  readonly #drafts = new Map<string, string>();
  /** Answers that came before the news of their commit. */
  readonly #early = new Map<string, string>();
  readonly #done: string[] = [];

  constructor(ledger: UtteranceLedger) {
    this.#ledger = ledger;
  }

  get isEmpty(): boolean {
    return this.#turns.length === 0;
  }

  /** An utterance that ends at `endMs` of the call's audio was committed. */
  add(eventId: string, endMs: number): void {
    this.#turns.push({ eventId, endMs });
  }

  /** There was nothing to transcribe; without an id of ours it is the oldest that OpenAI has not confirmed. */
  answerEmpty(eventId: string): void {
    const turn = this.#turns.find((one) => one.eventId === eventId) ?? this.#unconfirmed();
    if (turn) turn.text = '';
    this.#release();
  }

  /** Commits are confirmed in their order. */
  committed(itemId: string): void {
    const turn = this.#unconfirmed();
    if (!turn || this.#done.includes(itemId)) return;
    turn.itemId = itemId;
    const text = this.#early.get(itemId);
    this.#early.delete(itemId);
    if (text !== undefined) this.completed(itemId, text);
    else this.#showDraft();
  }

  delta(itemId: string, text: string): void {
    if (this.#done.includes(itemId)) return;
    this.#drafts.set(itemId, (this.#drafts.get(itemId) ?? '') + text);
    this.#showDraft();
  }

  completed(itemId: string, text: string): void {
    if (this.#done.includes(itemId)) return;
    const turn = this.#turns.find((one) => one.itemId === itemId);
    if (turn) turn.text = text;
    else this.#early.set(itemId, text);
    this.#release();
  }

  #unconfirmed(): Turn | undefined {
    return this.#turns.find((one) => one.itemId === undefined && one.text === undefined);
  }

  #release(): void {
    this.#skipLost();
    for (let turn = this.#turns[0]; turn?.text !== undefined; turn = this.#turns[0]) {
      // The ledger does not wait for ever. What it has settled by itself is not owed; late words are told all the same.
      const isOwed = this.#turns.length === this.#ledger.owed || this.#ledger.owed === 0;
      if (turn.text !== '') this.#ledger.segment(turn.text, turn.endMs);
      if (isOwed) this.#ledger.flushed();
      this.#forget(turn);
    }
    if (this.isEmpty) this.#early.clear();
    this.#showDraft();
  }

  /** An answer that never comes must not hold up the later ones, once the ledger has done without it. */
  #skipLost(): void {
    const isAnswered = (turn: Turn) => turn.text !== undefined;
    while (this.#turns.length > this.#ledger.owed && !isAnswered(this.#turns[0]!) && this.#turns.some(isAnswered)) {
      this.#forget(this.#turns[0]!);
    }
  }

  #forget({ itemId }: Turn): void {
    this.#turns.shift();
    if (itemId === undefined) return;
    this.#drafts.delete(itemId);
    this.#done.push(itemId);
    if (this.#done.length > REMEMBERED_ITEMS) this.#done.shift();
  }

  /** Only the oldest utterance's words so far are told. A model that streams begins before the commit. */
  #showDraft(): void {
    const isClaimed = (itemId: string) => this.#turns.some((turn) => turn.itemId === itemId);
    const itemId = this.#turns[0]?.itemId ?? [...this.#drafts.keys()].find((id) => !isClaimed(id));
    const draft = itemId === undefined ? undefined : this.#drafts.get(itemId);
    if (draft !== undefined) this.#ledger.partial(draft);
  }
}
