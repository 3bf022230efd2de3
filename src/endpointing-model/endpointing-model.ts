/** The model in the user's folder, loaded. One thread serves all calls. */
import type { Clock } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import type { EndpointingModel } from './contract.ts';
import { findModelFile, MODEL_KEY } from './model-file.ts';
import type { Fate } from './questions.ts';
import { installedRuntime, type RuntimeName } from './runtime.ts';
import { SharedThread } from './shared-thread.ts';
import { startThread } from './thread.ts';

export interface LoadedModel extends EndpointingModel {
  /** What the operator should know of it, one plain line each. */
  readonly remarks: readonly string[];
  /** Ends the thread. Idempotent. */
  close(): Promise<void>;
}

export interface LoadingOptions {
  /** A folder, or a file of ONNX. */
  readonly path: string;
  readonly clock: Clock;
  readonly warn: (note: string) => void;
  readonly onFate: (fate: Fate) => void;
}

/** What is left of the usual wait when the detector has found the end of speech. */
const SLOW_MS = 150;
/** Its script only fetches what graphics cards need. */
const RUNTIME_REMEDY = 'Run: npm install --ignore-scripts onnxruntime-node@1.30.0';

/** Loads the model and tries it, in 1 s or so. Throws `ConfigError`. */
export async function openEndpointingModel({ path, clock, ...news }: LoadingOptions): Promise<LoadedModel> {
  const file = await findModelFile(path);
  const runtime = installedRuntime();
  if (!runtime) throw new ConfigError(MODEL_KEY, 'no onnxruntime is installed', RUNTIME_REMEDY);
  const data = { file, runtime };
  const model = new SharedThread({ clock, ...news, start: (ends) => startThread({ data, clock, ...ends }) });
  const tookMs = await model.start();
  return {
    remarks: remarksOn(Math.round(tookMs), runtime),
    ask: (mulaw, onAnswer) => model.ask(mulaw, onAnswer),
    close: () => model.close(),
  };
}

/** What the operator should know of a model that takes so long. */
export function remarksOn(tookMs: number, runtime: RuntimeName): readonly string[] {
  if (tookMs <= SLOW_MS) return [];
  const faster = runtime === 'onnxruntime-web' ? '; onnxruntime-node is about three times as fast' : '';
  return [`The endpointing model takes ${tookMs} ms for a pause, so that many answers come too late${faster}.`];
}
