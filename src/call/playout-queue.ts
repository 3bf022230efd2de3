/**
 * The outbound audio of one call: µ-law in, whole frames out on time, with marks by which we learn what was played.
 * It owns every byte between a reply and Twilio.
 */
import { FRAME_BYTES, FRAME_MS } from '../audio/frame.ts';
import type { Clock } from '../core/clock.ts';
import { AudioQueue } from './audio-queue.ts';
import type { PlayoutScheduler, Pumped } from './playout-scheduler.ts';

/** What a mark's name says; `serializeMarkName` and `parseMarkName` are each other's inverse. */
export interface MarkName {
  readonly reply: number;
  readonly generation: number;
  readonly playedMs: number;
  /** Nothing of this reply comes after it. */
  readonly last: boolean;
}

export const serializeMarkName = ({ reply, generation, playedMs, last }: MarkName): string =>
  `${reply}:${generation}:${playedMs}${last ? ':last' : ''}`;

/** Undefined for a name that we did not give. */
export function parseMarkName(name: string): MarkName | undefined {
  const match = /^(\d{1,9}):(\d{1,9}):(\d{1,9})(:last)?$/.exec(name);
  if (!match) return undefined;
  return {
    reply: Number(match[1]),
    generation: Number(match[2]),
    playedMs: Number(match[3]),
    last: match[4] !== undefined,
  };
}

/** How the messages leave: Twilio's encoding of a frame, a mark and a clear. */
export interface PlayoutSink {
  /** `playsAt`: when the carrier plays it, on our clock, but for the way there. */
  media(frame: Uint8Array, playsAt: number): void;
  mark(name: string): void;
  clear(): void;
}

export interface PlayoutQueueOptions {
  readonly clock: Clock;
  readonly scheduler: PlayoutScheduler;
  readonly sink: PlayoutSink;
  readonly leadMs: number;
  readonly markEveryMs: number;
  /** The line begins to sound; `fromMs` of the reply when it goes on after a pause. */
  readonly onStart: (reply: number, fromMs?: number) => void;
  readonly onDry: (reply: number, sentMs: number) => void;
  /** The process was stalled for longer than the lead: the caller heard a gap. */
  readonly onUnderrun: (lateMs: number) => void;
  readonly onBug: (error: unknown) => void;
}

export class PlayoutQueue implements Pumped {
  readonly #options: PlayoutQueueOptions;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  readonly #audio = new AudioQueue();
  #reply = 0;
  #generation = 0;
  #complete = false;
  #lastMarkSent = false;
  #sentMs = 0; // of this reply
  #sentenceEnds: number[] = []; // in ms of this reply
  #endsPassed = 0;
  #paused = false;
  #queuedMs = 0; // of this reply, with the remainder of a frame
  #markedMs = 0;
  #runFrom: number | undefined; // when the first frame of this run began to play; undefined in silence
  #runMs = 0; // sent in this run
  #framesSent = 0;

  constructor(options: PlayoutQueueOptions) {
    this.#options = options;
  }

  /** Frames sent since the call began. */
  get framesSent(): number {
    return this.#framesSent;
  }

  /** How much has been sent of what a mark's echo proves played; undefined for a mark of before a clear. */
  aheadOf({ generation, playedMs, reply }: MarkName): number | undefined {
    return reply === this.#reply && generation === this.#generation ? this.#sentMs - playedMs : undefined;
  }

  /** From now on the queue belongs to `reply`; what was left of another one is forgotten. */
  open(reply: number): void {
    this.#reset();
    this.#reply = reply;
  }

