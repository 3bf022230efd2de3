/** One pause under other settings: the same silence and the same words, decided again. */
import type { CallEffect } from '../core/call-event.ts';
import type { CallSettings } from '../core/settings.ts';
import { taskOf } from '../core/turn.ts';
import { normalized } from '../core/words.ts';
import type { IndexedEvent } from './caller-events.ts';
import { Fork } from './fork.ts';
import { type ReplyTiming, soundAt, type UsualLatency } from './latency.ts';
import { type Pause, type PauseOutcome, silentOutcome } from './pauses.ts';
import { expectationOf, type Recording } from './recording.ts';
import type { Speech } from './speeches.ts';

export interface OtherWorld {
  readonly settings: CallSettings;
  /** As `eventsUnder` gives them for these settings. */
  readonly events: readonly IndexedEvent[];
  readonly timings: readonly ReplyTiming[];
  readonly usual: UsualLatency;
}

/** What a caller does and what the call itself does; the agent's own steps belong to what was decided then. */
const TAKEN: ReadonlySet<string> = new Set([
  'speech-start',
  'speech-sustained',
  'speech-end',
  'transcript-partial',
  'transcript-final',
  'digit',
  'deadline',
  'recogniser-lost',
  'end-request',
  'stream-end',
]);

export function decidePause(recording: Recording, pause: Pause, world: OtherWorld): PauseOutcome {
  return new PauseFork(recording, pause, world).outcome();
}

class PauseFork {
  readonly #recording: Recording;
  readonly #pause: Pause;
  readonly #world: OtherWorld;
  readonly #fork: Fork;
  #preparedAt: number | undefined;
  /** The decision that stands, and when it would be heard. */
  #decided: { readonly kind: 'answer' | 'line'; readonly soundAt: number } | undefined;

  constructor(recording: Recording, pause: Pause, world: OtherWorld) {
    this.#recording = recording;
    this.#pause = pause;
    this.#world = world;
    const { events, language, memories, states } = recording;
    const memory = { ...memories[pause.index]!, expects: expectationOf(expectedAt(recording, pause)) };
    this.#fork = new Fork(states[pause.index + 1]!, { language, settings: world.settings, memory });
    this.#preparedAt = preparedBefore(recording, pause.index);
    this.#fork.judge(events[pause.index]!);
  }

  outcome(): PauseOutcome {
    for (const indexed of this.#given()) {
      const { event } = indexed;
      this.#wakeUntil(event.at);
      if (this.#decided && this.#decided.soundAt <= event.at) break;
      // A decision waits for the voice, and not for another deadline.
      if (event.type === 'deadline' && this.#decided) continue;
      this.#note(this.#fork.take(event), event.at);
      const over = silentOutcome(this.#fork.state, this.#hasSpoken(indexed));
      if (over) return over;
    }
    if (!this.#decided && this.#pause.goesOn) return { how: 'goes-on' };
    this.#wakeUntil(Number.POSITIVE_INFINITY);
    if (!this.#decided) return silentOutcome(this.#fork.state, false) ?? { how: 'nothing' };
    return { how: 'sounds', at: this.#decided.soundAt, kind: this.#decided.kind };
  }

  /** What would have happened all the same: until the caller goes on, or until they react to what they heard. */
  #given(): readonly IndexedEvent[] {
    const { endIndex, goesOn, index, outcome } = this.#pause;
    const { speeches } = this.#recording;
    const next = speeches.find(({ startIndex, words }) => words !== '' && startIndex > index);
    const reaction = outcome.how === 'sounds' ? (next?.startIndex ?? Number.POSITIVE_INFINITY) : endIndex + 1;
    const until = goesOn ? lastStepOf(goesOn) + 1 : reaction;
    return this.#world.events.filter(({ event, index: at }) => {
      if (at <= index || at >= until || !TAKEN.has(event.type)) return false;
      // Who hangs up after an answer has heard it.
      return event.type !== 'stream-end' || outcome.how !== 'sounds' || at < endIndex;
    });
  }

  #wakeUntil(time: number): void {
    while (!this.#decided && this.#fork.due < time) {
      const at = this.#fork.due;
      const before = this.#fork.state;
      this.#note(this.#fork.wake(at), at);
      if (this.#fork.state === before) return;
      if (!this.#decided && this.#fork.state.turn.phase.name !== 'listening') return;
    }
  }

  #note(effects: readonly CallEffect[], at: number): void {
    for (const effect of effects) {
      if (effect.type === 'answer-prepare') this.#preparedAt = at;
      if (effect.type === 'answer-drop') this.#preparedAt = undefined;
      if (effect.type === 'reply-cancel') this.#decided = undefined;
      if (effect.type === 'answer-start') this.#decide('answer', at);
      if (effect.type === 'line-start') this.#decide('line', at);
    }
  }

  #decide(kind: 'answer' | 'line', decidedAt: number): void {
    const { timings, usual } = this.#world;
    const { endIndex, goesOn, index } = this.#pause;
    // To come in where the caller goes on is a cost.
    const estimate = goesOn ? 'soonest' : 'latest';
    const words = normalized(taskOf(this.#fork.state.turn)?.answers ?? '');
    const own = timings.filter((timing) => timing.index > index && timing.index <= endIndex && timing.kind === kind);
    const timing = own.find((candidate) => candidate.words === words && !isPast(candidate, decidedAt)) ?? own.at(-1);
    const preparedAt = this.#preparedAt;
    this.#preparedAt = undefined;
    const decision = { kind, decidedAt, ...(preparedAt === undefined ? {} : { preparedAt }) };
    this.#decided = { kind, soundAt: Math.round(soundAt(timing, usual, decision, estimate)) };
  }

  #hasSpoken({ index }: IndexedEvent): boolean {
    const { goesOn } = this.#pause;
    if (!goesOn) return false;
    const { caller } = this.#fork.state.turn;
    return index > goesOn.startIndex && (caller.sustained || !caller.speaking);
  }
}

/** It was withdrawn before that moment, and so it is not the answer that is decided then. */
const isPast = ({ withdrawnAt }: ReplyTiming, at: number): boolean => withdrawnAt !== undefined && withdrawnAt <= at;

const lastStepOf = ({ endIndex = 0, startIndex, sustainedIndex = 0, wordsIndex = 0 }: Speech): number =>
  Math.max(startIndex, sustainedIndex, endIndex, wordsIndex);

/** What the agent had asked for, by the verdicts in this pause, or by the last one before it. */
function expectedAt({ events }: Recording, { endIndex, index }: Pause): string | undefined {
  const isVerdict = (event: { readonly type: string }) => event.type === 'endpoint-judged';
  const inside = events.slice(index + 1, endIndex + 1).find(isVerdict);
  const verdict = inside ?? events.slice(0, index + 1).findLast(isVerdict);
  return verdict?.type === 'endpoint-judged' ? verdict.expects : undefined;
}

function preparedBefore({ effects, events, states }: Recording, index: number): number | undefined {
  if (states[index + 1]!.turn.caller.prepared === undefined) return undefined;
  const last = effects.slice(0, index + 1).findLastIndex((step) => step.some(({ type }) => type === 'answer-prepare'));
  return last < 0 ? undefined : events[last]!.at;
}
