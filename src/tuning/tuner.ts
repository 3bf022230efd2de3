/**
 * The same calls, decided again with other settings. Open loop: each decision is tried from the state in which the call
 * really was, with what the caller then did. What would have come of it afterwards is in no journal.
 */
import type { CallSettings } from '../core/settings.ts';
import { eventsUnder } from './caller-events.ts';
import { type ReplyTiming, replyTimings, type UsualLatency } from './latency.ts';
import { decidePause, type OtherWorld } from './other-pause.ts';
import { decideOverlap, type Overlap, type OverlapOutcome, overlapsOf } from './overlaps.ts';
import { type Pause, type PauseOutcome, pausesOf } from './pauses.ts';
import type { Recording } from './recording.ts';
import { repeatsUnder } from './repeats.ts';
import { decideSilence, type Silence, silencesOf } from './silences.ts';
import { countOverlaps, countPauses, countSilences, emptyTally, type Tally } from './tally.ts';
import type { Trial } from './trials.ts';

/** Every decision of one call. */
export interface Decisions {
  readonly pauses: readonly PauseOutcome[];
  readonly overlaps: readonly OverlapOutcome[];
  readonly prompts: readonly (number | undefined)[];
}

/** One call, ready to be decided again. */
export class TunedCall {
  readonly recording: Recording;
  readonly timings: readonly ReplyTiming[];
  readonly pauses: readonly Pause[];
  readonly overlaps: readonly Overlap[];
  readonly silences: readonly Silence[];

  constructor(recording: Recording) {
    this.recording = recording;
    this.timings = replyTimings(recording);
    this.pauses = pausesOf(recording).filter((pause) => !hasFailed(recording, pause));
    this.overlaps = overlapsOf(recording, this.pauses);
    this.silences = silencesOf(recording);
  }

  /** What happened, read off the journal. */
  happened(): Decisions {
    return {
      pauses: this.pauses.map(({ outcome }) => outcome),
      overlaps: this.overlaps.map(({ outcome }) => outcome),
      prompts: this.silences.map(({ promptAt }) => promptAt),
    };
  }

  decide(settings: CallSettings, usual: UsualLatency): Decisions {
    const { recording } = this;
    const world: OtherWorld = {
      settings,
      events: eventsUnder(recording, settings.bargeInMs),
      timings: this.timings,
      usual,
    };
    return {
      pauses: this.pauses.map((pause) => decidePause(recording, pause, world)),
      overlaps: this.overlaps.map((overlap) => decideOverlap(recording, overlap, world)),
      prompts: this.silences.map((silence) => decideSilence(recording, silence, world)),
    };
  }

  count(tally: Tally, { overlaps, pauses, prompts }: Decisions, settings: CallSettings): void {
    countPauses(tally, this.pauses, pauses);
    countOverlaps(tally, this.overlaps, overlaps);
    countSilences(tally, this.silences, prompts);
    tally.repeats += repeatsUnder(this.recording, settings);
  }
}

/** A reply that failed tells nothing of when one would have come. */
function hasFailed({ events }: Recording, { endIndex, index }: Pause): boolean {
  return events.slice(index, endIndex).some(({ type }) => type === 'reply-error');
}

/** A timer of a busy process is so late at most. */
const LATE_MS = 25;

/** Decisions that come out as they happened when nothing is changed, and all there are. */
export interface Reproduction {
  readonly decisions: number;
  readonly same: number;
}

/** Adds up what happened in many calls and what each trial would have made of them. */
export class Tuner {
  readonly #trials: readonly Trial[];
  readonly #usual: UsualLatency;
  /** As the journals tell it. */
  readonly happened = emptyTally();
  /** Decided again with nothing changed: the same but for the lateness of timers. What is tried is held against it. */
  readonly unchanged = emptyTally();
  readonly tallies: readonly Tally[];
  #decisions = 0;
  #same = 0;

  constructor(trials: readonly Trial[], usual: UsualLatency) {
    this.#trials = trials;
    this.#usual = usual;
    this.tallies = trials.map(emptyTally);
  }

  get reproduction(): Reproduction {
    return { decisions: this.#decisions, same: this.#same };
  }

  add(call: TunedCall): void {
    const { settings } = call.recording;
    const happened = call.happened();
    const again = call.decide(settings, this.#usual);
    this.#compare(happened, again);
    call.count(this.happened, happened, settings);
    call.count(this.unchanged, again, settings);
    this.#trials.forEach(({ change }, i) => {
      const other = { ...settings, ...change };
      call.count(this.tallies[i]!, call.decide(other, this.#usual), other);
    });
  }

  #compare(happened: Decisions, again: Decisions): void {
    for (const kind of ['pauses', 'overlaps', 'prompts'] as const) {
      happened[kind].forEach((one, i) => {
        this.#decisions++;
        if (isSame(one, again[kind][i], LATE_MS)) this.#same++;
      });
    }
  }
}

/** Times may differ a little, everything else not at all. */
function isSame(a: unknown, b: unknown, lateMs: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= lateMs;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(Reflect.get(a, key), Reflect.get(b, key), lateMs));
}
