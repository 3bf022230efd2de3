/**
 * The outbound audio of one call: µ-law in, whole frames out on time, with marks by which we learn what was played.
 * It owns every byte between a reply and Twilio.
 */
import { FRAME_BYTES, FRAME_MS } from '../audio/frame.ts';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import type { Clock } from '../core/clock.ts';
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
  media(frame: Uint8Array): void;
  mark(name: string): void;
  clear(): void;
}

export interface PlayoutQueueOptions {
  readonly clock: Clock;
  readonly scheduler: PlayoutScheduler;
  readonly sink: PlayoutSink;
  readonly leadMs: number;
  readonly markEveryMs: number;
  readonly onStart: (reply: number) => void;
  readonly onDry: (reply: number, sentMs: number) => void;
  /** The process was stalled for longer than the lead: the caller heard a gap. */
  readonly onUnderrun: () => void;
  readonly onBug: (error: unknown) => void;
}

export class PlayoutQueue implements Pumped {
  readonly #options: PlayoutQueueOptions;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #chunks: Uint8Array[] = [];
  #offset = 0; // into the first chunk
  #pendingBytes = 0;
  #reply = 0;
  #generation = 0;
  #complete = false;
  #lastMarkSent = false;
  #sentMs = 0; // of this reply
  #sentenceEnds: number[] = []; // in ms of this reply
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

  /** From now on the queue belongs to `reply`; what was left of another one is forgotten. */
  open(reply: number): void {
    this.#reset();
    this.#reply = reply;
  }

  /** Takes µ-law of any length. News of a reply that is not current is refused: the return value says so. */
  enqueue(reply: number, audio: Uint8Array): boolean {
    if (reply !== this.#reply || this.#complete) return false;
    if (audio.length === 0) return true;
    this.#chunks.push(audio);
    this.#pendingBytes += audio.length;
    this.#queuedMs += audio.length / (FRAME_BYTES / FRAME_MS);
    this.#start();
    return true;
  }

  /** A mark follows what has been queued so far. */
  endSentence(reply: number): void {
    if (reply === this.#reply && this.#pendingBytes > 0) this.#sentenceEnds.push(this.#queuedMs);
  }

  /** Nothing more will come: the remainder is padded with silence and the terminal mark follows it. */
  end(reply: number): void {
    if (reply !== this.#reply || this.#complete) return;
    this.#complete = true;
    if (this.#pendingBytes > 0) this.#start();
    else if (this.#sentMs > 0) this.#mark(true);
  }

  /** Empties our queue and Twilio's. Marks are of `generation` from now on. */
  clear(generation: number): void {
    const wasHeard = this.#sentMs > 0;
    this.#reset();
    this.#complete = true;
    this.#generation = generation;
    this.#options.scheduler.remove(this);
    if (wasHeard) this.#options.sink.clear();
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

  #start(): void {
    const { clock, scheduler, leadMs } = this.#options;
    if (this.#runFrom !== undefined || !this.#hasFrame()) return;
    const now = clock.now();
    this.#runFrom = now;
    this.#runMs = 0;
    // The last frame of the lead waits for the first pump, so that from there on frames are evenly spaced.
    this.#sendUntil(now + leadMs - FRAME_MS);
    scheduler.add(this);
    this.#options.onStart(this.#reply);
  }

  /** The process was stalled past its lead. What should have played meanwhile is not sent in a burst: time restarts. */
  #recover(now: number): void {
    this.#options.onUnderrun();
    this.#runFrom = now;
    this.#runMs = 0;
  }

  #hasFrame(): boolean {
    return this.#pendingBytes >= FRAME_BYTES || (this.#complete && this.#pendingBytes > 0);
  }

  #sendUntil(time: number): void {
    while (this.#hasFrame() && this.#runFrom! + this.#runMs + FRAME_MS <= time) {
      this.#options.sink.media(this.#take());
      this.#framesSent++;
      this.#sentMs += FRAME_MS;
      this.#runMs += FRAME_MS;
      this.#markIfDue();
    }
  }

  #markIfDue(): void {
    if (this.#complete && this.#pendingBytes === 0) {
      this.#mark(true);
      return;
    }
    let isDue = this.#sentMs - this.#markedMs >= this.#options.markEveryMs;
    while (this.#sentenceEnds.length > 0 && this.#sentenceEnds[0]! <= this.#sentMs) {
      this.#sentenceEnds.shift();
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

  /** The next frame, in a buffer that is reused; a remainder is padded with silence. */
  #take(): Uint8Array {
    const frame = this.#frame;
    let filled = 0;
    while (filled < FRAME_BYTES && this.#pendingBytes > 0) {
      const chunk = this.#chunks[0]!;
      const size = Math.min(FRAME_BYTES - filled, chunk.length - this.#offset);
      frame.set(chunk.subarray(this.#offset, this.#offset + size), filled);
      filled += size;
      this.#offset += size;
      this.#pendingBytes -= size;
      if (this.#offset < chunk.length) continue;
      this.#chunks.shift();
      this.#offset = 0;
    }
    if (filled < FRAME_BYTES) frame.fill(MULAW_SILENCE, filled);
    return frame;
  }

  #reset(): void {
    this.#chunks = [];
    this.#offset = 0;
    this.#pendingBytes = 0;
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
