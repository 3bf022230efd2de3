/** Where spans go. The packages that send them are loaded only when somebody is there to receive them. */

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanTimes {
  /** Milliseconds before now. */
  readonly agoMs?: number;
}

/** One stretch of work. Names and attributes hold no word of a call, no number and no key: they leave this machine. */
export interface Span {
  /** Undefined where no spans are made. */
  readonly traceId: string | undefined;
  child(name: string, attributes?: SpanAttributes, times?: SpanTimes): Span;
  /** Once; the first counts. */
  end(attributes?: SpanAttributes, failed?: boolean): void;
}

export interface Traces {
  start(name: string, attributes: SpanAttributes): Span;
  /** Sends what is left, within a few seconds. Idempotent. */
  close(): Promise<void>;
}

const nowhere: Span = { traceId: undefined, child: () => nowhere, end: () => {} };

/** Nobody listens: nothing is kept and nothing is loaded. */
export const noTraces: Traces = { start: () => nowhere, close: async () => {} };
