import type { Clock } from '../core/clock.ts';

/** The process's monotonic clock. Node may wake a millisecond early; `at` never does. */
export function createRealClock(): Clock {
  const now = (): number => performance.now();
  return {
    now,
    at(time, wake) {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        // Node clamps a longer delay to 1 ms (nodejs/node issue 4541), so long waits go in steps.
        timer = setTimeout(check, Math.min(Math.max(0, Math.ceil(time - now())), LONGEST_TIMEOUT_MS));
      };
      const check = (): void => (now() >= time ? wake() : arm());
      arm();
      return () => clearTimeout(timer);
    },
  };
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
