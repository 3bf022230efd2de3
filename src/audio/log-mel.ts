/**
 * The ear of Whisper, and of what is trained on it: 80 bands on the mel scale, one column per 10 ms, of the logarithm of
 * their power. Equal to `WhisperFeatureExtractor(chunk_length=8)` of Hugging Face transformers with `do_normalize=True`.
 * Source: transformers/models/whisper/feature_extraction_whisper.py and transformers/audio_utils.py, as repeated in
 * src/pipecat/audio/turn/smart_turn/_whisper_features.py of github.com/pipecat-ai/pipecat.
 */
import { Fourier } from './fourier.ts';

export const MEL_BANDS = 80;
export const MEL_COLUMNS = 800;
/** 8 s at 16000 Hz. */
export const MEL_SAMPLES = 128_000;

const SAMPLE_RATE_HZ = 16_000;
const WINDOW = 400;
const HOP = 160;
const BINS = WINDOW / 2 + 1;
/** Added to the variance, so that silence does not divide by zero. */
const VARIANCE_FLOOR = 1e-7;
const POWER_FLOOR = 1e-10;
/** What is more than eight powers of ten below the loudest counts as that. */
const RANGE = 8;

interface Band {
  /** The first bin under its triangle. */
  readonly from: number;
  readonly weights: Float64Array;
}

/** Tables and scratch space, about 1 MB. Not reentrant. */
export class LogMel {
  readonly #fourier = new Fourier(WINDOW);
  readonly #window = Float64Array.from({ length: WINDOW }, (_, i) => Math.sin((Math.PI * i) / WINDOW) ** 2);
  readonly #bands = createBands();
  readonly #samples = new Float64Array(MEL_SAMPLES);
  readonly #power = new Float64Array(2 * BINS);

  /**
   * The features of exactly 8 s of samples, on the scale ±1: 80 rows of 800, row after row, between about −1.5 and 2.
   * Throws `RangeError` for another number of samples.
   */
  compute(samples: ArrayLike<number>): Float32Array<ArrayBuffer> {
    if (samples.length !== MEL_SAMPLES) throw new RangeError(`${samples.length} samples are not ${MEL_SAMPLES}`);
    const out = new Float32Array(MEL_BANDS * MEL_COLUMNS);
    this.#normalise(samples);
    let loudest = Number.NEGATIVE_INFINITY;
    for (let column = 0; column < MEL_COLUMNS; column += 2) {
      this.#spectra(column);
      for (let band = 0; band < MEL_BANDS; band++) {
        for (let second = 0; second < 2; second++) {
          const value = Math.log10(Math.max(POWER_FLOOR, this.#powerOf(band, second)));
          out[band * MEL_COLUMNS + column + second] = value;
          loudest = Math.max(loudest, value);
        }
      }
    }
    const floor = loudest - RANGE;
    for (let i = 0; i < out.length; i++) out[i] = (Math.max(out[i]!, floor) + 4) / 4;
    return out;
  }

  /** Zero mean and unit variance over all 8 s, padding included. */
  #normalise(samples: ArrayLike<number>): void {
    const [from, to] = [samples, this.#samples];
    let sum = 0;
    for (let i = 0; i < MEL_SAMPLES; i++) sum += from[i]!;
    const mean = sum / MEL_SAMPLES;
    let squares = 0;
    for (let i = 0; i < MEL_SAMPLES; i++) squares += (from[i]! - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / MEL_SAMPLES + VARIANCE_FLOOR);
    for (let i = 0; i < MEL_SAMPLES; i++) to[i] = (from[i]! - mean) * scale;
  }

  /**
   * The power of two columns at once, as the real and the imaginary part of one transform (Press et al., Numerical
   * Recipes, 12.3). A column is centred on its time; before the beginning and after the end the samples are mirrored.
   */
  #spectra(column: number): void {
    const fourier = this.#fourier;
    const [samples, window, power] = [this.#samples, this.#window, this.#power];
    const start = column * HOP - WINDOW / 2;
    for (let i = 0; i < WINDOW; i++) {
      fourier.re[i] = samples[mirrored(start + i)]! * window[i]!;
      fourier.im[i] = samples[mirrored(start + HOP + i)]! * window[i]!;
    }
    fourier.transform();
    const [re, im] = [fourier.re, fourier.im];
    for (let k = 0; k < BINS; k++) {
      const mirror = k === 0 ? 0 : WINDOW - k;
      const firstRe = re[k]! + re[mirror]!;
      const firstIm = im[k]! - im[mirror]!;
      const secondRe = im[k]! + im[mirror]!;
      const secondIm = re[mirror]! - re[k]!;
      power[k] = (firstRe * firstRe + firstIm * firstIm) / 4;
      power[BINS + k] = (secondRe * secondRe + secondIm * secondIm) / 4;
    }
  }

  #powerOf(band: number, second: number): number {
    const { from, weights } = this.#bands[band]!;
    const power = this.#power;
    let sum = 0;
    for (let i = 0, at = second * BINS + from; i < weights.length; i++, at++) sum += weights[i]! * power[at]!;
    return sum;
  }
}

function mirrored(at: number): number {
  if (at < 0) return -at;
  return at < MEL_SAMPLES ? at : 2 * (MEL_SAMPLES - 1) - at;
}

/** Triangles of equal area between 82 points that are equally far apart in mels, from 0 to 8000 Hz. */
function createBands(): readonly Band[] {
  const top = melOf(SAMPLE_RATE_HZ / 2);
  const points = Array.from({ length: MEL_BANDS + 2 }, (_, i) => hertzOf((top * i) / (MEL_BANDS + 1)));
  return Array.from({ length: MEL_BANDS }, (_, band) => {
    const [low, middle, high] = [points[band]!, points[band + 1]!, points[band + 2]!];
    const from = Math.floor(binOf(low)) + 1;
    const weights = Float64Array.from({ length: Math.max(0, Math.ceil(binOf(high)) - from) }, (_, i) => {
      const hertz = (from + i) * (SAMPLE_RATE_HZ / WINDOW);
      return (Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle)) * 2) / (high - low);
    });
    return { from, weights };
  });
}

const binOf = (hertz: number): number => hertz / (SAMPLE_RATE_HZ / WINDOW);

/** Slaney's mel scale (Auditory Toolbox, 1998): linear below 1000 Hz, which is 15, and logarithmic above. */
const MELS_PER_E_FOLD = 27 / Math.log(6.4);
const melOf = (hertz: number): number =>
  hertz < 1000 ? (3 * hertz) / 200 : 15 + Math.log(hertz / 1000) * MELS_PER_E_FOLD;
const hertzOf = (mel: number): number => (mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((mel - 15) / MELS_PER_E_FOLD));
