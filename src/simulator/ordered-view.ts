import type { Clock } from '../core/clock.ts';
import type { View, ViewItem } from './live-view.ts';

/** Journals are written by the block, so what the server decided is known later than what the phone heard. */
const HOLD_MS = 900;

interface Held {
  readonly item: ViewItem;
  readonly at: number;
  readonly releaseAt: number;
}

/** Shows everything a moment later, in the order in which it happened. */
export class OrderedView implements View {
  readonly #clock: Clock;
  readonly #view: View;
  #held: Held[] = [];
  #newest = 0;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock, view: View) {
    this.#clock = clock;
    this.#view = view;
  }

  show(item: ViewItem): void {
    // Something without a time of its own belongs where it came.
    const at = item.at ?? this.#newest;
    this.#newest = Math.max(this.#newest, at);
    const held = { item, at, releaseAt: this.#clock.now() + HOLD_MS };
    const place = this.#held.findLastIndex((other) => other.at <= at);
    this.#held.splice(place + 1, 0, held);
    this.#arm();
  }

  /** The call is over: shows what is left. */
  end(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    for (const { item } of this.#held.splice(0)) this.#view.show(item);
  }

  #arm(): void {
    const [first] = this.#held;
    if (!first || this.#disarm) return;
    this.#disarm = this.#clock.at(first.releaseAt, () => {
      this.#disarm = undefined;
      const ripe = this.#held.findLastIndex(({ releaseAt }) => releaseAt <= this.#clock.now());
      for (const { item } of this.#held.splice(0, ripe + 1)) this.#view.show(item);
      this.#arm();
    });
  }
}
