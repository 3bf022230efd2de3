import type { Clock } from '../core/clock.ts';
import type { Log, LogEvent, LogFields } from '../observe/log.ts';

const LINES_PER_WINDOW = 5;
const WINDOW_MS = 10_000;

interface Window {
  endsAt: number;
  logged: number;
  skipped: number;
}

/** Logs refusals of strangers, at most a few per reason and window: a flood must not fill the disk with its log. */
export type RefusalLog = (event: LogEvent, reason: string, fields?: LogFields) => void;

/** `reason` is one of the server's own words, so the windows kept are few. */
export function createRefusalLog(clock: Clock, log: Log): RefusalLog {
  const windows = new Map<string, Window>();
  return (event, reason, fields) => {
    const key = `${event} ${reason}`;
    const now = clock.now();
    let window = windows.get(key);
    let more = 0;
    if (!window || now >= window.endsAt) {
      more = window?.skipped ?? 0;
      window = { endsAt: now + WINDOW_MS, logged: 0, skipped: 0 };
      windows.set(key, window);
    }
    if (window.logged >= LINES_PER_WINDOW) {
      window.skipped++;
      return;
    }
    window.logged++;
    log.warn(event, { reason, ...fields, ...(more > 0 && { more }) });
  };
}
