/** What Kav uses of onnxruntime, which is the same in both of its packages, and which of them is there. */
import { createRequire } from 'node:module';

export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: 'float32', values: Float32Array, dims: readonly number[]) => OnnxTensor;
  readonly env: { readonly wasm: { numThreads?: number } };
}

export interface OnnxSession {
  readonly inputMetadata: readonly PortMetadata[];
  readonly outputMetadata: readonly PortMetadata[];
  run(inputs: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
}

export interface OnnxTensor {
  readonly data: ArrayLike<unknown>;
}

/** A dimension without a fixed size has a name, or an empty one. */
export type PortMetadata =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      readonly shape: readonly (number | string)[];
    };

/** The better first: the machine's own code is three times as fast as WebAssembly. */
const LOADERS = {
  'onnxruntime-node': async (): Promise<OnnxRuntime> => (await import('onnxruntime-node')) as OnnxRuntime,
  'onnxruntime-web': async (): Promise<OnnxRuntime> => (await import('onnxruntime-web')) as unknown as OnnxRuntime,
} as const;

export type RuntimeName = keyof typeof LOADERS;

/** Loads nothing. */
export function installedRuntime(
  resolve: (name: string) => unknown = createRequire(import.meta.url).resolve,
): RuntimeName | undefined {
  return (Object.keys(LOADERS) as RuntimeName[]).find((name) => {
    try {
      resolve(name);
      return true;
    } catch {
      return false;
    }
  });
}

export function loadRuntime(name: RuntimeName): Promise<OnnxRuntime> {
  return LOADERS[name]();
}
