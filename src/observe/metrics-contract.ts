import type { EndReason, FloorState } from '../core/call-event.ts';
import type { Exemplar } from './exemplar.ts';

export type TurnPart = 'endpointing' | 'recognition' | 'brain' | 'voice' | 'total';

/**
 * What Kav counts, for `GET /metrics`; `docs/metrics.md` explains each. The media plane adds up its own frames and
 * reports them in batches, so no method here is called once per frame.
 */
export interface Metrics {
  callStarted(): void;
  callEnded(end: EndReason): void;
  /** The floor of one call changes; undefined before its begin and after its end. */
  callState(from: FloorState | undefined, to: FloorState | undefined): void;
  callResumed(): void;
  mediaFrames(direction: 'in' | 'out', count: number): void;
  /** `kind` is one of the codec's or the socket's fixed names, never text from the wire. */
  badMessage(kind: string): void;
  playoutUnderrun(): void;
  playoutLateness(ms: number): void;
  /** Audio sent ahead of what a mark proves played; undefined for a mark that proves nothing any more. */
  playoutLead(ms: number | undefined): void;
  bargeIn(): void;
  /** The agent fell silent for what was no interruption, and went on. */
  falseBargeIn(): void;
  turnPart(part: TurnPart, ms: number, exemplar?: Exemplar): void;
  /** The caller's wait for an answer, as played. */
  mouthToEar(ms: number, exemplar?: Exemplar): void;
  /** What became of a question to the endpointing model. */
  endpointingModel(fate: 'used' | 'dropped' | 'refused' | 'failed'): void;
  /** `characters`: how much text the brain had written ahead. */
  preparedAnswer(fate: 'used' | 'dropped', characters: number): void;
  modelTokens(input: number, output: number): void;
  toolEnded(tool: string, failed: boolean, ms: number, exemplar?: Exemplar): void;
  /** 0 closed, 1 half open, 2 open. */
  breaker(who: ProviderLabels, state: 'closed' | 'half-open' | 'open'): void;
  /** From the request to the first result. */
  providerFirst(who: ProviderLabels, ms: number, exemplar?: Exemplar): void;
  providerEnded(who: ProviderLabels, end: 'done' | 'failed' | 'cancelled'): void;
  providerFailed(who: ProviderLabels, code: string): void;
  /** In the unit that the vendor bills by. */
  providerUsed(who: ProviderLabels, unit: string, amount: number): void;
  /** A part of the bill of a call that is over, by the operator's price list. */
  cost(who: ProviderLabels, currency: string, amount: number): void;
  providerSwitched(operation: string, to: string): void;
  recogniserReconnected(provider: string): void;
  /** A second request for a model's first words, and whether it came first. */
  hedged(provider: string, won: boolean): void;
  /** A question to the other nodes, and whether it was answered in its time. */
  clusterAsked(question: string, answer: 'answered' | 'unknown', ms: number): void;
  socketRefused(reason: string): void;
  socketOpened(): void;
  socketClosed(): void;
  webhook(route: string, verdict: string): void;
  /** Twilio told of a stream that failed; undefined when its words are none that are known. */
  streamFailed(code: number | undefined): void;
  /** One attempt at a job. */
  jobEnded(queue: string, result: 'done' | 'retry' | 'dead', ms: number): void;
  queueDepth(queue: string, depth: { readonly waiting: number; readonly dead: number }): void;
  recordingSegment(fate: 'kept' | 'lost'): void;
  /** Where the ledger and the store stand, asked when somebody reads the metrics. */
  watchKeeping(now: () => KeptState): void;
  /** Prometheus' plain text format. */
  text(): Promise<string>;
  /** For whoever reads it, by its `Accept` header: OpenMetrics with exemplars, or Prometheus' plain text. */
  page(accept: string): Promise<MetricsPage>;
  /** The same as data, to be added to those of other processes by `addMetrics`. */
  values(): Promise<readonly object[]>;
  /** Lets go of the event-loop probe. */
  close(): void;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** Which vendor, doing what: `stt`, `brain` or `tts`. */
export interface ProviderLabels {
  readonly provider: string;
  readonly operation: string;
}

/** What is known of the ledger and the store. */
export interface KeptState {
  readonly ledger: {
    readonly waiting: number;
    readonly unapplied: number;
    readonly oldestUnappliedMs: number;
    readonly bytes: number;
    readonly syncMs: number;
    readonly refusedNotes: number;
    readonly refusedFacts: number;
    readonly lostFacts: number;
  };
  readonly storeReady: boolean;
}
