import { SideBuffer } from './side-buffer.ts';

const LEVEL_EVERY = 10;

/** Plays both sides of a call, the caller a little to the left; tells its level now and then. */
class Listener extends AudioWorkletProcessor {
  readonly #buffer = new SideBuffer({ behind: sampleRate / 4, most: sampleRate, size: sampleRate * 8 });
  readonly #caller = new Float32Array(128);
  readonly #agent = new Float32Array(128);
  #blocks = 0;
  #energy = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<{ side: 0 | 1; atMs: number; samples: Float32Array }>) =>
      this.#buffer.write(data.side, Math.round((data.atMs * sampleRate) / 1_000), data.samples);
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    this.#buffer.read(this.#caller, this.#agent);
    const left = output?.[0];
    const right = output?.[1] ?? left;
    if (!left || !right) return true;
    for (let i = 0; i < left.length; i++) {
      const [caller, agent] = [this.#caller[i]!, this.#agent[i]!];
      left[i] = 0.8 * caller + 0.5 * agent;
      right[i] = 0.5 * caller + 0.8 * agent;
      this.#energy += left[i]! ** 2 + right[i]! ** 2;
    }
    this.#tellLevel(left.length);
    return true;
  }

  #tellLevel(block: number): void {
    this.#blocks += 1;
    if (this.#blocks < LEVEL_EVERY) return;
    this.port.postMessage({
      level: Math.sqrt(this.#energy / (2 * block * this.#blocks)),
      waitingMs: (this.#buffer.waiting * 1_000) / sampleRate,
    });
    this.#blocks = 0;
    this.#energy = 0;
  }
}

registerProcessor('kav-listener', Listener);
