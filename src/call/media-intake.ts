/** What the carrier sends of audio: decoded into the loop, counted, and watched for its silence. */
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import { decodePayload } from '../twilio/media-message.ts';
import type { MediaLoop } from './media-loop.ts';

export interface MediaIntakeOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly loop: MediaLoop;
  /** Where payloads are decoded; shared by all calls, because nothing keeps it. */
  readonly scratch: Buffer;
  /** Gets its turn after each message: see `PlayoutScheduler.catchUp`. */
  readonly scheduler: { catchUp(): void };
  /** It has sent nothing for a while; told once in each silence. */
  readonly onSilent: (silentMs: number) => void;
}

/** A carrier that sends nothing is asked about after 2 s and given up after 10 s (design, time budgets). */
const WARN_MS = 2_000;
const LOST_MS = 10_000;
const LOG_EVERY_FRAMES = 500;

export class MediaIntake {
  readonly #o: MediaIntakeOptions;
  /** The newest message's part of the scratch buffer. */
  #audio: Uint8Array = new Uint8Array(0);
  #lastAt: number;
  #hasWarned = false;
  #loggedFrames = 0;

  constructor(options: MediaIntakeOptions) {
    this.#o = options;
    this.#lastAt = options.clock.now();
  }

  push(payload: string, timestampMs: number): void {
    const { clock, log, loop, scheduler, scratch } = this.#o;
    this.#lastAt = clock.now();
    this.#hasWarned = false;
    const size = decodePayload(payload, scratch);
    // Messages are nearly always of one size; a view costs more than the copy.
    if (this.#audio.length !== size) this.#audio = scratch.subarray(0, size);
    loop.push(this.#audio, timestampMs);
    scheduler.catchUp();
    const isFirst = this.#loggedFrames === 0 && loop.framesReceived > 0;
    if (!isFirst && loop.framesReceived - this.#loggedFrames < LOG_EVERY_FRAMES) return;
    this.#loggedFrames = loop.framesReceived;
    log.info('WS_MEDIA', { rx: loop.framesReceived });
  }

  /** Asked now and then: true when the carrier is lost. */
  isLost(): boolean {
    const { clock, log } = this.#o;
    const silentMs = clock.now() - this.#lastAt;
    if (silentMs >= WARN_MS && silentMs < LOST_MS && !this.#hasWarned) {
      this.#hasWarned = true;
      log.warn('MEDIA_SILENT', { silent_ms: Math.round(silentMs) });
      this.#o.onSilent(silentMs);
    }
    return silentMs >= LOST_MS;
  }
}