  /** Takes µ-law of any length. News of a reply that is not current is refused: the return value says so. */
  enqueue(reply: number, audio: Uint8Array): boolean {
    if (reply !== this.#reply || this.#complete) return false;
    if (audio.length === 0) return true;
    this.#audio.push(audio);
    this.#queuedMs += audio.length / (FRAME_BYTES / FRAME_MS);
    this.#start();
    return true;
  }

  /** A mark follows what has been queued so far. */
  endSentence(reply: number): void {
    if (reply === this.#reply && this.#audio.pendingBytes > 0) this.#sentenceEnds.push(this.#queuedMs);
  }

  /** Nothing more will come: the remainder is padded with silence and the terminal mark follows it. */
  end(reply: number): void {
    if (reply !== this.#reply || this.#complete) return;
    this.#complete = true;
    if (this.#audio.pendingBytes > 0) this.#start();
    else if (this.#sentMs > 0) this.#mark(true);
  }

  /** Empties our queue and Twilio's. Marks are of `generation` from now on. */
  clear(generation: number): void {
    const isHeld = this.#sentMs > 0 && !this.#paused; // a pause has emptied Twilio's queue already
    this.#reset();
    this.#complete = true;
    this.#generation = generation;
    this.#options.scheduler.remove(this);
    if (isHeld) this.#options.sink.clear();
  }

  /**
   * Falls silent, here and at Twilio, and goes back to where the caller last heard the reply. What is queued meanwhile waits.
   */
  pause(generation: number, heardMs: number): void {
    this.#generation = generation;
    this.#paused = true;
    this.#runFrom = undefined;
    this.#options.scheduler.remove(this);
    if (this.#sentMs === 0) return;
    this.#options.sink.clear();
    this.#goBackTo(Math.min(this.#sentMs, Math.floor(heardMs / FRAME_MS) * FRAME_MS));
  }

  /** Goes on after a pause. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#hasFrame()) return this.#start(this.#sentMs);
    if (this.#sentMs === 0) return;
    // All that there is had been heard: nothing sounds, but its marks were cleared with the rest.
    this.#options.onStart(this.#reply, this.#sentMs);
    if (this.#complete) this.#mark(true);
    this.#options.onDry(this.#reply, this.#sentMs);
  }

  /** Called by the scheduler every 20 ms while there is something to do. */
  pump(now: number, dueAt: number): boolean {
    if (this.#runFrom === undefined) return false;
    if (this.#hasFrame() && this.#runFrom + this.#runMs < now) this.#recover(now);
    // By the schedule, not by the clock: a wake that is early or late by a breath would send no frame, then two.
    this.#sendUntil(dueAt + this.#options.leadMs);
    if (this.#hasFrame()) return true;
    if (this.#runFrom + this.#runMs > now) return true;
    this.#runFrom = undefined;
    // More words are to come, perhaps much later: what was heard until now is known all the same.
    if (this.#sentMs > this.#markedMs) this.#mark(false);
    this.#options.onDry(this.#reply, this.#sentMs);
    return this.#runFrom !== undefined;
  }

  failed(error: unknown): void {
    this.#options.onBug(error);
  }

  /** Stops without a word: the stream is gone. */
  close(): void {
    this.#reset();
    this.#complete = true;
    this.#options.scheduler.remove(this);
  }

  #goBackTo(ms: number): void {
    this.#audio.goBack(((this.#sentMs - ms) / FRAME_MS) * FRAME_BYTES);
    this.#sentMs = ms;
    this.#markedMs = this.#sentMs;
    this.#lastMarkSent = false;
    this.#endsPassed = this.#sentenceEnds.filter((end) => end <= this.#sentMs).length;
  }

  #start(fromMs?: number): void {
    const { clock, scheduler, leadMs } = this.#options;
    if (this.#paused || this.#runFrom !== undefined || !this.#hasFrame()) return;
    const now = clock.now();
    this.#runFrom = now;
    this.#runMs = 0;
    // The last frame of the lead waits for the first pump, so that from there on frames are evenly spaced.
    this.#sendUntil(now + leadMs - FRAME_MS);
    scheduler.add(this);
    this.#options.onStart(this.#reply, fromMs);
  }

  /** The process was stalled past its lead. What should have played meanwhile is not sent in a burst: time restarts. */
  #recover(now: number): void {
    this.#options.onUnderrun(now - this.#runFrom! - this.#runMs);
    this.#runFrom = now;
    this.#runMs = 0;
  }

  #hasFrame(): boolean {
    return this.#audio.pendingBytes >= FRAME_BYTES || (this.#complete && this.#audio.pendingBytes > 0);
  }

  #sendUntil(time: number): void {
    while (this.#hasFrame() && this.#runFrom! + this.#runMs + FRAME_MS <= time) {
      this.#audio.take(this.#frame);
      this.#options.sink.media(this.#frame, this.#runFrom! + this.#runMs);
      this.#framesSent++;
      this.#sentMs += FRAME_MS;
      this.#runMs += FRAME_MS;
      this.#markIfDue();
    }
  }

  #markIfDue(): void {
    if (this.#complete && this.#audio.pendingBytes === 0) {
      this.#mark(true);
      return;
    }
    let isDue = this.#sentMs - this.#markedMs >= this.#options.markEveryMs;
    while (this.#endsPassed < this.#sentenceEnds.length && this.#sentenceEnds[this.#endsPassed]! <= this.#sentMs) {
      this.#endsPassed++;
      isDue = true;
    }
    if (isDue) this.#mark(false);
  }

  #mark(last: boolean): void {
    if (this.#lastMarkSent) return;
    this.#lastMarkSent = last;
    this.#markedMs = this.#sentMs;
    const name = { reply: this.#reply, generation: this.#generation, playedMs: this.#sentMs, last };
    this.#options.sink.mark(serializeMarkName(name));
  }

  #reset(): void {
    this.#audio.clear();
    this.#paused = false;
    this.#endsPassed = 0;
    this.#complete = false;
    this.#lastMarkSent = false;
    this.#sentMs = 0;
    this.#sentenceEnds = [];
    this.#queuedMs = 0;
    this.#markedMs = 0;
    this.#runFrom = undefined;
    this.#runMs = 0;
  }
}
