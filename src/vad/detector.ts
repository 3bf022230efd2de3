/** What a call needs of a speech detector, whichever it is. */
import type { VadEdge } from '../audio/vad.ts';

export interface SpeechDetector {
  /** Takes the next 20 ms of µ-law and tells when it completes an edge: start, perhaps sustained, end, and again. */
  push(frame: Uint8Array): VadEdge | undefined;
  /** While the agent speaks a sound needs more to count as speech: part of what is heard may be the agent itself. */
  agentSpeaking(isSpeaking: boolean): void;
  /** From now on speech is more than a noise after so many frames with speech in them. */
  sustainAfter(frames: number): void;
  /** How sure it is, 0 … 1, that there is speech right now; smoothed over about 80 ms. */
  readonly confidence: number;
  /** Gives back what the garbage collector does not know of. Idempotent; frames pushed afterwards are not speech. */
  close(): void;
}

export interface DetectorOptions {
  /** The RMS, on the 16-bit scale, that speech must reach somewhere in its first moments (`VAD_RMS`). */
  readonly rmsFloor: number;
  /** Frames with speech in them that make it more than a noise, until `sustainAfter` says otherwise. */
  readonly sustainFrames: number;
}

/** Loaded once, opened per call. */
export interface DetectorFactory {
  open(options: DetectorOptions): SpeechDetector;
}

/** Share of the way that a confidence goes towards the newest frame's. */
const SMOOTHING = 0.25;

export function smoothConfidence(confidence: number, newest: number): number {
  return confidence + SMOOTHING * (newest - confidence);
}
