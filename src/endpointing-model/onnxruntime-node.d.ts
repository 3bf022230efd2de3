/** The package is the user's; here it is not installed. */
declare module 'onnxruntime-node' {
  export const InferenceSession: import('./runtime.ts').OnnxRuntime['InferenceSession'];
  export const Tensor: import('./runtime.ts').OnnxRuntime['Tensor'];
  export const env: import('./runtime.ts').OnnxRuntime['env'];
}
