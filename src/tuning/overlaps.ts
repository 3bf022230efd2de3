/** Speech over the agent: whether and when it silenced it, and what would have under other settings. */
import type { CallState } from '../core/call.ts';
import type { CallEffect } from '../core/call-event.ts';
import { isOnlyListening } from '../core/interruption.ts';
import { taskOf } from '../core/turn.ts';
import { Fork } from './fork.ts';
import type { OtherWorld } from './other-pause.ts';
import type { Pause } from './pauses.ts';
import type { Recording } from './recording.ts';
import type { Speech } from './speeches.ts';

export interface Overlap {
  readonly speech: Speech;
  /** The step before which its story ends: the beginning of the next speech. */
  readonly limit: number;
  /** The caller has something to say; else it is a noise, a "mhm" or the agent's own voice. */
  readonly isMeant: boolean;
  readonly outcome: OverlapOutcome;
}

export interface OverlapOutcome {
  /** When the agent fell silent for good, if the caller got the floor. */
  readonly silentAt?: number;
  /** Times that it fell silent and went on. */
  readonly falseStops: number;
  /** Silence of those. */
  readonly stoppedMs: number;
}

/** Speech that goes on from a pause into the agent's first moments is that pause's matter. */
export function overlapsOf(recording: Recording, pauses: readonly Pause[]): readonly Overlap[] {
  const { effects, events, speeches, states } = recording;
  return speeches.flatMap((speech, i) => {
    const state = states[speech.startIndex]!;
    const isOver = state.turn.phase.name === 'speaking' && !taskOf(state.turn)?.leaving;
    if (!isOver || pauses.some(({ goesOn }) => goesOn === speech)) return [];
    const limit = speeches[i + 1]?.startIndex ?? events.length;
    const watch = new OverlapWatch(speech);
    for (let at = speech.startIndex; at < limit && !watch.isOver; at++) {
      watch.take(effects[at]!, { at: events[at]!.at, index: at, after: states[at + 1]! });
    }
    return [{ speech, limit, isMeant: isMeant(speech, state, recording), outcome: watch.outcome }];
  });
}

function isMeant({ since, words }: Speech, { playout, transcript }: CallState, { settings }: Recording): boolean {
  return words !== '' && !isOnlyListening(words, since, { playout, settings, transcript, news: undefined });
}

/** The same speech over the same reply, decided again. */
export function decideOverlap(recording: Recording, { limit, speech }: Overlap, world: OtherWorld): OverlapOutcome {
  const { language, memories, states } = recording;
  const { startIndex } = speech;
  const fork = new Fork(states[startIndex]!, { language, settings: world.settings, memory: memories[startIndex]! });
  const watch = new OverlapWatch(speech);
  const note = (effects: readonly CallEffect[], at: number, index: number): void => {
    watch.take([...effects, ...goOn(effects, fork, at)], { at, index, after: fork.state });
  };
  const wakeUntil = (time: number, index: number): void => {
    while (!watch.isOver && fork.due < time) {
      const at = fork.due;
      const before = fork.state;
      note(fork.wake(at), at, index);
      if (fork.state === before) return;
    }
  };
  for (const { event, index } of world.events) {
    if (index < startIndex || index >= limit) continue;
    wakeUntil(event.at, index - 1);
    if (watch.isOver) break;
    note(fork.take(event), event.at, index);
  }
  const isLast = limit >= recording.events.length;
  wakeUntil(isLast ? Number.POSITIVE_INFINITY : recording.events[limit]!.at, limit);
  return watch.outcome;
}

/** The playout's news of a reply that goes on, which no journal has of a decision that was not taken. */
function goOn(effects: readonly CallEffect[], fork: Fork, at: number): readonly CallEffect[] {
  const resumed = effects.find(({ type }) => type === 'playout-resume');
  if (resumed?.type !== 'playout-resume') return [];
  return fork.take({ type: 'playout-start', reply: resumed.reply, fromMs: fork.state.playout.playedMs, at });
}

interface Moment {
  readonly at: number;
  readonly index: number;
  readonly after: CallState;
}

class OverlapWatch {
  readonly #settledIndex: number;
  #pausedAt: number | undefined;
  #silentAt: number | undefined;
  #falseStops = 0;
  #stoppedMs = 0;
  isOver = false;

  constructor({ endIndex = Number.POSITIVE_INFINITY, wordsIndex = 0 }: Speech) {
    this.#settledIndex = Math.max(endIndex, wordsIndex);
  }

  get outcome(): OverlapOutcome {
    const silentAt = this.#silentAt;
    return {
      ...(silentAt === undefined ? {} : { silentAt }),
      falseStops: this.#falseStops,
      stoppedMs: this.#stoppedMs,
    };
  }

  take(effects: readonly CallEffect[], { after, at, index }: Moment): void {
    for (const effect of effects) {
      if (effect.type === 'playout-pause') this.#pausedAt = at;
      if (effect.type === 'playout-resume') this.#resume(at);
      if (effect.type === 'barge-in') this.#silentAt = this.#pausedAt ?? at;
    }
    const isSettled = index >= this.#settledIndex && this.#pausedAt === undefined;
    this.isOver = this.#silentAt !== undefined || isSettled || after.turn.phase.name !== 'speaking';
  }

  #resume(at: number): void {
    if (this.#pausedAt === undefined) return;
    this.#falseStops++;
    this.#stoppedMs += at - this.#pausedAt;
    this.#pausedAt = undefined;
  }
}
