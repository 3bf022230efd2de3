/**
 * Decides, for two microseconds a frame, which audio the network must see. What stays outside is silence, or steady
 * noise: not loud enough to be anything, not a voice to WebRTC's detector, or no louder than this line's noise.
 */
import type { Sound } from './edges.ts';
import type { WebRtcVad } from './webrtc.ts';

export interface Gate extends Sound {
  /** Takes the next frame; `isSpeech` is the verdict on the one before. True while the network must listen. */
  push(frame: Uint8Array, rms: number, isSpeech: boolean): boolean;
  /** The frame just pushed was not speech: such frames make the noise floor. */
  learnNoise(rms: number): void;
  close(): void;
}

/** How many times the noise RMS a frame must reach: 2.3 dB, which steady noise hardly ever does by chance. */
const NOISE_FACTOR = 1.3;
/** The gate stays open so long after the last sound. */
const HOLD_FRAMES = 10;
/** The longest dip, between syllables or inside a plosive, that does not end a row of sound. */
const DIP_FRAMES = 2;
/** Share of the way that the noise floor goes towards a frame: slowly up (1 s), quickly down (0.2 s). */
const RISE = 0.02;
const FALL = 0.1;

/** `quietRms` is the level below which nothing opens the gate. */
export function createGate(vad: WebRtcVad, quietRms: number): Gate {
  return new NoiseGate(vad, quietRms);
}

class NoiseGate implements Gate {
  readonly #vad: WebRtcVad;
  readonly #quietRms: number;
  #noise = 0;
  #silentFrames = HOLD_FRAMES;
  #soundFrames = 0;

  constructor(vad: WebRtcVad, quietRms: number) {
    this.#vad = vad;
    this.#quietRms = quietRms;
  }

  get soundFrames(): number {
    return this.#soundFrames;
  }

  get silentFrames(): number {
    return this.#silentFrames;
  }

  push(frame: Uint8Array, rms: number, isSpeech: boolean): boolean {
    // Asked about every frame, also when the level decides: it follows the noise as well.
    const isVoice = this.#vad.isVoice(frame);
    const isSound = isVoice && rms >= Math.max(this.#quietRms, NOISE_FACTOR * this.#noise);
    this.#silentFrames = isSound ? 0 : this.#silentFrames + 1;
    this.#soundFrames = this.#silentFrames <= DIP_FRAMES ? this.#soundFrames + 1 : 0;
    return isSpeech || this.#silentFrames < HOLD_FRAMES;
  }

  /** Digital silence is a muted or padded line: it says nothing about the noise that will be back. */
  learnNoise(rms: number): void {
    if (rms > 0) this.#noise += (rms > this.#noise ? RISE : FALL) * (rms - this.#noise);
  }

  close(): void {
    this.#vad.close();
  }
}
