import type { ProviderError } from '../../core/errors.ts';

/** The longest a caller waits before the only voice is asked again. */
const LONGEST_PAUSE_MS = 300;
const USUAL_PAUSE_MS = 100;

export interface VoiceTurn {
  readonly index: number;
  /** To wait before asking. */
  readonly pauseMs: number;
}

interface VoiceFailure {
  readonly index: number;
  readonly error: ProviderError;
  /** Some of the sentence was heard. */
  readonly wasHeard: boolean;
}

/** Who speaks next, in one sentence: down the chain, and the last one once more if there is nobody else. */
export class VoiceOrder {
  readonly #length: number;
  readonly #admits: (index: number) => boolean;
  readonly #tried = new Set<number>();
  #failure: VoiceFailure | undefined;
  #hasRepeated = false;

  constructor(length: number, admits: (index: number) => boolean) {
    this.#length = length;
    this.#admits = admits;
  }

  /** Undefined when nobody is left. Before any failure there is always somebody, if only to say why not. */
  next(): VoiceTurn | undefined {
    for (let index = 0; index < this.#length; index++) {
      if (!this.#tried.has(index) && this.#admits(index)) return this.#take(index, 0);
    }
    return this.#failure ? this.#again(this.#failure) : this.#take(0, 0);
  }

  failed(failure: VoiceFailure): void {
    this.#failure = failure;
  }

  #again({ index, error, wasHeard }: VoiceFailure): VoiceTurn | undefined {
    const pauseMs = error.retryAfterMs ?? (error.code === 'provider-timeout' ? 0 : USUAL_PAUSE_MS);
    const mayRepeat = !this.#hasRepeated && error.retryable && pauseMs <= LONGEST_PAUSE_MS;
    if (!mayRepeat || !(wasHeard || this.#tried.size === 1) || !this.#admits(index)) return undefined;
    this.#hasRepeated = true;
    return this.#take(index, pauseMs);
  }

  #take(index: number, pauseMs: number): VoiceTurn {
    this.#tried.add(index);
    return { index, pauseMs };
  }
}
