import { Worker } from 'node:worker_threads';
import type {
  ProviderContext,
  ProviderOffer,
  SpeechToText,
  SpeechToTextOptions,
  SpeechToTextSession,
} from '../contracts.ts';
import { brokenAnswer, unreachable } from '../vendor-error.ts';
import { isSherpaInstalled, tryModel } from './availability.ts';
import { SHERPA, SherpaEngine } from './engine.ts';
import { findModel } from './model.ts';
import type { SherpaModel } from './recogniser.ts';

/** sherpa-onnx with the model in the folder `model`, or in `SHERPA_MODEL`. Throws `ConfigError` for a bad one. */
export async function openSpeechToText(
  context: ProviderContext,
  model: string | undefined,
): Promise<ProviderOffer<SpeechToText>> {
  const folder = model?.trim() || context.env['SHERPA_MODEL']?.trim();
  if (!folder) {
    const remedy = 'Remedy: set it to the folder of a streaming model, or write sherpa:/folder';
    return { ok: false, reason: `sherpa: SHERPA_MODEL is not set. ${remedy}` };
  }
  const installed = isSherpaInstalled();
  if (!installed.ok) return installed;
  const found = await findModel(folder);
  await tryModel(found, folder);
  return { ok: true, provider: new Sherpa(context, found) };
}

class Sherpa implements SpeechToText {
  readonly name = 'sherpa';
  readonly #context: ProviderContext;
  readonly #model: SherpaModel;
  #running: { readonly engine: SherpaEngine; readonly worker: Worker } | undefined;
  #isClosed = false;

  constructor(context: ProviderContext, model: SherpaModel) {
    this.#context = context;
    this.#model = model;
    this.#running = this.#start();
  }

  open({ onEvent }: SpeechToTextOptions): SpeechToTextSession {
    this.#running ??= this.#start();
    const session = this.#running.engine.open(onEvent);
    if (this.#isClosed) queueMicrotask(() => session.fail(unreachable(SHERPA, 'it was closed')));
    return session;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running?.engine.close();
    await this.#running?.worker.terminate();
  }

  #start(): { readonly engine: SherpaEngine; readonly worker: Worker } {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#model });
    const engine = new SherpaEngine(worker, this.#context.clock);
    const lose = (cause: unknown): void => {
      if (this.#running?.worker === worker && !this.#isClosed) this.#running = undefined;
      engine.fail(brokenAnswer(SHERPA, 'the thread died', cause));
    };
    worker.on('error', lose);
    worker.on('exit', (status) => lose(new Error(`exit status ${status}`)));
    return { engine, worker };
  }
}
