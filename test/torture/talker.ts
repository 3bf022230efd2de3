/** The microphone of a caller under torture: silent until told to speak, then a second's half of something like speech. */
import { babble } from '../../src/audio/babble.ts';
import { FRAME_BYTES, FRAME_MS } from '../../src/audio/frame.ts';
import { encodeMulaw, MULAW_SILENCE } from '../../src/audio/mulaw.ts';
import type { FrameSource } from '../../src/simulator/phone.ts';

const SPEECH_MS = 500;
const PAUSE_FRAMES = 5;
const SILENCE = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);
const BYTES = encodeMulaw(Int16Array.from(babble(SPEECH_MS, 14_000)));
const SPEECH = Array.from({ length: SPEECH_MS / FRAME_MS }, (_, i) =>
  BYTES.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
);

export class Talker implements FrameSource {
  #at = SPEECH.length;

  speak(): void {
    this.#at = -PAUSE_FRAMES;
  }

  next(): Uint8Array {
    if (this.#at >= SPEECH.length) return SILENCE;
    return SPEECH[this.#at++] ?? SILENCE;
  }
}
