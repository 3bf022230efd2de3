import type { Vendor } from '../contracts.ts';

/** sherpa-onnx on this machine, with a model folder of the user's. */
export const sherpa: Vendor = {
  name: 'sherpa',
  isLocal: true,
  variables: [
    {
      name: 'SHERPA_MODEL',
      kind: 'text',
      help: 'Folder of a streaming sherpa-onnx model: tokens.txt and its .onnx files.',
    },
  ],
  stt: async (context, model) => (await import('./speech-to-text.ts')).openSpeechToText(context, model),
};
