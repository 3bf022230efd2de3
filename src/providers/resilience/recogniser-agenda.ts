import type { Clock } from '../../core/clock.ts';

/** Something to do, and when; undefined for not at all. */
export type AgendaItem = readonly [at: number | undefined, act: () => void];

/**
 * One alarm for all that a session has to do some time. What is due is derived from the session's state each time, so
 * there is nothing to cancel; an alarm that comes early only sets the next, so deadlines that move away cost nothing.
 */
export class Agenda {
  readonly #clock: Clock;
  readonly #items: () => readonly AgendaItem[];
  #alarm: { readonly time: number; readonly cancel: () => void } | undefined;
  #isClosed = false;

  /** The first of `items` that is due is done; then they are asked for again. */
  constructor(clock: Clock, items: () => readonly AgendaItem[]) {
    this.#clock = clock;
    this.#items = items;
  }

  /** The state has changed, so that something may be due earlier. */
  arm(): void {
    if (this.#isClosed) return;
    const time = Math.min(...this.#items().map(([at = Number.POSITIVE_INFINITY]) => at));
    if (this.#alarm && this.#alarm.time <= time) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (time === Number.POSITIVE_INFINITY) return;
    this.#alarm = { time, cancel: this.#clock.at(time, () => this.#serve()) };
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
  }

  #serve(): void {
    this.#alarm = undefined;
    const now = this.#clock.now();
    const due = this.#items().find(([at]) => at !== undefined && at <= now);
    due?.[1]();
    this.arm();
  }
}
