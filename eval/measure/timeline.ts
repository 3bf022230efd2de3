/** A call as the caller lived it, and what can be said against it. */
import type { JournalEntry } from '../../src/call/journal.ts';
import type { Observation } from '../call/observation.ts';
import { takesFloor } from '../call/plan.ts';
import type { ProviderDelays } from '../call/settings.ts';
import type { PlayedUnit } from '../call/witness.ts';
import { type Spurt, spurtsOf } from './spurts.ts';

/** All times in ms of the stream. */
export interface Timeline {
  /** In the order of their start. */
  readonly units: readonly PlayedUnit[];
  readonly spurts: readonly Spurt[];
  /** The agent's turns by Kav's own account. */
  readonly told: readonly { readonly text: string; readonly fromMs: number }[];
  /** What providers took of the time between the decision and the first sound of a reply. */
  readonly providersMs: ReadonlyMap<number, number>;
  readonly endMs: number;
  /** Turns that the caller could not say any more, because the agent hung up. */
  readonly unsaid: number;
}

export type MistakeKind =
  | 'premature'
  | 'missed'
  | 'double'
  | 'missed-barge-in'
  | 'false-barge-in'
  | 'not-resumed'
  | 'no-speech'
  | 'heard-text'
  | 'slow'
  | 'not-played';

export interface Mistake {
  readonly kind: MistakeKind;
  readonly atMs: number;
  readonly text: string;
}

export interface Gap {
  readonly gapMs: number;
  /** Without what the providers took of it. */
  readonly kavMs: number;
}

const BYTES_PER_MS = 8;

export function timelineOf(observation: Observation, delays: ProviderDelays): Timeline {
  const { agent, entries, plan, witness } = observation;
  const told = entries.flatMap(({ effects }) =>
    effects.flatMap((effect) =>
      effect.type === 'turn-finished' && effect.turn.who === 'agent'
        ? [{ text: effect.turn.text, fromMs: effect.turn.from }]
        : [],
    ),
  );
  return {
    units: [...witness.played].sort((a, b) => a.startMs - b.startMs),
    spurts: spurtsOf(observation),
    told,
    providersMs: providersMs(entries, delays),
    endMs: agent.length / BYTES_PER_MS,
    unsaid: plan.answers.length - witness.played.filter(takesFloor).length,
  };
}

/** As much of brain and voice as was waited for after the decision: what was done ahead has cost nothing. */
function providersMs(entries: readonly JournalEntry[], { brainMs, voiceMs }: ProviderDelays): Map<number, number> {
  const decided = new Map<number, number>();
  const asked = new Map<number, number>();
  const spent = new Map<number, number>();
  for (const { effects, event } of entries) {
    if (event.type === 'voice-request' && !asked.has(event.reply)) asked.set(event.reply, event.at);
    if (event.type === 'playout-start' && !spent.has(event.reply)) {
      const voiceFrom = asked.get(event.reply) ?? event.at;
      const brain = Math.min(brainMs, voiceFrom - (decided.get(event.reply) ?? voiceFrom));
      spent.set(event.reply, brain + Math.min(voiceMs, event.at - voiceFrom));
    }
    for (const effect of effects) if (effect.type === 'answer-start') decided.set(effect.reply, event.at);
  }
  return spent;
}
