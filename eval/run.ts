/** A run of the evaluation: a corpus and settings in, figures and the calls themselves out. */
import type { Observation } from './call/observation.ts';
import { planCall } from './call/plan.ts';
import { playForReal } from './call/real-call.ts';
import type { EvalSettings } from './call/settings.ts';
import { openSharedParts, type SharedParts } from './call/shared-parts.ts';
import { playVirtually } from './call/virtual-call.ts';
import type { Corpus, CorpusFile } from './corpus/load.ts';
import { measureCall } from './measure/measures.ts';
import { type MeasuredCall, type Summary, summarise } from './measure/summary.ts';
import { type Timeline, timelineOf } from './measure/timeline.ts';

export interface RunOptions {
  /** Through HTTP and WebSocket in real time, or on a virtual clock. */
  readonly isReal: boolean;
  /** How many calls run at a time, in real time. */
  readonly calls: number;
  readonly onCall?: (id: string) => void;
}

export interface PlayedCall extends MeasuredCall {
  readonly observation: Observation;
  readonly timeline: Timeline;
}

export interface RunResult {
  readonly settings: EvalSettings;
  readonly calls: readonly PlayedCall[];
  readonly summary: Summary;
}

/** Throws `ConfigError` for a wrong setting. */
export async function runCorpus(corpus: Corpus, settings: EvalSettings, options: RunOptions): Promise<RunResult> {
  const parts = await openSharedParts(settings);
  const calls: PlayedCall[] = new Array(corpus.files.length);
  const waiting = corpus.files.entries();
  // The workers share one iterator, so that each takes the next file when it is free.
  const work = async (): Promise<void> => {
    for (const [i, file] of waiting) {
      calls[i] = await playFile(file, parts, options.isReal);
      options.onCall?.(file.id);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.isReal ? options.calls : 1 }, work));
  } finally {
    parts.close();
  }
  return { settings, calls, summary: summarise(calls) };
}

async function playFile(file: CorpusFile, parts: SharedParts, isReal: boolean): Promise<PlayedCall> {
  const plan = planCall(file);
  const observation = await (isReal ? playForReal(plan, parts) : playVirtually(plan, parts));
  const timeline = timelineOf(observation, parts.delays);
  const { category, id, noise } = file;
  return { id, category, ...(noise ? { noise } : {}), observation, timeline, measures: measureCall(timeline) };
}
