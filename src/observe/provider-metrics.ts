/** Vendors, models and tools. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { TURN_BUCKETS_SECONDS } from './buckets.ts';
import { type Exemplar, exemplarHistogram, withExemplar } from './exemplar.ts';
import type { ProviderLabels } from './metrics-contract.ts';

export function providerMetrics(registry: Registry) {
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
  const first = exemplarHistogram(registry, {
    name: 'kav_provider_first_seconds',
    help: 'From a request to a provider to its first word, text or audio.',
    labelNames: ['provider', 'operation'],
    buckets: TURN_BUCKETS_SECONDS,
  });
  const requests = new Counter({
    name: 'kav_provider_requests_total',
    help: 'Requests to providers that are over, by how they ended.',
    labelNames: ['provider', 'operation', 'end'],
    registers,
  });
  const level = { closed: 0, 'half-open': 1, open: 2 } as const;
  return {
    breaker: ({ provider, operation }: ProviderLabels, state: keyof typeof level) =>
      breakers.labels(provider, operation).set(level[state]),
    providerFirst: ({ provider, operation }: ProviderLabels, ms: number, exemplar?: Exemplar) =>
      first.observe({ labels: { provider, operation }, value: ms / 1000, ...withExemplar(exemplar) }),
    providerEnded: ({ provider, operation }: ProviderLabels, end: string) =>
      requests.labels(provider, operation, end).inc(),
    providerFailed: ({ provider, operation }: ProviderLabels, code: string) =>
      failures.labels(provider, operation, code).inc(),
    providerSwitched: (operation: string, to: string) => switches.labels(operation, to).inc(),
    recogniserReconnected: (provider: string) => reconnects.labels(provider).inc(),
    hedged: (provider: string, won: boolean) => hedges.labels(provider, String(won)).inc(),
  };
}

/** What is used of vendors, and what it costs where the operator has given prices. */
export function costMetrics(registry: Registry) {
  const registers = [registry];
  const used = new Counter({
    name: 'kav_provider_units_total',
    help: 'What was used of providers, in the unit that they bill by.',
    labelNames: ['provider', 'operation', 'unit'],
    registers,
  });
  const costs = new Counter({
    name: 'kav_cost_total',
    help: "Costs of calls that are over, by the operator's own price list.",
    labelNames: ['provider', 'operation', 'currency'],
    registers,
  });
  return {
    providerUsed: ({ provider, operation }: ProviderLabels, unit: string, amount: number) =>
      used.labels(provider, operation, unit).inc(amount),
    cost: ({ provider, operation }: ProviderLabels, currency: string, amount: number) =>
      costs.labels(provider, operation, currency).inc(amount),
  };
}

export function brainMetrics(registry: Registry) {
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
  const tools = exemplarHistogram(registry, {
    name: 'kav_tool_seconds',
    help: 'How long tools took, by tool and whether they failed.',
    labelNames: ['tool', 'failed'],
    buckets: TURN_BUCKETS_SECONDS,
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
    toolEnded: (tool: string, failed: boolean, ms: number, exemplar?: Exemplar) =>
      tools.observe({ labels: { tool, failed: String(failed) }, value: ms / 1000, ...withExemplar(exemplar) }),
  };
}
