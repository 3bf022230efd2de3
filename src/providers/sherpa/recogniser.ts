/**
 * What Kav uses of sherpa-onnx-node's streaming recognition, and the settings for each kind of model.
 * Source: https://k2-fsa.github.io/sherpa/onnx/index.html and the package's `streaming-asr.js` and `types.js`.
 */

export interface OnlineStream {
  /** Resamples to the model's rate, and copies. */
  acceptWaveform(wave: { readonly samples: Float32Array; readonly sampleRate: number }): void;
}

/** Stays in the worker: it decodes on the thread that asks. */
export interface OnlineRecogniser<S extends OnlineStream = OnlineStream> {
  createStream(): S;
  isReady(stream: S): boolean;
  decode(stream: S): void;
  getResult(stream: S): { readonly text: string };
  reset(stream: S): void;
}

export type SherpaModel =
  | {
      readonly kind: 'transducer';
      readonly tokens: string;
      readonly encoder: string;
      readonly decoder: string;
      readonly joiner: string;
    }
  | { readonly kind: 'zipformer2Ctc' | 'nemoCtc'; readonly tokens: string; readonly model: string };

/** The models are made for 16 kHz and 80 filters; NeMo's tell their own. */
export function configOf(model: SherpaModel): object {
  const { kind, tokens, ...files } = model;
  return {
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: { [kind]: files, tokens, numThreads: 1, provider: 'cpu' },
    enableEndpoint: false,
  };
}
