/**
 * Loaded into the server whose memory is measured (`node --expose-gc --import`): on request it lets time pass, so that
 * what is remembered for minutes is forgotten, collects its garbage, and tells what is left.
 */
import { getHeapSpaceStatistics } from 'node:v8';

export interface Sample {
  /** Without what V8 compiled: it goes on compiling what runs seldom for thousands of calls, and keeps nothing of them in it. */
  readonly heapBytes: number;
  readonly codeBytes: number;
  readonly externalBytes: number;
  /** What keeps the process alive, counted by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly listeners: number;
}

export interface ProbeRequest {
  readonly skipMs: number;
}

/** Instructions are in the one, bytecode and its tables in the other. */
const CODE_SPACES = /^(?:code|code_large_object|trusted|trusted_large_object)_space$/;

/** A timer of a second must have noticed. */
const SETTLE_MS = 2_500;

const { now } = performance;
let skippedMs = 0;
performance.now = () => now.call(performance) + skippedMs;

process.on('message', ({ skipMs }: ProbeRequest) => {
  skippedMs += skipMs;
  setTimeout(() => process.send?.({ sample: takeSample() }), SETTLE_MS);
});

function takeSample(): Sample {
  for (let times = 0; times < 3; times++) globalThis.gc?.();
  const { arrayBuffers, external, heapUsed } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const codeBytes = getHeapSpaceStatistics()
    .filter(({ space_name }) => CODE_SPACES.test(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
  return { heapBytes: heapUsed - codeBytes, codeBytes, externalBytes: external + arrayBuffers, resources, listeners };
}
