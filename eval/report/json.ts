/** The figures of runs as JSON, with the timeline of each call, without its audio. */
import type { PlayedCall, RunResult } from '../run.ts';

export function serializeRuns(corpus: string, isReal: boolean, runs: readonly RunResult[]): string {
  const report = {
    schema: 'kav-eval-turns/1',
    corpus,
    time: isReal ? 'real' : 'virtual',
    runs: runs.map(({ calls, settings, summary }) => ({
      // What was given by hand; the whole environment may hold secrets.
      settings: { name: settings.name, delays: settings.delays },
      summary,
      calls: calls.map(describeCall),
    })),
  };
  return `${JSON.stringify(report, undefined, 1)}\n`;
}

function describeCall({ category, id, measures, noise, observation, timeline }: PlayedCall) {
  return {
    id,
    category,
    ...(noise ? { noise } : {}),
    measures,
    units: timeline.units.map(({ endMs, kind, label, startMs, text }) => ({ kind, label, startMs, endMs, text })),
    agent: timeline.spurts.map(({ words, ...spurt }) => ({ ...spurt, heard: words.map(({ text }) => text).join(' ') })),
    warnings: [...observation.warnings, ...observation.witness.remarks],
  };
}
