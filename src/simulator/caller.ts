import { FRAME_BYTES, FRAME_MS } from '../audio/frame.ts';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { type Clip, createCough, createHiss } from './clip.ts';
import { Ear, type Span } from './ear.ts';
import type { FrameSource } from './phone.ts';

/** What the person at the telephone does, one after the other. */
export type CallerStep =
  /** Does nothing, with the room audible. */
  | { readonly type: 'wait'; readonly ms: number }
  /** Nothing at all reaches the line, as with a muted phone. */
  | { readonly type: 'silence'; readonly ms: number }
  /** Until the agent has spoken and then been silent for `quietMs`; goes on anyway after `timeoutMs`. */
  | { readonly type: 'wait-for-agent'; readonly quietMs: number; readonly timeoutMs: number }
  | { readonly type: 'say'; readonly text: string; readonly clip: Clip }
  /** Begins `afterMs` into the agent's speech; says it anyway when the agent has not come that far in `timeoutMs`. */
  | {
      readonly type: 'say-over';
      readonly text: string;
      readonly clip: Clip;
      readonly afterMs: number;
      readonly timeoutMs: number;
    }
  | { readonly type: 'play'; readonly file: string; readonly clip: Clip }
  | { readonly type: 'cough' }
  | { readonly type: 'dtmf'; readonly digits: string }
  | { readonly type: 'hang-up' };

/** Something the caller let be heard, or the keys pressed; `from` and `to` are the first and the last sound, in stream time. */
export interface Utterance extends Span {
  readonly kind: 'say' | 'say-over' | 'play' | 'cough' | 'dtmf';
  readonly text: string;
}

interface CallerCallbacks {
  onDigit(digit: string): void;
  onHangUp(): void;
  /** The first sound of an utterance is on its way. */
  onUtterance?(utterance: Utterance): void;
  /** A stretch of the agent's speech has been heard to its end. */
  onAgentSpeech?(span: Span): void;
  /** Something the author of the script should know: a wait that was given up. */
  onRemark?(remark: string, atMs: number): void;
}

export interface CallerOptions extends CallerCallbacks {
  readonly steps: readonly CallerStep[];
  readonly seed?: number;
  /** After the last step the caller listens until the agent has been silent for so long, and hangs up. */
  readonly lingerMs?: number;
}

const LINGER_MS = 15_000;

/** Tones of one digit and the pause after it, as most phones send them. */
const DIGIT_MS = 250;
/** So much sound in all is an answer; less is a click or a breath. */
const ANSWER_MS = 240;
/** An interrupted agent falls silent within this time, or was not interrupted. */
const LONGEST_TAIL_MS = 1_000;
/** Pauses shorter than this do not begin a new talkspurt of the agent. */
const TALKSPURT_PAUSE_MS = 400;

interface Playing {
  readonly clip: Clip;
  position: number;
}

/**
 * The person at the telephone as a script. It moves by frames, knows nothing of clocks, and is the same each time for
 * the same script, seed and agent.
 */
