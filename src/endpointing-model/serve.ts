import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { HEARD_BYTES } from './contract.ts';
import type { Network } from './network.ts';
import { TurnFeatures } from './turn-features.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The worker's end of the thread. */
export interface ServingPort {
  on(event: 'message', receive: (message: ToWorker) => void): unknown;
  postMessage(message: FromWorker): void;
}

/** Runs until the code is compiled and the runtime has its memory: the first run takes ten times as long. */
const WARM_UP_RUNS = 4;

/** Loads the network, tries it, and then judges every turn that comes in at the port. Never rejects. */
export async function serve(port: ServingPort, open: () => Promise<Network>): Promise<void> {
  const features = new TurnFeatures();
  try {
    const network = await open();
    const tookMs = await warmUp(network, features);
    port.on('message', async ({ question, mulaw }) => {
      try {
        const completeness = await network.completenessOf(features.compute(mulaw));
        port.postMessage({ type: 'answer', question, completeness });
      } catch (error) {
        port.postMessage({ type: 'failed', question, problem: plain(error) });
      }
    });
    port.postMessage({ type: 'ready', tookMs });
  } catch (error) {
    port.postMessage({ type: 'refused', problem: plain(error) });
  }
}

/** How long the fastest run took: the others are of code that was not compiled, or of a machine that did something else. */
async function warmUp(network: Network, features: TurnFeatures): Promise<number> {
  const silence = new Uint8Array(HEARD_BYTES).fill(MULAW_SILENCE);
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < WARM_UP_RUNS; run++) {
    const from = performance.now();
    await network.completenessOf(features.compute(silence));
    fastestMs = Math.min(fastestMs, performance.now() - from);
  }
  return fastestMs;
}

const plain = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.\s*$/, '');
