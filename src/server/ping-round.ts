import type { Clock } from '../core/clock.ts';

const MISSES_ALLOWED = 2;
/** A round is spread over its time: hundreds of pings at once would hold up every call's audio for 10 ms. */
const SLOTS = 20;

/** One long socket, as the ping round sees it. */
export interface PingedPeer {
  /** `missed` pings in a row are unanswered already. */
  ping(missed: number): void;
  /** It has not answered for too long: cut it. */
  lost(): void;
}

export interface PingPlace {
  /** Something arrived from the peer, a pong or anything else. */
  alive(): void;
  leave(): void;
}

interface Place {
  readonly peer: PingedPeer;
  missed: number;
}

/**
 * Pings all long sockets on one timer, so that half-open connections, for which TCP alone would take hours, are
 * noticed. The timer runs only while there is a socket.
 */
export class PingRound {
  readonly #clock: Clock;
  readonly #slotMs: number;
  readonly #slots: readonly Set<Place>[] = Array.from({ length: SLOTS }, () => new Set<Place>());
  #size = 0;
  /** The slot of the next visit. */
  #next = 0;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#slotMs = everyMs / SLOTS;
  }

  join(peer: PingedPeer): PingPlace {
    const place: Place = { peer, missed: 0 };
    // The slot that was visited last, so that the first ping comes after a whole round.
    const slot = this.#slots[(this.#next + SLOTS - 1) % SLOTS]!;
    slot.add(place);
    this.#size++;
    if (!this.#disarm) this.#arm();
    return {
      alive: () => {
        place.missed = 0;
      },
      leave: () => {
        if (!slot.delete(place) || --this.#size > 0) return;
        this.#disarm?.();
        this.#disarm = undefined;
      },
    };
  }

  #arm(): void {
    this.#disarm = this.#clock.at(this.#clock.now() + this.#slotMs, () => {
      const slot = this.#slots[this.#next]!;
      this.#next = (this.#next + 1) % SLOTS;
      this.#arm();
      for (const place of [...slot]) visit(place);
    });
  }
}

function visit(place: Place): void {
  if (place.missed >= MISSES_ALLOWED) {
    place.peer.lost();
    return;
  }
  place.peer.ping(place.missed);
  place.missed++;
}