export class Caller implements FrameSource {
  readonly ear: Ear;
  readonly utterances: Utterance[] = [];
  readonly #options: CallerOptions;
  readonly #hiss: Uint8Array;
  readonly #cough: Clip;
  readonly #mute = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #index = 0;
  #enteredMs = 0;
  #answerMs = 0;
  #answerFromMs = 0;
  #spurtFrom: number | undefined;
  #spurtSeenMs = 0;
  #digitsSent = 0;
  #playing: Playing | undefined;
  #doneAt: number | undefined;
  #hasHungUp = false;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.ear = new Ear(options.onAgentSpeech);
    this.#hiss = createHiss(options.seed ?? 1);
    this.#cough = createCough(options.seed ?? 1);
  }

  next(heard: Uint8Array, atMs: number): Uint8Array {
    this.ear.hear(heard, atMs);
    this.#followTalkspurt(atMs);
    for (let step = this.#step; step; step = this.#step) {
      if (!this.#isOver(step, atMs)) break;
      this.#index++;
      this.#enteredMs = atMs;
      // What the agent says from here on answers this step; during a wait or a cough it may already have begun.
      if (step.type === 'wait' || step.type === 'silence' || step.type === 'cough') continue;
      this.#answerMs = 0;
      this.#answerFromMs = atMs;
    }
    if (this.#step === undefined) this.#linger(atMs);
    if (this.#playing) return this.#nextOfClip(this.#playing, atMs);
    return this.#step?.type === 'silence' ? this.#mute : this.#room(atMs);
  }

  get #step(): CallerStep | undefined {
    return this.#options.steps[this.#index];
  }

  #linger(atMs: number): void {
    const { lingerMs = LINGER_MS, onHangUp, onRemark } = this.#options;
    if (this.#hasHungUp) return;
    this.#doneAt ??= atMs;
    if (this.ear.speakingSince !== undefined) return;
    if (atMs - Math.max(this.#doneAt, this.ear.silentSince ?? 0) < lingerMs) return;
    this.#hasHungUp = true;
    onRemark?.(`the script is over and the agent has been silent for ${lingerMs} ms: the caller hangs up`, atMs);
    onHangUp();
  }

  #followTalkspurt(atMs: number): void {
    const since = this.ear.speakingSince;
    if (since === undefined) return;
    // What goes on from before this step is the tail of something else, unless it goes on for long.
    const isTail = since < this.#answerFromMs && atMs - this.#answerFromMs < LONGEST_TAIL_MS;
    if (this.ear.hasSound && !isTail) this.#answerMs += FRAME_MS;
    if (this.#spurtFrom === undefined || since - this.#spurtSeenMs > TALKSPURT_PAUSE_MS) this.#spurtFrom = since;
    this.#spurtSeenMs = atMs;
  }

  /** Whether the step has been done by `atMs`; begins what it does when its time has come. */
  #isOver(step: CallerStep, atMs: number): boolean {
    const waitedMs = atMs - this.#enteredMs;
    switch (step.type) {
      case 'wait':
      case 'silence':
        return waitedMs >= step.ms;
      case 'wait-for-agent':
        return this.#hasAgentFinished(step.quietMs, atMs) || this.#givesUp(step, waitedMs, atMs);
      case 'say':
      case 'play':
        return this.#isSaid(step.clip, step.type, step.type === 'say' ? step.text : step.file, atMs);
      case 'cough':
        return this.#isSaid(this.#cough, 'cough', 'cough', atMs);
      case 'say-over':
        if (!this.#playing && !this.#isAgentInto(step.afterMs, atMs) && !this.#givesUp(step, waitedMs, atMs))
          return false;
        return this.#isSaid(step.clip, 'say-over', step.text, atMs);
      case 'dtmf':
        return this.#areDigitsSent(step.digits, atMs);
      case 'hang-up':
        this.#index = this.#options.steps.length;
        this.#hasHungUp = true;
        this.#options.onHangUp();
        return false;
    }
  }

  #hasAgentFinished(quietMs: number, atMs: number): boolean {
    const { silentSince } = this.ear;
    return silentSince !== undefined && this.#answerMs >= ANSWER_MS && atMs + FRAME_MS - silentSince >= quietMs;
  }

  #isAgentInto(afterMs: number, atMs: number): boolean {
    if (this.ear.speakingSince === undefined || this.#spurtFrom === undefined) return false;
    return atMs - this.#spurtFrom >= afterMs;
  }

  #givesUp(step: { readonly type: string; readonly timeoutMs: number }, waitedMs: number, atMs: number): boolean {
    if (waitedMs < step.timeoutMs) return false;
    const expected =
      step.type === 'say-over' ? 'had not spoken long enough to be talked over' : 'had not finished an answer';
    this.#options.onRemark?.(
      `${step.type}: the agent ${expected} after ${step.timeoutMs} ms; the caller goes on`,
      atMs,
    );
    return true;
  }

  #isSaid(clip: Clip, kind: Utterance['kind'], text: string, atMs: number): boolean {
    if (this.#playing) {
      if (this.#playing.position < clip.audio.length) return false;
      this.#playing = undefined;
      return true;
    }
    this.#playing = { clip, position: 0 };
    this.#note({ kind, text, from: atMs + clip.speech.from, to: atMs + clip.speech.to });
    return false;
  }

  #areDigitsSent(digits: string, atMs: number): boolean {
    const waitedMs = atMs - this.#enteredMs;
    const lengthMs = digits.length * DIGIT_MS;
    if (this.#digitsSent === 0) this.#note({ kind: 'dtmf', text: digits, from: atMs, to: atMs + lengthMs });
    while (this.#digitsSent < digits.length && waitedMs >= this.#digitsSent * DIGIT_MS) {
      this.#options.onDigit(digits[this.#digitsSent++]!);
    }
    if (waitedMs < lengthMs) return false;
    this.#digitsSent = 0;
    return true;
  }

  #note(utterance: Utterance): void {
    this.utterances.push(utterance);
    this.#options.onUtterance?.(utterance);
  }

  #nextOfClip(playing: Playing, atMs: number): Uint8Array {
    const { audio } = playing.clip;
    const { position } = playing;
    playing.position += FRAME_BYTES;
    if (playing.position <= audio.length) return audio.subarray(position, playing.position);
    this.#frame.set(this.#room(atMs));
    this.#frame.set(audio.subarray(position));
    return this.#frame;
  }

  #room(atMs: number): Uint8Array {
    const from = ((atMs / FRAME_MS) * FRAME_BYTES) % this.#hiss.length;
    return this.#hiss.subarray(from, from + FRAME_BYTES);
  }
}
