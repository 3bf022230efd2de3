import { MEL_BANDS, MEL_COLUMNS } from '../audio/log-mel.ts';
import type { OnnxRuntime, OnnxSession, PortMetadata } from './runtime.ts';

const FEATURES = [1, MEL_BANDS, MEL_COLUMNS] as const;
const WANTED = `float32 [1,${MEL_BANDS},${MEL_COLUMNS}]`;

/** One thread: the machine's cores belong to the calls. */
const SESSION_OPTIONS = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

/**
 * A model that hears log-mel features and tells how probable it is that the turn is complete. smart-turn v3 calls them
 * `input_features` and `logits`, and the latter are probabilities already. Source: `export_to_onnx_fp32` in
 * smart_turn/train.py of github.com/pipecat-ai/smart-turn.
 */
export class Network {
  readonly #runtime: OnnxRuntime;
  readonly #session: OnnxSession;
  readonly #input: string;
  readonly #output: string;

  private constructor(runtime: OnnxRuntime, session: OnnxSession) {
    this.#runtime = runtime;
    this.#session = session;
    const { inputMetadata: inputs, outputMetadata: outputs } = session;
    const [input, output] = [inputs[0], outputs[0]];
    if (!input || inputs.length !== 1 || !fits(input)) {
      throw new RangeError(`it takes ${inputs.map(describePort).join(' and ')} and not just ${WANTED}`);
    }
    if (!output) throw new RangeError('it gives nothing');
    this.#input = input.name;
    this.#output = output.name;
  }

  /** Throws what the runtime throws for a file that is no model, and `RangeError` for one that asks for something else. */
  static async open(runtime: OnnxRuntime, file: Uint8Array): Promise<Network> {
    // Of no effect on the machine's own code.
    runtime.env.wasm.numThreads = 1;
    return new Network(runtime, await runtime.InferenceSession.create(file, SESSION_OPTIONS));
  }

  /** From 0 to 1. Throws `RangeError` when the model's answer is no such number. */
  async completenessOf(features: Float32Array): Promise<number> {
    const tensor = new this.#runtime.Tensor('float32', features, FEATURES);
    const results = await this.#session.run({ [this.#input]: tensor });
    const data = results[this.#output]?.data;
    const answer = data?.[0];
    if (data?.length !== 1 || typeof answer !== 'number' || !(answer >= 0 && answer <= 1)) {
      const said = data?.length === 1 ? String(answer) : `${data?.length ?? 'no'} numbers`;
      throw new RangeError(`it answers ${said}, and not one probability`);
    }
    return answer;
  }
}

function fits(port: PortMetadata): boolean {
  if (!port.isTensor || port.type !== 'float32' || port.shape.length !== FEATURES.length) return false;
  return port.shape.every((dim, i) => typeof dim !== 'number' || dim === FEATURES[i]);
}

function describePort(port: PortMetadata): string {
  return port.isTensor ? `${port.type} [${port.shape}]` : 'no tensor';
}
