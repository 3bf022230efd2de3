import type { LogEvent, LogFields } from './log.ts';
import type { FlushableLog } from './pino-log.ts';
import type { WatchFeed } from './watch-feed.ts';

/** What a watcher is told of the log, at whatever level that is kept. */
const WATCHED: ReadonlySet<LogEvent> = new Set<LogEvent>([
  ...(['CALL_OPEN', 'CALL_REFUSED', 'CALL_RESUME', 'CALL_MOVED', 'CALL_END', 'CALL_BUG'] as const),
  ...(['WEBHOOK', 'WEBHOOK_REFUSED', 'STREAM_STATUS', 'STREAM_ERROR'] as const),
  ...(['WS_HANDSHAKE', 'WS_REFUSED', 'WS_START', 'WS_MEDIA', 'WS_BAD_MESSAGE', 'WS_STOP', 'WS_CLOSE'] as const),
]);

/** The same log, and a watcher told of what concerns the way of a call. */
export function watchedLog(log: FlushableLog, feed: WatchFeed): FlushableLog {
  return { ...watched(log, feed, {}), flush: () => log.flush() };
}

function watched(log: Omit<FlushableLog, 'flush'>, feed: WatchFeed, names: LogFields): Omit<FlushableLog, 'flush'> {
  const tell = (event: LogEvent, fields: LogFields = {}): void => {
    if (!feed.isWatched || !WATCHED.has(event)) return;
    // An error's text may hold anything.
    const { error: _error, pii: _pii, ...told } = { ...names, ...fields };
    feed.tell({ ...told, event });
  };
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: LogEvent, fields?: LogFields): void => {
      log[level](event, fields);
      tell(event, fields);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => watched(log.child(fields), feed, { ...names, ...fields }),
  };
}
