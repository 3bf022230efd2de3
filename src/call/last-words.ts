/** The end of a session that has met with a bug of our own, and the letting go of what any session holds. */
import type { EndReason } from '../core/call-event.ts';
import type { Log } from '../observe/log.ts';
import type { PlayoutQueue } from './playout-queue.ts';

/** Above every reply that a call can count to. */
export const APOLOGY_REPLY = 999_999_999;
/** How long the apology after a bug may take. */
export const APOLOGY_MS = 8_000;

/** Nothing could be said any more. */
const LINE_GONE: ReadonlySet<EndReason> = new Set(['socket-lost', 'media-lost', 'moved']);

export const isLineGone = (reason: EndReason): boolean => LINE_GONE.has(reason);

/** Plays the apology that is already spoken, whatever was playing. */
export function apologise(playout: PlayoutQueue, audio: Uint8Array): void {
  playout.clear(APOLOGY_REPLY);
  playout.open(APOLOGY_REPLY);
  playout.enqueue(APOLOGY_REPLY, audio);
  playout.end(APOLOGY_REPLY);
}

/** Resolves when all of it has ended; what fails is told, and nobody waits for it. */
export async function letGo(closing: readonly Promise<void>[], log: Log): Promise<void> {
  for (const result of await Promise.allSettled(closing)) {
    if (result.status === 'rejected') log.error('CALL_BUG', { error: `close: ${result.reason}` });
  }
}
