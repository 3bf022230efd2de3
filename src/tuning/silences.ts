/** Silence of a caller to whom nothing is owed: when the agent asks whether somebody is there. */
import type { CallState } from '../core/call.ts';
import type { CallEffect } from '../core/call-event.ts';
import { Fork } from './fork.ts';
import type { OtherWorld } from './other-pause.ts';
import { isOwed } from './pauses.ts';
import type { Recording } from './recording.ts';

export interface Silence {
  readonly index: number;
  /** The step before which it is over: the agent asks, or the caller does something. */
  readonly endIndex: number;
  readonly promptAt?: number;
}

export function silencesOf({ effects, events, states }: Recording): readonly Silence[] {
  const silences: Silence[] = [];
  let open: number | undefined;
  for (let i = 0; i < events.length; i++) {
    if (open === undefined) {
      if (isIdle(states[i + 1]!) && !isIdle(states[i]!)) open = i;
      continue;
    }
    if (isIdle(states[i + 1]!)) continue;
    const promptAt = isPrompt(effects[i]!) ? events[i]!.at : undefined;
    silences.push({ index: open, endIndex: i, ...(promptAt === undefined ? {} : { promptAt }) });
    open = undefined;
  }
  return silences;
}

const isIdle = (state: CallState): boolean =>
  state.turn.phase.name === 'listening' && !state.turn.caller.speaking && !isOwed(state);

const isPrompt = (effects: readonly CallEffect[]): boolean =>
  effects.some((effect) => effect.type === 'line-start' && (effect.line === 'no-input' || effect.line === 'goodbye'));

/** When the agent would ask; undefined when the caller does something before. */
export function decideSilence(
  recording: Recording,
  silence: Silence,
  { events, settings }: OtherWorld,
): number | undefined {
  const { language, memories, states } = recording;
  const { endIndex, index, promptAt } = silence;
  const fork = new Fork(states[index + 1]!, { language, settings, memory: memories[index]! });
  const given = events.filter((item) => item.index > index && item.index <= endIndex && item.event.type !== 'deadline');
  for (const { event } of given) {
    if (fork.due < event.at) break;
    fork.take(event);
    if (!isIdle(fork.state)) return undefined;
  }
  // Somebody who was asked would have gone on being silent, or not: nobody knows.
  if (promptAt === undefined && given.every(({ event }) => fork.due >= event.at)) return undefined;
  const at = fork.due;
  return Number.isFinite(at) && isPrompt(fork.wake(at)) ? at : undefined;
}
