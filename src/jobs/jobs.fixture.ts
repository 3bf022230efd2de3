/** A log whose lines can be awaited. */
import type { Log, LogEvent, LogFields } from '../observe/log.ts';

export interface TestLog extends Log {
  readonly lines: readonly { readonly event: LogEvent; readonly fields: LogFields }[];
  /** The next line of this event that `fits` and has not been given yet, logged already or to come. */
  next(event: LogEvent, fits?: (fields: LogFields) => boolean): Promise<LogFields>;
}

interface Waiting {
  readonly event: LogEvent;
  readonly fits: (fields: LogFields) => boolean;
  readonly give: (fields: LogFields) => void;
}

export function createTestLog(): TestLog {
  const lines: { event: LogEvent; fields: LogFields }[] = [];
  const fresh: { event: LogEvent; fields: LogFields }[] = [];
  const waiting: Waiting[] = [];
  const write = (event: LogEvent, fields: LogFields = {}): void => {
    lines.push({ event, fields });
    const at = waiting.findIndex((one) => one.event === event && one.fits(fields));
    if (at < 0) fresh.push({ event, fields });
    else waiting.splice(at, 1)[0]!.give(fields);
  };
  const log: TestLog = {
    lines,
    next: (event, fits = () => true) => {
      const at = fresh.findIndex((line) => line.event === event && fits(line.fields));
      if (at >= 0) return Promise.resolve(fresh.splice(at, 1)[0]!.fields);
      return new Promise((give) => waiting.push({ event, fits, give }));
    },
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: () => log,
  };
  return log;
}
