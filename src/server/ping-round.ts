import type { Clock } from '../core/clock.ts';

const MISSES_ALLOWED = 2;

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
  readonly #everyMs: number;
  readonly #places = new Set<Place>();
  #disarm: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  join(peer: PingedPeer): PingPlace {
    const place: Place = { peer, missed: 0 };
    this.#places.add(place);
    if (!this.#disarm) this.#arm();
    return {
      alive: () => {
        place.missed = 0;
      },
      leave: () => {
        this.#places.delete(place);
        if (this.#places.size > 0) return;
        this.#disarm?.();
        this.#disarm = undefined;
      },
    };
  }

  #arm(): void {
    this.#disarm = this.#clock.at(this.#clock.now() + this.#everyMs, () => {
      this.#arm();
      for (const place of [...this.#places]) visit(place);
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
