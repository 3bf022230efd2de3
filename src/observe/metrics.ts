import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import type { EndReason } from '../core/call-event.ts';

export type TurnPart = 'endpointing' | 'recognition' | 'brain' | 'voice' | 'total';

/**
 * What Kav counts, for `GET /metrics`; `docs/metrics.md` explains each. The media plane adds up its own frames and
 * reports them in batches, so no method here is called once per frame.
 */
export interface Metrics {
  callStarted(): void;
  callEnded(end: EndReason): void;
  mediaFrames(direction: 'in' | 'out', count: number): void;
  /** `kind` is one of the codec's or the socket's fixed names, never text from the wire. */
  badMessage(kind: string): void;
  playoutUnderrun(): void;
  playoutLateness(ms: number): void;
  bargeIn(): void;
  /** The agent fell silent for what was no interruption, and went on. */
  falseBargeIn(): void;
  turnPart(part: TurnPart, ms: number): void;
  /** `characters`: how much text the brain had written ahead. */
  preparedAnswer(fate: 'used' | 'dropped', characters: number): void;
  modelTokens(input: number, output: number): void;
  toolEnded(tool: string, failed: boolean, ms: number): void;
  /** 0 closed, 1 half open, 2 open. */
  breaker(who: ProviderLabels, state: 'closed' | 'half-open' | 'open'): void;
  providerFailed(who: ProviderLabels, code: string): void;
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
  /** The Prometheus text format, whose type is `contentType`. */
  text(): Promise<string>;
  /** The same as data, to be added to those of other processes by `addMetrics`. */
  values(): Promise<readonly object[]>;
  readonly contentType: string;
  /** Lets go of the event-loop probe. */
  close(): void;
}

/** Which vendor, doing what: `stt`, `brain` or `tts`. */
export interface ProviderLabels {
  readonly provider: string;
  readonly operation: string;
}

const LATENESS_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5];
const CLUSTER_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const TURN_BUCKETS_SECONDS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.1, 1.4, 2, 3, 5, 10];

