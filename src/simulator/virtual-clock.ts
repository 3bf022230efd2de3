import type { Clock } from '../core/clock.ts';

interface Alarm {
  readonly time: number;
  readonly order: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/**
 * A clock that moves only when told. Alarms fire in order of time, then of setting; between two alarms `advance`
 * lets promise jobs run, so that code with `await` behaves as it does on the real clock.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #pending = 0;
  readonly #heap: Alarm[] = [];

  now(): number {
    return this.#now;
  }

  /** Alarms set and neither fired nor cancelled: zero after a call that cleaned up. */
  get alarms(): number {
    return this.#pending;
  }

  at(time: number, wake: () => void): () => void {
    const alarm: Alarm = { time: Math.max(time, this.#now), order: this.#order++, wake, cancelled: false };
    this.#push(alarm);
    this.#pending++;
    return () => {
      if (alarm.cancelled) return;
      alarm.cancelled = true;
      this.#pending--;
    };
  }

  /** Fires every alarm up to `time`, without giving promises a chance to run: for code that has none. */
  advanceTo(time: number): void {
    for (let next = this.#due(time); next; next = this.#due(time)) this.#fire(next);
    this.#now = Math.max(this.#now, time);
  }

  /** Time passes while nothing runs, as in a paused process; then what is overdue fires, late. */
  stall(ms: number): void {
    this.#now += ms;
    const end = this.#now;
    for (let next = this.#due(end); next; next = this.#due(end)) this.#fire(next);
  }

  /** Time passes while something runs: what is overdue fires only when the clock is moved again. */
  work(ms: number): void {
    this.#now += ms;
  }

  /** As `advanceTo`, relative to now, and draining promise jobs before each alarm and at the end. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await drainJobs();
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.#fire(next);
      await drainJobs();
    }
    this.#now = end;
  }

  #fire(alarm: Alarm): void {
    alarm.cancelled = true;
    this.#pending--;
    this.#now = Math.max(this.#now, alarm.time);
    alarm.wake();
  }

  #due(end: number): Alarm | undefined {
    while (this.#heap[0]?.cancelled) this.#pop();
    const first = this.#heap[0];
    if (!first || first.time > end) return undefined;
    return this.#pop();
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap;
    let i = heap.push(alarm) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isEarlier(alarm, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = alarm;
  }

  #pop(): Alarm | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1]!, heap[child]!)) child++;
      if (!isEarlier(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function isEarlier(a: Alarm, b: Alarm): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** Lets chains of resolved promises run to their end; the macrotask turn also serves streams that use `setImmediate`. */
function drainJobs(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
