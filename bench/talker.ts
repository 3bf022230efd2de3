import { babble } from '../src/audio/babble.ts';
import { FRAME_BYTES, FRAME_MS } from '../src/audio/frame.ts';
import { rmsOfFrame } from '../src/audio/level.ts';
import { encodeMulaw, MULAW_SILENCE } from '../src/audio/mulaw.ts';
import type { FrameSource } from '../src/simulator/phone.ts';

/** How a caller of the benchmark talks. */
const SPEECH_MS = 1_600;
const THINK_MS = 900;
const AUDIBLE_RMS = 200;
const QUIET_MS = 600;
/** Every third reply is interrupted, so long after it began. */
const INTERRUPT_EVERY = 3;
const INTERRUPT_AFTER_MS = 1_500;
/** Nobody answers: say it again. */
const PATIENCE_MS = 9_000;

const SILENCE = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);

/** A buzz in the shape of syllables: speech, as far as a detector can tell. */
function createSpeech(): readonly Uint8Array[] {
  const bytes = encodeMulaw(Int16Array.from(babble(SPEECH_MS, 14_000)));
  return Array.from({ length: SPEECH_MS / FRAME_MS }, (_, i) => bytes.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES));
}

const SPEECH = createSpeech();

/**
 * One caller: waits for the agent to finish, thinks, says something, waits for the answer; interrupts every third
 * one. Its only input is what it hears.
 */
export class Talker implements FrameSource {
  /** Stream times of the first frame of each interruption, for the reaction. */
  readonly interruptions: number[] = [];
  turns = 0;
  #speaking = -1;
  #audibleFrom: number | undefined;
  #quietFrom = 0;
  #waitingFrom: number | undefined = 0;
  #replies = 0;

  next(heard: Uint8Array, atMs: number): Uint8Array {
    const audible = rmsOfFrame(heard) > AUDIBLE_RMS;
    this.#listen(audible, atMs);
    if (this.#speaking < 0 && this.#wantsToSpeak(atMs)) this.#begin(atMs);
    if (this.#speaking < 0) return SILENCE;
    const frame = SPEECH[this.#speaking++];
    if (this.#speaking >= SPEECH.length) this.#speaking = -1;
    return frame ?? SILENCE;
  }

  #listen(audible: boolean, atMs: number): void {
    if (audible) {
      if (this.#audibleFrom === undefined) this.#replies++;
      this.#audibleFrom ??= atMs;
      this.#quietFrom = atMs;
      this.#waitingFrom = undefined;
    } else if (atMs - this.#quietFrom > QUIET_MS) {
      this.#audibleFrom = undefined;
    }
  }

  #wantsToSpeak(atMs: number): boolean {
    if (this.#audibleFrom !== undefined) {
      const isDue = this.#replies > 1 && this.#replies % INTERRUPT_EVERY === 0;
      return isDue && atMs - this.#audibleFrom >= INTERRUPT_AFTER_MS;
    }
    if (this.#waitingFrom !== undefined) return atMs - this.#waitingFrom > PATIENCE_MS;
    return atMs - this.#quietFrom >= QUIET_MS + THINK_MS;
  }

  #begin(atMs: number): void {
    if (this.#audibleFrom !== undefined) {
      this.interruptions.push(atMs);
      this.#replies++;
    }
    this.turns++;
    this.#speaking = 0;
    this.#waitingFrom = atMs;
  }
}
