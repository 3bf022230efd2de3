/**
 * Sample rate conversion by any rational ratio with a polyphase windowed-sinc filter.
 *
 * "48 taps" counts periods of the lower of the two rates: with 8000 Hz on either side the filter spans 6 ms, and a phase
 * has 48 coefficients when going up but 48 × fromHz / toHz when going down. A fixed 48 input samples would widen the
 * transition band by that same ratio and let aliases through. The transition band is about a ninth of the lower rate
 * wide and centred on its Nyquist frequency: for 8000 Hz, flat to 3500 Hz and down by 85 dB from 4500 Hz.
 */

const TAPS = 48;
/** Kaiser's formula: the stopband is down by β / 0.1102 + 8.7 = 85 dB. */
const KAISER_BETA = 8.4;
const MIN_RATE_HZ = 1000;
const MAX_RATE_HZ = 192_000;
/** Input is filtered in blocks so that the working buffer stays small whatever arrives at once. */
const BLOCK_SAMPLES = 4096;

/**
 * Converts one stream. The output is the same, sample for sample, however the input is cut, and is aligned with the
 * input (no delay is added to the timeline): `n` input samples give ⌈n × toHz / fromHz⌉ output samples in all. The
 * filter looks 3 ms ahead (at 8000 Hz), so that much of the output waits for the next piece or for `flush`.
 * Throws `RangeError` for rates that are not whole numbers from 1000 to 192000.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  /** Input samples on each side of an output sample that take part in it. */
  readonly #reach: number;
  readonly #phases: (Float64Array | undefined)[];
  readonly #support: number;
  readonly #cutoff: number;
  readonly #buffer: Float64Array;
  /** Valid samples in the buffer; the next output sits `#at` + `#phase` / `#up` samples into it. */
  #filled = 0;
  #at = 0;
  #phase = 0;

  constructor(fromHz: number, toHz: number) {
    requireRate(fromHz);
    requireRate(toHz);
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / divisor;
    this.#down = fromHz / divisor;
    const stretch = Math.max(1, fromHz / toHz);
    this.#cutoff = 1 / stretch;
    this.#support = (TAPS / 2) * stretch;
    this.#reach = Math.ceil(this.#support);
    this.#phases = new Array(this.#up);
    this.#buffer = new Float64Array(2 * this.#reach + BLOCK_SAMPLES);
    this.#rewind();
  }

  /** The output that the input so far decides; may be empty. */
  process(input: Int16Array): Int16Array {
    if (this.#up === this.#down) return input.slice();
    const output = new Int16Array(this.#readyAfter(input.length));
    let written = 0;
    for (let from = 0; from < input.length; from += BLOCK_SAMPLES) {
      const to = Math.min(from + BLOCK_SAMPLES, input.length);
      for (let i = from; i < to; i++) this.#buffer[this.#filled++] = input[i]!;
      written = this.#filter(output, written);
      this.#discard();
    }
    return output;
  }

  /** The rest of the output, as if silence followed. The resampler is then ready for another stream. */
  flush(): Int16Array {
    if (this.#up === this.#down) return new Int16Array(0);
    const rest = this.process(new Int16Array(this.#reach));
    this.#rewind();
    return rest;
  }

  #rewind(): void {
    this.#buffer.fill(0);
    this.#filled = this.#reach - 1;
    this.#at = this.#reach - 1;
    this.#phase = 0;
  }

  /** How many outputs have all their input once `arriving` samples more are there. */
  #readyAfter(arriving: number): number {
    // The next output needs the input up to and with #at + #reach; those that fall short of `limit` are ready.
    const limit = this.#filled + arriving - this.#reach;
    return Math.max(0, Math.ceil(((limit - this.#at) * this.#up - this.#phase) / this.#down));
  }

  #filter(output: Int16Array, from: number): number {
    const buffer = this.#buffer;
    const taps = 2 * this.#reach;
    const wholeStep = Math.floor(this.#down / this.#up);
    const phaseStep = this.#down % this.#up;
    let written = from;
    while (this.#at + this.#reach < this.#filled) {
      const coefficients = this.#phases[this.#phase] ?? this.#createPhase(this.#phase);
      const start = this.#at - this.#reach + 1;
      let sum = 0;
      for (let n = 0; n < taps; n++) sum += coefficients[n]! * buffer[start + n]!;
      output[written++] = toInt16(sum);
      this.#at += wholeStep;
      this.#phase += phaseStep;
      if (this.#phase >= this.#up) {
        this.#phase -= this.#up;
        this.#at++;
      }
    }
    return written;
  }

  /** Drops what no later output needs; when skipping ahead, part of it may not have arrived yet. */
  #discard(): void {
    const unneeded = Math.min(this.#at - this.#reach + 1, this.#filled);
    this.#buffer.copyWithin(0, unneeded, this.#filled);
    this.#filled -= unneeded;
    this.#at -= unneeded;
  }

  /** Phases are made when first met: a ratio such as 22050 to 8000 has 160 of them, and a call should not stop for all. */
  #createPhase(phase: number): Float64Array {
    const taps = new Float64Array(2 * this.#reach);
    let sum = 0;
    for (let n = 0; n < taps.length; n++) {
      const distance = phase / this.#up + this.#reach - 1 - n;
      taps[n] = sinc(this.#cutoff * distance) * kaiser(distance / this.#support);
      sum += taps[n]!;
    }
    // Each phase passes a constant unchanged; without this their small differences would be heard as a tone.
    for (let n = 0; n < taps.length; n++) taps[n]! /= sum;
    this.#phases[phase] = taps;
    return taps;
  }
}

/** Converts a whole recording. Same guarantees and errors as `Resampler`. */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  const resampler = new Resampler(fromHz, toHz);
  const head = resampler.process(samples);
  const tail = resampler.flush();
  const whole = new Int16Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The Kaiser window over −1 … 1, without its constant factor, which the normalisation of a phase takes out. */
function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x));
}

/** The modified Bessel function of order zero by its power series, which converges fast for arguments up to 10. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}

function toInt16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

function requireRate(rateHz: number): void {
  if (Number.isInteger(rateHz) && rateHz >= MIN_RATE_HZ && rateHz <= MAX_RATE_HZ) return;
  throw new RangeError(`sample rate ${rateHz} is not a whole number from ${MIN_RATE_HZ} to ${MAX_RATE_HZ} Hz`);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
