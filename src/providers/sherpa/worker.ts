/** The thread in which sherpa-onnx decodes for all calls. */
import { parentPort, workerData } from 'node:worker_threads';
import sherpa from 'sherpa-onnx-node';
import { configOf, type SherpaModel } from './recogniser.ts';
import { serve } from './serve.ts';

const recogniser = new sherpa.OnlineRecognizer(configOf(workerData as SherpaModel));
if (parentPort) serve(parentPort, recogniser);