/** Makes the counters in a registry of their own, so that two servers in one process do not mix. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const calls = callMetrics(registry);
  const media = mediaMetrics(registry);
  const edge = edgeMetrics(registry);
  const closeProbe = probeEventLoop(registry);
  collectDefaultMetrics({ register: registry });
  return {
    ...calls,
    ...media,
    ...edge,
    ...providerMetrics(registry),
    ...brainMetrics(registry),
    ...clusterMetrics(registry),
    text: () => registry.metrics(),
    values: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
    close: () => {
      closeProbe();
      registry.clear();
    },
  };
}

/** The metrics of several processes as one text: sums, or the worst where a sum says nothing. */
export function addMetrics(processes: readonly (readonly object[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes as MetricObjectWithValues<MetricValue<string>>[][]).metrics();
}

function callMetrics(registry: Registry) {
  const registers = [registry];
  const active = new Gauge({ name: 'kav_calls_active', help: 'Calls in progress.', registers });
  const ended = new Counter({
    name: 'kav_calls_total',
    help: 'Calls ended, by reason.',
    labelNames: ['end'],
    registers,
  });
  const bargeIns = new Counter({ name: 'kav_barge_ins_total', help: 'Replies that a caller interrupted.', registers });
  const falseBargeIns = new Counter({
    name: 'kav_false_barge_ins_total',
    help: 'Times that the agent fell silent for a noise or a backchannel, and went on.',
    registers,
  });
  const parts = new Histogram({
    name: 'kav_turn_part_seconds',
    help: 'Time from the end of a caller turn to the first audio of the reply, by part.',
    labelNames: ['part'],
    buckets: TURN_BUCKETS_SECONDS,
    registers,
  });
  return {
    callStarted: () => active.inc(),
    callEnded: (end: EndReason) => {
      active.dec();
      ended.labels(end).inc();
    },
    bargeIn: () => bargeIns.inc(),
    falseBargeIn: () => falseBargeIns.inc(),
    turnPart: (part: TurnPart, ms: number) => parts.labels(part).observe(ms / 1000),
  };
}

function clusterMetrics(registry: Registry) {
  const asked = new Histogram({
    name: 'kav_cluster_question_seconds',
    help: 'Time that questions to the other nodes took, by question, and whether there was an answer.',
    labelNames: ['question', 'answer'],
    buckets: CLUSTER_BUCKETS_SECONDS,
    registers: [registry],
  });
  return {
    clusterAsked: (question: string, answer: 'answered' | 'unknown', ms: number) =>
      asked.labels(question, answer).observe(ms / 1000),
  };
}

function mediaMetrics(registry: Registry) {
  const registers = [registry];
  const frames = new Counter({
    name: 'kav_media_frames_total',
    help: 'Audio frames of 20 ms received (in) and sent (out).',
    labelNames: ['direction'],
    registers,
  });
  const byDirection = { in: frames.labels('in'), out: frames.labels('out') };
  const bad = new Counter({
    name: 'kav_media_bad_messages_total',
    help: 'Messages on media sockets that were dropped, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const underruns = new Counter({
    name: 'kav_playout_underruns_total',
    help: 'Times that the carrier may have run out of queued audio in the middle of a sentence.',
    registers,
  });
  const lateness = new Histogram({
    name: 'kav_playout_lateness_seconds',
    help: 'How long after its time the sender of all outbound frames woke.',
    buckets: LATENESS_BUCKETS_SECONDS,
    registers,
  });
  return {
    mediaFrames: (direction: 'in' | 'out', count: number) => byDirection[direction].inc(count),
    badMessage: (kind: string) => bad.labels(kind).inc(),
    playoutUnderrun: () => underruns.inc(),
    playoutLateness: (ms: number) => lateness.observe(ms / 1000),
  };
}

function brainMetrics(registry: Registry) {
  const registers = [registry];
  const prepared = new Counter({
    name: 'kav_prepared_answers_total',
    help: 'Answers begun before the caller had surely finished, by fate.',
    labelNames: ['fate'],
    registers,
  });
  const preparedCharacters = new Counter({
    name: 'kav_prepared_answer_characters_total',
    help: 'Text that models wrote for answers begun ahead, by fate: what dropped ones cost.',
    labelNames: ['fate'],
    registers,
  });
  const tokens = new Counter({
    name: 'kav_model_tokens_total',
    help: 'Tokens that models reported, by direction.',
    labelNames: ['direction'],
    registers,
  });
  const tools = new Histogram({
    name: 'kav_tool_seconds',
    help: 'How long tools took, by tool and whether they failed.',
    labelNames: ['tool', 'failed'],
    buckets: TURN_BUCKETS_SECONDS,
    registers,
  });
  return {
    preparedAnswer: (fate: 'used' | 'dropped', characters: number) => {
      prepared.labels(fate).inc();
      preparedCharacters.labels(fate).inc(characters);
    },
    modelTokens: (input: number, output: number) => {
      tokens.labels('in').inc(input);
      tokens.labels('out').inc(output);
    },
    toolEnded: (tool: string, failed: boolean, ms: number) => tools.labels(tool, String(failed)).observe(ms / 1000),
  };
}

function providerMetrics(registry: Registry) {
  const registers = [registry];
  const breakers = new Gauge({
    name: 'kav_provider_breaker',
    aggregator: 'max',
    help: 'Circuit breaker of a provider: 0 closed, 1 half open, 2 open.',
    labelNames: ['provider', 'operation'],
    registers,
  });
  const failures = new Counter({
    name: 'kav_provider_failures_total',
    help: 'Requests to a provider that failed, by code.',
    labelNames: ['provider', 'operation', 'code'],
    registers,
  });
  const switches = new Counter({
    name: 'kav_provider_switches_total',
    help: 'Times that the next provider of a chain took over, by who took over.',
    labelNames: ['operation', 'to'],
    registers,
  });
  const reconnects = new Counter({
    name: 'kav_stt_reconnects_total',
    help: 'Recogniser sessions opened anew in the middle of a call.',
    labelNames: ['provider'],
    registers,
  });
  const hedges = new Counter({
    name: 'kav_hedged_requests_total',
    help: "Second requests for a model's first words, by whether they came first.",
    labelNames: ['provider', 'won'],
    registers,
  });
  const level = { closed: 0, 'half-open': 1, open: 2 } as const;
  return {
    breaker: ({ provider, operation }: ProviderLabels, state: keyof typeof level) =>
      breakers.labels(provider, operation).set(level[state]),
    providerFailed: ({ provider, operation }: ProviderLabels, code: string) =>
      failures.labels(provider, operation, code).inc(),
    providerSwitched: (operation: string, to: string) => switches.labels(operation, to).inc(),
    recogniserReconnected: (provider: string) => reconnects.labels(provider).inc(),
    hedged: (provider: string, won: boolean) => hedges.labels(provider, String(won)).inc(),
  };
}

function edgeMetrics(registry: Registry) {
  const registers = [registry];
  const refused = new Counter({
    name: 'kav_sockets_refused_total',
    help: 'Media sockets refused before or after the upgrade, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const open = new Gauge({ name: 'kav_sockets_open', help: 'Media sockets open now.', registers });
  const webhooks = new Counter({
    name: 'kav_webhooks_total',
    help: 'Webhook requests, by route and verdict.',
    labelNames: ['route', 'verdict'],
    registers,
  });
  return {
    socketRefused: (reason: string) => refused.labels(reason).inc(),
    socketOpened: () => open.inc(),
    socketClosed: () => open.dec(),
    webhook: (route: string, verdict: string) => webhooks.labels(route, verdict).inc(),
  };
}

/** The worst delay since the last scrape: a mean would hide the one stall that a caller hears. */
function probeEventLoop(registry: Registry): () => void {
  const probe = monitorEventLoopDelay({ resolution: 10 });
  probe.enable();
  new Gauge({
    name: 'kav_event_loop_lag_seconds',
    help: 'Longest delay of the event loop since the last scrape.',
    registers: [registry],
    aggregator: 'max',
    collect() {
      // An empty histogram reports a negative or absurd maximum; its resolution is counted as delay too.
      const lagMs = probe.count === 0 ? 0 : probe.max / 1e6 - 10;
      this.set(Math.max(0, lagMs) / 1000);
      probe.reset();
    },
  });
  return () => probe.disable();
}
