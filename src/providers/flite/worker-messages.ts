/** What passes between the queue and the worker thread. */
export const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;
export type FliteVoice = (typeof FLITE_VOICES)[number];

export interface FliteRequest {
  readonly id: number;
  readonly voice: FliteVoice;
  readonly text: string;
}

export type FliteResponse =
  /** µ-law, 8000 Hz; the buffer is transferred. */
  { readonly id: number; readonly audio: Uint8Array<ArrayBuffer> } | { readonly id: number; readonly problem: string };
