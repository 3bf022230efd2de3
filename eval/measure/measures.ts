/** How good the turn-taking of one call was; `docs/eval.md` defines each figure. Pure: a timeline in, figures out. */
import { takesFloor } from '../call/plan.ts';
import { heardErrorsOf } from './heard-errors.ts';
import { judgeDisturbances, judgeInterruptions } from './interruptions.ts';
import { judgeResponses } from './responses.ts';
import type { Gap, Mistake, MistakeKind, Timeline } from './timeline.ts';

export interface CallMeasures {
  readonly turns: number;
  readonly gaps: readonly Gap[];
  readonly premature: number;
  readonly missed: number;
  readonly double: number;
  readonly bargeInMs: readonly number[];
  /** Interruptions that met an agent who was speaking. */
  readonly bargeIns: number;
  readonly missedBargeIns: number;
  /** Backchannels and noises that met an agent who was speaking, and stops without any reason. */
  readonly events: number;
  readonly falseBargeIns: number;
  readonly resumed: number;
  readonly noSpeechReplies: number;
  /** Words by which the record of each agent turn differs from what was heard. */
  readonly heardErrors: readonly number[];
  readonly deadAirMs: number;
  readonly mistakes: readonly Mistake[];
}

export function measureCall(timeline: Timeline): CallMeasures {
  const responses = judgeResponses(timeline);
  const interruptions = judgeInterruptions(timeline);
  const disturbances = judgeDisturbances(timeline);
  const heardErrors = heardErrorsOf(timeline);
  const mistakes = [
    ...responses.mistakes,
    ...interruptions.mistakes,
    ...disturbances.mistakes,
    ...heardErrors.flatMap(({ words, atMs }): Mistake[] =>
      words > 1 ? [{ kind: 'heard-text', atMs, text: `the record differs by ${words} words from what was heard` }] : [],
    ),
    ...timeline.units.flatMap(({ label, startMs, uncued }): Mistake[] =>
      uncued ? [{ kind: 'not-played', atMs: startMs, text: `the agent did not speak, as this ${label} wants` }] : [],
    ),
  ].sort((a, b) => a.atMs - b.atMs);
  const count = (wanted: MistakeKind) => mistakes.filter(({ kind }) => kind === wanted).length;
  return {
    turns: timeline.units.filter(takesFloor).length + timeline.unsaid,
    gaps: responses.gaps,
    premature: count('premature'),
    missed: count('missed'),
    double: count('double'),
    bargeInMs: interruptions.reactionMs,
    bargeIns: interruptions.reactionMs.length + count('missed-barge-in'),
    missedBargeIns: count('missed-barge-in'),
    events: disturbances.events,
    falseBargeIns: count('false-barge-in'),
    resumed: count('false-barge-in') - count('not-resumed'),
    noSpeechReplies: count('no-speech'),
    heardErrors: heardErrors.map(({ words }) => words),
    deadAirMs: responses.deadAirMs,
    mistakes,
  };
}
