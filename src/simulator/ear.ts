import { FRAME_MS } from '../audio/frame.ts';
import { rmsOfFrame } from '../audio/level.ts';

/** A stretch of the call, in ms of stream time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The line from Twilio is digital silence between words, so that the limits only have to pass over hiss. */
const AUDIBLE_RMS = 150;
const SILENT_RMS = 75;
/** Shorter pauses belong to the speech around them: stops inside a word last up to about 100 ms. */
const PAUSE_MS = 120;

/** Tells from what comes out of the receiver when the agent speaks. Right to one frame. */
export class Ear {
  readonly #spans: Span[] = [];
  readonly #onSpan: (span: Span) => void;
  #from: number | undefined;
  #quietFrom: number | undefined;
  #nowMs = 0;

  /** `onSpan` learns of each stretch of speech when it has ended. */
  constructor(onSpan: (span: Span) => void = () => {}) {
    this.#onSpan = onSpan;
  }

  /** Finished stretches of speech, and the one in progress as far as it has come. */
  get spans(): readonly Span[] {
    if (this.#from === undefined) return this.#spans;
    return [...this.#spans, { from: this.#from, to: this.#quietFrom ?? this.#nowMs }];
  }

  /** Whether there was sound in the last frame; pauses inside speech are silent. */
  get hasSound(): boolean {
    return this.#from !== undefined && this.#quietFrom === undefined;
  }

  /** When the speech in progress began; undefined in silence. */
  get speakingSince(): number | undefined {
    return this.#from;
  }

  /** When the speech last heard ended; undefined while there is speech, and before the first. */
  get silentSince(): number | undefined {
    return this.#from === undefined ? this.#spans.at(-1)?.to : undefined;
  }

  hear(frame: Uint8Array, atMs: number): void {
    const rms = rmsOfFrame(frame);
    this.#nowMs = atMs + FRAME_MS;
    if (rms >= (this.#from === undefined ? AUDIBLE_RMS : SILENT_RMS)) {
      this.#from ??= atMs;
      this.#quietFrom = undefined;
      return;
    }
    if (this.#from === undefined) return;
    this.#quietFrom ??= atMs;
    if (this.#nowMs - this.#quietFrom < PAUSE_MS) return;
    const span = { from: this.#from, to: this.#quietFrom };
    this.#spans.push(span);
    this.#from = undefined;
    this.#quietFrom = undefined;
    this.#onSpan(span);
  }
}
