import { PhoneQueue } from './phone-queue.ts';

type Order = { readonly samples: Float32Array } | { readonly mark: string } | { readonly clear: true };

/** The phone's ear: plays in order what came, tells when marks were reached, forgets on `clear`. */
class Phone extends AudioWorkletProcessor {
  readonly #queue = new PhoneQueue();

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Order>) => {
      if ('samples' in data) this.#queue.push(data.samples);
      else if ('clear' in data) this.#reached(this.#queue.clear());
      else if (this.#queue.mark(data.mark)) this.#reached([data.mark]);
    };
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const left = output?.[0];
    if (!left) return true;
    this.#reached(this.#queue.read(left));
    output[1]?.set(left);
    return true;
  }

  #reached(marks: readonly string[]): void {
    if (marks.length > 0) this.port.postMessage(marks);
  }
}

registerProcessor('kav-phone', Phone);
