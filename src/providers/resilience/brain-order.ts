import type { ProviderError } from '../../core/errors.ts';

export interface BrainOrderOptions {
  readonly length: number;
  /** Where the chain begins for this call. */
  readonly start: number;
  readonly admits: (index: number) => boolean;
  readonly startsAnew: (index: number) => boolean;
}

interface BrainFailure {
  readonly index: number;
  readonly error: ProviderError;
  /** Some of its text was passed on. */
  readonly hasSpoken: boolean;
}

/** Who answers next, in one reply: down the chain. The last model may finish what it began, before a flow takes over. */
export class BrainOrder {
  readonly #options: BrainOrderOptions;
  readonly #tried = new Set<number>();
  #failure: BrainFailure | undefined;
  #hasRepeated = false;

  constructor(options: BrainOrderOptions) {
    this.#options = options;
  }

  /** Undefined when nobody is left. Before any failure there is always somebody, if only to say why not. */
  next(): number | undefined {
    const { startsAnew, start } = this.#options;
    const candidate = this.#candidate();
    if (this.#failure && (candidate === undefined || startsAnew(candidate)) && this.#mayRepeat(this.#failure)) {
      this.#hasRepeated = true;
      return this.#failure.index;
    }
    const chosen = candidate ?? (this.#failure ? undefined : start);
    if (chosen !== undefined) this.#tried.add(chosen);
    return chosen;
  }

  failed(failure: BrainFailure): void {
    this.#failure = failure;
  }

  #candidate(): number | undefined {
    const { length, start, admits } = this.#options;
    for (let index = start; index < length; index++) if (!this.#tried.has(index) && admits(index)) return index;
    return undefined;
  }

  #mayRepeat({ index, error, hasSpoken }: BrainFailure): boolean {
    const { admits, startsAnew } = this.#options;
    return hasSpoken && !this.#hasRepeated && error.retryable && !startsAnew(index) && admits(index);
  }
}
