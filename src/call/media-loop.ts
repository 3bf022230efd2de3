/**
 * The caller's audio, 50 times a second: payload → frames → VAD and recogniser. Plain calls on reused buffers; only
 * the edges of speech leave it.
 */
import { FRAME_BYTES, FrameAssembler } from '../audio/frame.ts';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import type { VadEdge } from '../audio/vad.ts';
import type { SpeechToTextSession } from '../providers/contracts.ts';
import type { SpeechDetector } from '../vad/detector.ts';

export interface MediaLoopOptions {
  readonly vad: Pick<SpeechDetector, 'push'>;
  readonly stt: SpeechToTextSession;
  /** Whether this frame is only the agent's own voice coming back: nobody hears it then. */
  readonly isEcho: (frame: Uint8Array) => boolean;
  readonly onEdge: (edge: VadEdge) => void;
  /** Also hears each frame, when there is anybody; as the recogniser does, before the edge that the frame completes. */
  readonly listener?: { hear(frame: Uint8Array): void } | undefined;
  /** The carrier left out so much audio; silence was put in its place. */
  readonly onGap: (gapMs: number) => void;
}

/** Smaller differences are the rounding of timestamps. */
const SMALLEST_GAP_MS = 40;
/** A longer gap is a jump of the clock, not lost audio; the cap keeps a hostile timestamp cheap. */
const LONGEST_GAP_MS = 10_000;
const BYTES_PER_MS = 8;

export class MediaLoop {
  readonly #options: MediaLoopOptions;
  readonly #frames: FrameAssembler;
  #expectedMs: number | undefined;
  #framesReceived = 0;

  constructor(options: MediaLoopOptions) {
    this.#options = options;
    this.#frames = new FrameAssembler((frame) => this.#onFrame(frame));
  }

  get framesReceived(): number {
    return this.#framesReceived;
  }

  /** Takes µ-law of any length; `timestampMs` is the carrier's time of its first sample. */
  push(audio: Uint8Array, timestampMs: number): void {
    this.#fillGap(timestampMs);
    this.#expectedMs = timestampMs + audio.length / BYTES_PER_MS;
    this.#frames.push(audio);
  }

  /** VAD and recogniser must see the time that passed: else a lost second joins two words and drifts every time. */
  #fillGap(timestampMs: number): void {
    if (this.#expectedMs === undefined) return;
    const gapMs = timestampMs - this.#expectedMs;
    if (gapMs < SMALLEST_GAP_MS || gapMs > LONGEST_GAP_MS) return;
    for (let ms = 0; ms < gapMs; ms += SILENCE.length / BYTES_PER_MS) this.#frames.push(SILENCE);
    this.#options.onGap(gapMs);
  }

  #onFrame(received: Uint8Array): void {
    this.#framesReceived++;
    const { isEcho, vad, stt, onEdge, listener } = this.#options;
    const frame = isEcho(received) ? SILENCE : received;
    stt.write(frame);
    listener?.hear(frame);
    const edge = vad.push(frame);
    if (!edge) return;
    // The core first: the recogniser's answer must find it waiting.
    onEdge(edge);
    if (edge.type === 'speech-start') stt.speechStarted();
    if (edge.type === 'speech-end') stt.speechEnded();
  }
}

const SILENCE = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);
