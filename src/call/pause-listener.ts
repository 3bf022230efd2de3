/** Has a model hear each pause of the caller. Keeps the newest seconds of the caller's audio for it. */
import type { CallState } from '../core/call.ts';
import type { CallEvent } from '../core/call-event.ts';
import { wordsSoFar } from '../core/turn.ts';
import { type EndpointingModel, HEARD_BYTES } from '../endpointing-model/contract.ts';
import { PreRoll } from '../providers/wire/pre-roll.ts';

/** Audio from before the speech, as the model learned it (`PRE_SPEECH_MS` in Pipecat's base_smart_turn.py). */
const LEAD_MS = 500;
const BYTES_PER_MS = 8;

export class PauseListener {
  readonly #model: EndpointingModel;
  readonly #onAnswer: () => void;
  readonly #audio = new PreRoll(HEARD_BYTES);
  /** When the first speech of the turn began. */
  #turnFrom = 0;
  #completeness: number | undefined;
  #cancel: () => void = () => {};

  /** `onAnswer` is told, after the fact, that `completeness` is now known. */
  constructor(model: EndpointingModel, onAnswer: () => void) {
    this.#model = model;
    this.#onAnswer = onAnswer;
  }

  /** What the model thinks of the pause in progress, 0 … 1; undefined before its answer, and without one. */
  get completeness(): number | undefined {
    return this.#completeness;
  }

  hear(frame: Uint8Array): void {
    this.#audio.push(frame);
  }

  /** Feed it every step in order, before anybody asks for `completeness`. */
  take(event: CallEvent, { turn }: CallState): void {
    const { caller, phase } = turn;
    if (event.type === 'speech-start') {
      this.#forget();
      const isNewTurn = wordsSoFar(caller) === '' && caller.owedFinals === 0;
      if (isNewTurn) this.#turnFrom = event.since;
    }
    // While the agent holds its breath the floor is still to be given.
    const isOpen = phase.name === 'listening' || ('task' in phase && phase.task.pausedAt !== undefined);
    if (event.type === 'speech-end' || !isOpen) this.#forget();
    if (event.type !== 'speech-end' || !isOpen) return;
    const from = caller.words === '' ? this.#turnFrom : Math.min(this.#turnFrom, caller.wordsFrom);
    const turnMs = event.at - from + LEAD_MS;
    this.#cancel = this.#model.ask(this.#audio.newest(turnMs * BYTES_PER_MS), (completeness) => {
      this.#completeness = completeness;
      this.#onAnswer();
    });
  }

  /** No answer is waited for any more. */
  close(): void {
    this.#forget();
  }

  #forget(): void {
    this.#cancel();
    this.#completeness = undefined;
  }
}
