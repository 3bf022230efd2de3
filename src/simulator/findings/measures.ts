import type { Utterance } from '../caller.ts';
import type { Span } from '../ear.ts';

/** Who was audible when, at the caller's end of the line. */
export interface CallTimeline {
  readonly durationMs: number;
  readonly utterances: readonly Utterance[];
  readonly agentSpans: readonly Span[];
}

/** One turn of the caller, with the answer to it as the caller heard it. */
export interface CallerTurn extends Span {
  readonly said: string;
  /** The agent was speaking when the caller began. */
  readonly overAgent: boolean;
  /** When the answer became audible; undefined when none came before the next turn or the end. */
  readonly answeredAt?: number;
  /** From the caller's last sound to the agent's first; negative when the agent began before the caller had finished. */
  readonly gapMs?: number;
}

interface BargeIn {
  readonly text: string;
  readonly at: number;
  /** From the caller's first sound until the agent was silent. */
  readonly reactionMs: number;
}

export interface Measures {
  /** From the start of the stream to the agent's first sound. */
  readonly greetingMs?: number;
  readonly turns: readonly CallerTurn[];
  readonly bargeIns: readonly BargeIn[];
  /** Coughs over the agent's speech, and whether they silenced it within a second. */
  readonly coughs: readonly { readonly at: number; readonly silencedAgent: boolean }[];
  /** Turns of the caller that were answered. */
  readonly replies: number;
  /** The longest silence while it was the agent's turn: after a turn of the caller, or at the start. */
  readonly deadAirMs: number;
  /** Both spoke, in all. */
  readonly talkOverMs: number;
}

/** Pauses up to this long belong to one stretch of speech when it is asked when the agent fell silent. */
const PAUSE_MS = 250;
const COUGH_REACTION_MS = 1_000;

export function measureCall(timeline: CallTimeline): Measures {
  const { agentSpans, utterances, durationMs } = timeline;
  const greeting = agentSpans[0]?.from;
  const turns = findTurns(timeline);
  const firstSound = Math.min(greeting ?? durationMs, utterances[0]?.from ?? durationMs);
  const waits = turns.map((turn, i) => (turn.answeredAt ?? turns[i + 1]?.from ?? durationMs) - turn.to);
  return {
    ...(greeting === undefined ? {} : { greetingMs: greeting }),
    turns,
    ...findOverlaps(timeline),
    replies: turns.filter(({ gapMs }) => gapMs !== undefined).length,
    deadAirMs: Math.round(Math.max(0, firstSound, ...waits)),
    talkOverMs: Math.round(overlapMs(timeline)),
  };
}

/** Utterances with no agent between them are one turn: the caller only paused. */
function findTurns({ utterances, agentSpans }: CallTimeline): CallerTurn[] {
  const turns: { said: string; from: number; to: number; overAgent: boolean }[] = [];
  for (const { kind, text, from, to } of utterances) {
    if (kind === 'cough') continue;
    const overAgent = agentSpans.some((span) => span.from < from && span.to > from);
    const last = turns.at(-1);
    if (!last || overAgent || agentSpans.some((span) => span.from > last.from && span.from < from)) {
      turns.push({ said: text, from, to, overAgent });
      continue;
    }
    last.said = `${last.said} … ${text}`;
    last.to = to;
  }
  return turns.map((turn, i) => {
    const until = turns[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    // What the agent was saying when it was interrupted may come in pieces; its answer comes after the caller.
    const earliest = turn.overAgent ? turn.to : turn.from;
    const answer = agentSpans.find((span) => span.from > earliest && span.from < until);
    return answer ? { ...turn, answeredAt: answer.from, gapMs: Math.round(answer.from - turn.to) } : turn;
  });
}

function findOverlaps({ utterances, agentSpans }: CallTimeline): Pick<Measures, 'bargeIns' | 'coughs'> {
  const bargeIns: BargeIn[] = [];
  const coughs: { at: number; silencedAgent: boolean }[] = [];
  for (const { kind, text, from, to } of utterances) {
    const silentAt = findSilence(agentSpans, { from, to });
    if (silentAt === undefined || kind === 'dtmf') continue;
    const reactionMs = Math.round(silentAt - from);
    if (kind === 'cough') coughs.push({ at: from, silencedAgent: reactionMs < COUGH_REACTION_MS });
    else bargeIns.push({ text, at: from, reactionMs });
  }
  return { bargeIns, coughs };
}

/** When the agent that spoke at the start of `over` fell silent; undefined when it did not speak then. */
function findSilence(agentSpans: readonly Span[], over: Span): number | undefined {
  let index = agentSpans.findIndex((span) => span.from < over.from && span.to > over.from);
  if (index < 0) return undefined;
  for (let next = agentSpans[index + 1]; next; next = agentSpans[index + 1]) {
    // A short pause is no silence, unless the caller came to the end in it: then the answer has begun.
    if (next.from - agentSpans[index]!.to >= PAUSE_MS || next.from >= over.to) break;
    index++;
  }
  return agentSpans[index]!.to;
}

function overlapMs({ utterances, agentSpans }: CallTimeline): number {
  let total = 0;
  for (const utterance of utterances) {
    if (utterance.kind === 'dtmf') continue;
    for (const span of agentSpans) {
      total += Math.max(0, Math.min(utterance.to, span.to) - Math.max(utterance.from, span.from));
    }
  }
  return total;
}
