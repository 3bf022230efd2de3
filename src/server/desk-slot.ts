import type { CallDesk } from '../call/desk.ts';
import type { Log } from '../observe/log.ts';

/** The desk may arrive later than the first request: agents, voices and recognisers load after the port is open. */
export interface DeskSlot {
  readonly current: CallDesk | undefined;
  /** Settles when the desk is there, with undefined when it will never be. */
  readonly arrival: Promise<CallDesk | undefined>;
}

export function createDeskSlot(desk: CallDesk | Promise<CallDesk>, log: Log): DeskSlot {
  if (!(desk instanceof Promise)) return { current: desk, arrival: Promise.resolve(desk) };
  let current: CallDesk | undefined;
  const arrival = desk.then(
    (arrived) => {
      current = arrived;
      return arrived;
    },
    (error: unknown) => {
      log.error('SERVER_FAULT', { error });
      return undefined;
    },
  );
  return {
    get current() {
      return current;
    },
    arrival,
  };
}
