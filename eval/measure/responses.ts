/** Whether each turn of the caller was answered, once, in time and not too early. */
import { takesFloor } from '../call/plan.ts';
import type { PlayedUnit } from '../call/witness.ts';
import type { Spurt } from './spurts.ts';
import type { Gap, Mistake, Timeline } from './timeline.ts';

/** From where a response is called slow on the page. */
const SLOW_MS = 1_500;

interface Responses {
  readonly gaps: readonly Gap[];
  readonly mistakes: readonly Mistake[];
  /** The longest silence that followed a turn of the caller. */
  readonly deadAirMs: number;
}

export function judgeResponses(timeline: Timeline): Responses {
  const floor = timeline.units.filter(takesFloor);
  const answers = firstSounds(timeline.spurts);
  const gaps: Gap[] = [];
  const mistakes: Mistake[] = [];
  floor.forEach((turn, i) => {
    const until = floor[i + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const after = answers.filter(({ fromMs }) => fromMs >= turn.endMs && fromMs <= until);
    const early = timeline.spurts.find(({ fromMs }) => fromMs > turn.startMs && fromMs < turn.endMs);
    if (early) mistakes.push({ kind: 'premature', atMs: early.fromMs, text: `the agent starts inside "${turn.text}"` });
    const [first] = after;
    if (first) gaps.push(gapOf(turn, first, timeline));
    else if (!early || early.toMs <= turn.endMs) mistakes.push(missed(turn.endMs, `no answer to "${turn.text}"`));
    mistakes.push(...slow(turn, first), ...repeated(turn, after, timeline));
  });
  const unasked = unaskedFor(floor, answers, timeline.spurts).map((spurt) => noSpeech(spurt, timeline));
  const unsaid = Array.from({ length: timeline.unsaid }, () => missed(timeline.endMs, 'the agent hangs up on a turn'));
  return { gaps, mistakes: [...mistakes, ...unasked, ...unsaid], deadAirMs: deadAirOf(floor, timeline) };
}

const missed = (atMs: number, text: string): Mistake => ({ kind: 'missed', atMs, text });

/** Where each answer begins to be heard; a sentence that is taken up again is no new answer. */
function firstSounds(spurts: readonly Spurt[]): readonly Spurt[] {
  const seen = new Set<number>();
  return spurts.filter(({ goesOn, kind, reply }) => {
    if (kind !== 'answer' || goesOn || seen.has(reply)) return false;
    seen.add(reply);
    return true;
  });
}

function gapOf({ endMs }: PlayedUnit, { fromMs, reply }: Spurt, { providersMs }: Timeline): Gap {
  const gapMs = fromMs - endMs;
  return { gapMs, kavMs: gapMs - (providersMs.get(reply) ?? 0) };
}

function slow({ endMs }: PlayedUnit, first: Spurt | undefined): Mistake[] {
  const gapMs = (first?.fromMs ?? endMs) - endMs;
  return gapMs > SLOW_MS ? [{ kind: 'slow', atMs: endMs, text: `${Math.round(gapMs)} ms until the answer` }] : [];
}

/** Further answers to one turn: to something that was no speech if there was any such thing, else the same again. */
function repeated({ text }: PlayedUnit, answers: readonly Spurt[], timeline: Timeline): Mistake[] {
  return answers.slice(1).map((answer, i): Mistake => {
    const isCaused = timeline.units.some(
      (unit) => !takesFloor(unit) && unit.startMs > answers[i]!.fromMs && unit.startMs < answer.fromMs,
    );
    if (isCaused) return noSpeech(answer, timeline);
    return { kind: 'double', atMs: answer.fromMs, text: `another answer to "${text}"` };
  });
}

/** Answers before anybody has taken the floor, and "I did not hear you" when nobody had said anything. */
function unaskedFor(
  floor: readonly PlayedUnit[],
  answers: readonly Spurt[],
  spurts: readonly Spurt[],
): readonly Spurt[] {
  const firstTurnMs = floor[0]?.startMs ?? Number.POSITIVE_INFINITY;
  const isOwed = ({ fromMs }: Spurt): boolean => {
    const turn = floor.findLast(({ startMs }) => startMs < fromMs);
    return !!turn && !answers.some((answer) => answer.fromMs > turn.startMs && answer.fromMs < fromMs);
  };
  return [
    ...answers.filter(({ fromMs }) => fromMs < firstTurnMs),
    ...spurts.filter((spurt) => spurt.line === 'not-heard' && !spurt.goesOn && !isOwed(spurt)),
  ];
}

function noSpeech({ fromMs }: Spurt, { units }: Timeline): Mistake {
  const cause = units.findLast(({ startMs }) => startMs < fromMs);
  const text = cause ? `the agent answers a ${cause.label}` : 'the agent answers although nobody has said anything';
  return { kind: 'no-speech', atMs: fromMs, text };
}

function deadAirOf(floor: readonly PlayedUnit[], { endMs: callEndMs, spurts }: Timeline): number {
  const sounds = [...spurts.map(({ fromMs }) => fromMs), ...floor.map(({ startMs }) => startMs)];
  const silences = floor.map(({ endMs }) => {
    if (spurts.some(({ fromMs, toMs }) => fromMs <= endMs && toMs > endMs)) return 0;
    return Math.min(callEndMs, ...sounds.filter((at) => at > endMs)) - endMs;
  });
  return Math.max(0, ...silences);
}
