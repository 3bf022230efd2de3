import type { Clock } from '../../core/clock.ts';

/** Node's fetch keeps an idle connection for 4 s unless the server asks for more. */
const FRESH_MS = 3_000;
const GIVE_UP_MS = 5_000;

export interface WarmUp {
  /** Has a connection made in the background, unless that was done a moment ago. */
  touch(): void;
  close(): void;
}

/** Opens connections to an origin ahead of need: the next `fetch` finds name, TCP and TLS done. Failures are not told. */
export function createWarmUp(clock: Clock, url: string): WarmUp {
  const closing = new AbortController();
  let touchedAt = Number.NEGATIVE_INFINITY;
  return {
    touch() {
      if (closing.signal.aborted || clock.now() - touchedAt < FRESH_MS) return;
      touchedAt = clock.now();
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(GIVE_UP_MS)]);
      // After a HEAD request Node closes the connection, and after a body that nobody read as well.
      fetch(new URL('/', url), { redirect: 'manual', signal })
        .then((response) => response.arrayBuffer())
        .catch(() => {}); // the request proper will meet the same failure and report it
    },
    close: () => closing.abort(),
  };
}
