import type { Log } from '../observe/log.ts';
import type { DeskSlot } from './desk-slot.ts';

export interface Drain {
  readonly started: boolean;
  /** From now on `/readyz` answers 503 and new callers hear a line; resolves when the running calls have ended. */
  start(): Promise<void>;
}

export function createDrain(slot: DeskSlot, log: Log): Drain {
  let running: Promise<void> | undefined;
  return {
    get started() {
      return running !== undefined;
    },
    start: () => {
      running ??= drainDesk(slot, log);
      return running;
    },
  };
}

async function drainDesk(slot: DeskSlot, log: Log): Promise<void> {
  const desk = slot.current;
  log.info('SERVER_DRAIN', { active_calls: desk?.activeCalls ?? 0 });
  if (desk) {
    await desk.drain();
    log.info('SERVER_DRAIN', { active_calls: desk.activeCalls });
    return;
  }
  // A desk that arrives after this must not start taking calls; nobody waits for it, since it has none.
  slot.arrival.then((late) => late?.drain()).catch((error: unknown) => log.error('SERVER_FAULT', { error }));
}
