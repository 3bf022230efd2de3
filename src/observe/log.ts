/** The names a support engineer greps for, and a few more of our own; `docs/logs.md` explains each. */
export const LOG_EVENTS = [
  'SERVER_START',
  'SERVER_READY',
  'SERVER_DRAIN',
  'SERVER_STOP',
  'SERVER_FAULT',
  'CALL_OPEN',
  'CALL_REFUSED',
  'CALL_RESUME',
  'CALL_MOVED',
  'CALL_END',
  'CALL_BUG',
  'WEBHOOK',
  'WEBHOOK_REFUSED',
  'STREAM_STATUS',
  'STREAM_ERROR',
  'RECORDING_DONE',
  'RECORDING_KEPT',
  'RECORDING_ERROR',
  'WS_HANDSHAKE',
  'WS_REFUSED',
  'WS_START',
  'WS_MEDIA',
  'WS_BAD_MESSAGE',
  'WS_STOP',
  'WS_CLOSE',
  'WS_TX',
  'STT_PARTIAL',
  'STT_FINAL',
  'STT_ERROR',
  'ASR_TEXT',
  'TTS_SUCCESS',
  'TTS_LEN_ms',
  'TTS_ERROR',
  'BRAIN_ERROR',
  'TOOL_END',
  'PROVIDER_FAILED',
  'PROVIDER_BREAKER',
  'PROVIDER_SWITCH',
  'PROVIDER_RECONNECT',
  'PROVIDER_NOTE',
  'OUTCOME',
  'MEDIA_TX',
  'MEDIA_GAP',
  'MEDIA_SILENT',
  'PNG_PONG_RX',
  'PNG_PONG_TX',
  'STATE',
  'BARGE_IN',
  'JOURNAL_ERROR',
  'LEDGER_ERROR',
  'FACT_REFUSED',
  'NODE_JOINED',
  'NODE_NAME_TAKEN',
  'CLUSTER_UNKNOWN',
  'CALLS_CLOSED',
  'STORE_READY',
  'STORE_AWAY',
  'STORE_REFUSED',
  'STORE_REBUILT',
  'JOB_DONE',
  'JOB_RETRY',
  'JOB_DEAD',
  'JOB_BUG',
  'JOBS_AWAY',
  'STORE_SNAPSHOT',
] as const;

export type LogEvent = (typeof LOG_EVENTS)[number];

/** Flat fields; anything a caller said, a number, a prompt or a tool argument goes under `pii` and nowhere else. */
export type LogFields = Readonly<Record<string, unknown>> & { readonly pii?: Readonly<Record<string, unknown>> };

export interface Log {
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
  child(fields: LogFields): Log;
}
