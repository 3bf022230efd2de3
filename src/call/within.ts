import type { Clock } from '../core/clock.ts';

/** Resolves with the work, which must not reject, or when its time is over. */
export async function within(work: Promise<void>, ms: number, clock: Clock): Promise<void> {
  let disarm = () => {};
  const late = new Promise<void>((resolve) => {
    disarm = clock.at(clock.now() + ms, resolve);
  });
  await Promise.race([work, late]);
  disarm();
}
