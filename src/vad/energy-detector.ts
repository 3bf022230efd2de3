import { EnergyVad, type VadEdge } from '../audio/vad.ts';
import { type DetectorFactory, type DetectorOptions, type SpeechDetector, smoothConfidence } from './detector.ts';

/** Detectors by level alone, for machines on which even the network's few microseconds matter. */
export function createEnergyDetectors(): DetectorFactory {
  return { open: (options) => new EnergyDetector(options) };
}

class EnergyDetector implements SpeechDetector {
  readonly #vad: EnergyVad;
  #confidence = 0;

  constructor(options: DetectorOptions) {
    this.#vad = new EnergyVad(options);
  }

  get confidence(): number {
    return this.#confidence;
  }

  push(frame: Uint8Array): VadEdge | undefined {
    const edge = this.#vad.push(frame);
    this.#confidence = smoothConfidence(this.#confidence, this.#vad.speaking ? 1 : 0);
    return edge;
  }

  /** A level says nothing about who speaks. */
  agentSpeaking(): void {}

  sustainAfter(frames: number): void {
    this.#vad.sustainAfter(frames);
  }

  close(): void {}
}
