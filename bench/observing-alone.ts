/**
 * The processor time of metrics and spans alone, for one recorded call: its journal is fed to the meter again and again,
 * with nothing, with metrics, and with metrics and spans to a collector on this machine, in turns. What else the machine
 * does hardly shows in the least of many rounds. `npm run bench:observing-alone -- JOURNAL`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CallMeter } from '../src/call/call-meter.ts';
import { type ReadJournal, readJournal } from '../src/call/journal.ts';
import { hashOfCall } from '../src/observe/exemplar.ts';
import { createMetrics, type Metrics } from '../src/observe/metrics.ts';
import { openOtlpTraces } from '../src/observe/otlp-traces.ts';
import { noTraces, type Traces } from '../src/observe/traces.ts';
import { noMetrics } from './no-metrics.ts';

const ROUNDS = 30;
const CALLS = 40;

/** One call as the meter sees it, with the requests to providers that the journal tells of. */
function observe({ entries, head }: ReadJournal, metrics: Metrics, traces: Traces): void {
  const { agent, callSid, streamSid } = head;
  const meter = new CallMeter({ metrics, traces, prices: undefined, agent, callSid, streamSid });
  meter.begin();
  for (const { effects, event } of entries) {
    meter.take(event, effects);
    if (event.type !== 'provider-answer') continue;
    const { afterMs, operation, provider } = event;
    metrics.providerFirst({ operation, provider }, afterMs, { call: hashOfCall(callSid) });
    metrics.providerEnded({ operation, provider }, 'done');
    meter.provider({ callSid, operation, provider, startedAt: 0, firstMs: afterMs, ms: afterMs, end: 'done' });
  }
  meter.end('caller-hung-up', entries.at(-1)?.event.at ?? 0);
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('give the journal of a call');
const journal = await readJournal(file);
const collector = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
const metrics = createMetrics();
const traces = openOtlpTraces({ endpoint, now: Date.now, version: 'bench', onError: console.error });
const modes = [
  { name: 'off', metrics: noMetrics, traces: noTraces, took: [] as number[] },
  { name: 'metrics', metrics, traces: noTraces, took: [] as number[] },
  { name: 'metrics and traces', metrics, traces, took: [] as number[] },
];
for (let round = 0; round < ROUNDS; round++) {
  for (const mode of modes) {
    const before = process.cpuUsage();
    for (let i = 0; i < CALLS; i++) observe(journal, mode.metrics, mode.traces);
    await pause(20); // spans are sent meanwhile
    const { system, user } = process.cpuUsage(before);
    mode.took.push((system + user) / CALLS);
  }
}
const lastedMs = journal.entries.at(-1)?.event.at ?? 0;
console.log(`a call of ${(lastedMs / 1_000).toFixed(0)} s with ${journal.entries.length} steps; µs of processor time`);
for (const { name, took } of modes) {
  const sorted = took.sort((a, b) => a - b);
  console.log(`${name.padEnd(20)} least ${sorted[0]!.toFixed(0)}, median ${sorted[ROUNDS / 2]!.toFixed(0)}`);
}
await traces.close();
metrics.close();
collector.closeAllConnections();
collector.close();
