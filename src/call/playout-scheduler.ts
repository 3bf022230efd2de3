import type { Clock } from '../core/clock.ts';

/** Something that sends what is due when it is told the time. */
export interface Pumped {
  /** Returns false when it has nothing more to send; it is then forgotten until it is added again. */
  pump(now: number, dueAt: number): boolean;
  /** Its `pump` threw: the others are not to suffer. */
  failed(error: unknown): void;
}

/** Calls are spread over the frame time, so that hundreds of them do not all send in the same millisecond. */
const SLOTS = 2;
const SLOT_MS = 10;

/**
 * One timer for the playout of every call, on absolute times: each queue is pumped every 20 ms, a late wake is
 * followed by an early one, and with nothing to play there is no timer at all.
 */
export class PlayoutScheduler {
  readonly #clock: Clock;
  readonly #slots: readonly Set<Pumped>[] = Array.from({ length: SLOTS }, () => new Set<Pumped>());
  #size = 0;
  #next = 0;
  #slot = 0;
  readonly #onWake: (lateMs: number) => void;
  #disarm: (() => void) | undefined;

  /** `onWake` learns how late each wake came, which is how late its frames are. */
  constructor(clock: Clock, onWake: (lateMs: number) => void) {
    this.#clock = clock;
    this.#onWake = onWake;
  }

  /** Idempotent. The queue joins the slot that is next to come; its first frames are its own business, at once. */
  add(queue: Pumped): void {
    if (this.#slots.some((slot) => slot.has(queue))) return;
    this.#slots[this.#slot]!.add(queue);
    this.#size++;
    if (this.#disarm) return;
    this.#next = this.#clock.now() + SLOT_MS;
    this.#arm();
  }

  remove(queue: Pumped): void {
    for (const slot of this.#slots) if (slot.delete(queue)) this.#size--;
    if (this.#size > 0 || !this.#disarm) return;
    this.#disarm();
    this.#disarm = undefined;
  }

  /**
   * Sends now what is overdue. For those who keep the timer from being looked at: Node reads all sockets that have
   * something before it looks at its timers, and after a stall hundreds have.
   */
  catchUp(): void {
    if (!this.#disarm || this.#clock.now() <= this.#next) return;
    this.#disarm();
    this.#tick();
  }

  #arm(): void {
    this.#disarm = this.#clock.at(this.#next, () => this.#tick());
  }

  #tick(): void {
    const now = this.#clock.now();
    this.#onWake(now - this.#next);
    // After a stall every slot is late: each is pumped once and the schedule starts anew from here.
    const due = Math.min(SLOTS, 1 + Math.floor((now - this.#next) / SLOT_MS));
    for (let i = 0; i < due; i++) this.#pumpSlot(now, this.#next + i * SLOT_MS);
    this.#next = Math.max(this.#next + due * SLOT_MS, now - SLOT_MS);
    this.#disarm = undefined;
    if (this.#size > 0) this.#arm();
  }

  #pumpSlot(now: number, dueAt: number): void {
    const slot = this.#slots[this.#slot]!;
    this.#slot = (this.#slot + 1) % SLOTS;
    for (const queue of slot) {
      if (!pumpSafely(queue, now, dueAt) && slot.delete(queue)) this.#size--;
    }
  }
}

function pumpSafely(queue: Pumped, now: number, dueAt: number): boolean {
  try {
    return queue.pump(now, dueAt);
  } catch (error) {
    queue.failed(error);
    return false;
  }
}
