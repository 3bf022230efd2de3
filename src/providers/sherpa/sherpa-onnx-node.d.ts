/** The package has no types of its own. */
declare module 'sherpa-onnx-node' {
  const sherpa: {
    readonly OnlineRecognizer: new (config: object) => import('./recogniser.ts').OnlineRecogniser;
  };
  export default sherpa;
}
