/** The part of the package that is used here; it has no types of its own. */
declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    /** Replaced when the memory grows, so it must be read anew for every frame. */
    readonly HEAP16: Int16Array;
    _malloc(bytes: number): number;
    _fvad_new(): number;
    _fvad_free(detector: number): void;
    _fvad_set_mode(detector: number, mode: number): number;
    _fvad_set_sample_rate(detector: number, rateHz: number): number;
    _fvad_process(detector: number, samples: number, count: number): number;
  }

  export default function load(): Promise<FvadModule>;
}
