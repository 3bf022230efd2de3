/** The thread in which flite runs: a sentence takes 20 to 130 ms of CPU, which would be heard in every call. */
import { parentPort } from 'node:worker_threads';
import { loadEngine } from './engine.ts';
import type { FliteRequest, FliteResponse } from './worker-messages.ts';

const engine = loadEngine();

parentPort?.on('message', async ({ id, text, voice }: FliteRequest) => {
  const speak = await engine; // a failure ends the thread, which the queue reports
  const response = synthesize();
  parentPort?.postMessage(response, 'audio' in response ? [response.audio.buffer] : []);

  function synthesize(): FliteResponse {
    try {
      return { id, audio: speak(text, voice) };
    } catch (error) {
      return { id, problem: String(error) };
    }
  }
});
