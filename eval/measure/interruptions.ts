/** Whether the agent stopped when it was interrupted, and went on when it was not. */
import { takesFloor } from '../call/plan.ts';
import type { PlayedUnit } from '../call/witness.ts';
import type { Spurt } from './spurts.ts';
import type { Mistake, Timeline } from './timeline.ts';

/** An agent that has not stopped by then was not interrupted. */
const LONGEST_REACTION_MS = 1_500;
/** A stop so long after an event was not caused by it. */
const EVENT_REACH_MS = 1_500;
/** A speaker who is to take up the sentence again does so within. */
const RESUME_MS = 3_000;
/** The last frames of a call that was hung up. */
const END_MS = 100;

interface Interruptions {
  readonly reactionMs: readonly number[];
  readonly mistakes: readonly Mistake[];
}

export function judgeInterruptions(timeline: Timeline): Interruptions {
  const reactionMs: number[] = [];
  const mistakes: Mistake[] = [];
  for (const unit of timeline.units.filter(({ kind }) => kind === 'barge-in')) {
    const spoken = spokenOver(unit, timeline);
    const tookMs = (spoken?.toMs ?? 0) - unit.startMs;
    // An agent that was through with its reply by itself has not been interrupted.
    if (!spoken || (spoken.isWhole && tookMs <= LONGEST_REACTION_MS)) {
      mistakes.push({ kind: 'not-played', atMs: unit.startMs, text: 'there was no speech to interrupt' });
    } else if (tookMs > LONGEST_REACTION_MS) {
      mistakes.push(missedBargeIn(unit, `still speaking after ${Math.round(tookMs)} ms`));
    } else if (isTakenUp(spoken, timeline)) {
      mistakes.push(missedBargeIn(unit, 'the agent stops and then goes on'));
    } else {
      reactionMs.push(tookMs);
    }
  }
  return { reactionMs, mistakes };
}

const missedBargeIn = ({ startMs, text }: PlayedUnit, what: string): Mistake => ({
  kind: 'missed-barge-in',
  atMs: startMs,
  text: `"${text}": ${what}`,
});

interface Disturbances {
  readonly events: number;
  readonly mistakes: readonly Mistake[];
}

/** Everything that is not to stop the agent: backchannels, noises, and nothing at all. */
export function judgeDisturbances(timeline: Timeline): Disturbances {
  const mistakes: Mistake[] = [];
  const staged = timeline.units.filter((unit) => !takesFloor(unit) && spokenOver(unit, timeline));
  const caused = new Set<PlayedUnit>();
  let unexplained = 0;
  for (const spurt of timeline.spurts) {
    if (spurt.isWhole || isYielded(spurt, timeline)) continue;
    const cause = staged.findLast(({ startMs, endMs }) => startMs < spurt.toMs && spurt.toMs <= endMs + EVENT_REACH_MS);
    // Another stop within the same event is an event of its own.
    if (!cause || caused.has(cause)) unexplained++;
    if (cause) caused.add(cause);
    const text = cause ? `the agent stops for a ${cause.label}` : 'the agent stops for no reason';
    mistakes.push({ kind: 'false-barge-in', atMs: spurt.toMs, text });
    if (isTakenUp(spurt, timeline)) continue;
    mistakes.push({ kind: 'not-resumed', atMs: spurt.toMs, text: 'what it was saying is not taken up again' });
  }
  return { events: staged.length + unexplained, mistakes };
}

const spokenOver = ({ startMs }: PlayedUnit, { spurts }: Timeline): Spurt | undefined =>
  spurts.find(({ fromMs, toMs }) => fromMs < startMs && toMs > startMs);

function isTakenUp(spurt: Spurt, { spurts }: Timeline): boolean {
  const next = spurts[spurts.indexOf(spurt) + 1];
  return next?.goesOn === true && next.fromMs - spurt.toMs < RESUME_MS;
}

/** It was cut because the caller has the floor, or because the call was over. */
function isYielded({ fromMs, toMs }: Spurt, { endMs: callEndMs, units }: Timeline): boolean {
  if (callEndMs - toMs < END_MS) return true;
  return units.some((unit) => takesFloor(unit) && unit.startMs < toMs && unit.endMs > fromMs);
}
