/**
 * WebRTC's voice detector (libfvad in WebAssembly): a Gaussian mixture over six bands, 1 µs per frame. It lets much
 * pass that is not speech and misses hardly any, which is what a gate should do.
 */
import type { FvadModule } from '@echogarden/fvad-wasm';
import { FRAME_BYTES, SAMPLE_RATE_HZ } from '../audio/frame.ts';
import { decodeMulaw } from '../audio/mulaw.ts';

/** 0 lets the most pass, 3 the least. */
export type WebRtcMode = 0 | 1 | 2 | 3;

/** One instance of the program; its detectors share the room for a frame. */
export class WebRtcVads {
  readonly #module: FvadModule;
  readonly #samples: number;
  readonly #pcm = new Int16Array(FRAME_BYTES);

  constructor(module: FvadModule) {
    this.#module = module;
    this.#samples = module._malloc(Int16Array.BYTES_PER_ELEMENT * FRAME_BYTES);
  }

  /** Throws `RangeError` when there is no memory left, which is after millions of detectors nobody closed. */
  open(mode: WebRtcMode): WebRtcVad {
    const detector = this.#module._fvad_new();
    if (detector === 0 || this.#samples === 0) throw new RangeError('the voice detector has no memory left');
    this.#module._fvad_set_mode(detector, mode);
    this.#module._fvad_set_sample_rate(detector, SAMPLE_RATE_HZ);
    let isOpen = true;
    return {
      isVoice: (frame) => isOpen && this.#isVoice(detector, frame),
      close: () => {
        if (isOpen) this.#module._fvad_free(detector);
        isOpen = false;
      },
    };
  }

  #isVoice(detector: number, frame: Uint8Array): boolean {
    this.#module.HEAP16.set(decodeMulaw(frame, this.#pcm), this.#samples / Int16Array.BYTES_PER_ELEMENT);
    return this.#module._fvad_process(detector, this.#samples, FRAME_BYTES) === 1;
  }
}

export interface WebRtcVad {
  /** Takes the next 20 ms of µ-law. Allocates nothing. */
  isVoice(frame: Uint8Array): boolean;
  /** Idempotent; no frame is voice afterwards. */
  close(): void;
}

/** Loads 35 kB. */
export async function loadWebRtcVads(): Promise<WebRtcVads> {
  const { default: load } = await import('@echogarden/fvad-wasm');
  return new WebRtcVads(await load());
}
