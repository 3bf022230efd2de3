import { createRequire } from 'node:module';
import {
  type DestinationStream,
  type LevelWithSilent,
  type Logger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import type { Log, LogEvent, LogFields } from './log.ts';

export interface LogOptions {
  readonly level: LevelWithSilent;
  /** One line per event for a person, instead of JSON. */
  readonly pretty: boolean;
  /** Keep what callers said, their numbers, prompts and tool arguments. */
  readonly pii: boolean;
  /** Stands in every line, where several processes write into one place. */
  readonly node?: string;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

export interface FlushableLog extends Log {
  /** Writes what is buffered and waits for the disk or the terminal: only for the last moments of the process. */
  flush(): void;
}

/**
 * Lines are handed to the kernel asynchronously, so that a slow terminal or a full pipe never delays audio; what is
 * still buffered when the process exits is written then.
 */
export function createLog(options: LogOptions): FlushableLog {
  const destination = options.destination ?? openStdout(options.pretty);
  const stream = options.pretty ? prettyStream(destination, options.destination === undefined) : destination;
  const logger = pino(
    {
      level: options.level,
      base: options.node === undefined ? null : { node: options.node },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.errWithCause },
    },
    stream,
  );
  return { ...wrap(logger, options), flush: () => flushSync(destination) };
}

/** Lines for a machine are written by the block, and at the latest twice a second; a person sees each one at once. */
function openStdout(pretty: boolean): ReturnType<typeof pino.destination> {
  const stdout = pino.destination({ dest: 1, sync: false, minLength: pretty ? 0 : BLOCK_BYTES });
  if (!pretty) setInterval(() => stdout.flush(), FLUSH_EVERY_MS).unref();
  return stdout;
}

const BLOCK_BYTES = 4_096;
const FLUSH_EVERY_MS = 500;

type Kept = Pick<LogOptions, 'node' | 'pii'>;

function wrap(logger: Logger, kept: Kept): Log {
  return {
    debug: (event, fields) => {
      if (logger.isLevelEnabled('debug')) logger.debug(line(event, fields, kept));
    },
    info: (event, fields) => logger.info(line(event, fields, kept)),
    warn: (event, fields) => logger.warn(line(event, fields, kept)),
    error: (event, fields) => logger.error(line(event, fields, kept)),
    child: (fields) => wrap(logger.child(withoutPii(fields, kept.pii)), kept),
  };
}

function line(event: LogEvent, fields: LogFields | undefined, { node, pii }: Kept): Record<string, unknown> {
  const written: Record<string, unknown> = { event, ...(fields && withoutPii(fields, pii)) };
  // A field of the same name must not rename the event that people search for.
  written['event'] = event;
  // It stands in every line already, and a name that is there twice is no good JSON.
  if (node !== undefined) delete written['node'];
  return written;
}

function withoutPii(fields: LogFields, keepPii: boolean): Record<string, unknown> {
  if (keepPii) return fields;
  const { pii: _dropped, ...rest } = fields;
  return rest;
}

/** Loaded only when asked for: production never pays its start-up time. Runs in this thread, as a plain stream. */
function prettyStream(destination: DestinationStream, colorize: boolean): DestinationStream {
  const { isColorSupported, prettyFactory } = createRequire(import.meta.url)(
    'pino-pretty',
  ) as typeof import('pino-pretty');
  const format = prettyFactory({
    colorize: colorize && isColorSupported,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{event}',
    ignore: 'event',
  });
  return { write: (text) => destination.write(format(text)) };
}

function flushSync(destination: DestinationStream): void {
  if ('flushSync' in destination && typeof destination.flushSync === 'function') destination.flushSync();
}
