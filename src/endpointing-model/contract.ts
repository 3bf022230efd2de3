/** What a call needs of a model that hears whether a pause is the end of the caller's turn. */
import { SAMPLE_RATE_HZ } from '../audio/frame.ts';

/** As much of a turn, µ-law, as a model hears: its last 8 s. */
export const HEARD_BYTES = 8 * SAMPLE_RATE_HZ;

export interface EndpointingModel {
  /**
   * Asks about a pause: `mulaw` is the caller's turn so far, silence at its end included; its buffer is given away. The
   * answer, from 0 (goes on) to 1 (is complete), comes later, within half a second, or never when the model is slow,
   * busy, broken or closed. Returns the cancel, after which there is no answer.
   */
  ask(mulaw: Uint8Array<ArrayBuffer>, onAnswer: (completeness: number) => void): () => void;
}
