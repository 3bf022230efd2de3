/** Test and signalling tones. */
import { SAMPLE_RATE_HZ } from './frame.ts';
import { encodeMulaw } from './mulaw.ts';

/** Raised-cosine ends, so that a tone neither clicks nor splatters. */
const FADE_MS = 5;
const DEFAULT_AMPLITUDE = 8000;

export interface ToneOptions {
  readonly frequencyHz: number;
  readonly durationMs: number;
  /** Peak on the 16-bit scale; 8000 (−12 dB of full scale) when not given. */
  readonly amplitude?: number;
}

export interface PcmToneOptions extends ToneOptions {
  /** 8000 when not given. */
  readonly sampleRateHz?: number;
}

/** ITU-T Q.23: the row gives the low frequency, the column the high one. */
const DTMF_ROWS = ['123A', '456B', '789C', '*0#D'];
const DTMF_LOW_HZ = [697, 770, 852, 941];
const DTMF_HIGH_HZ = [1209, 1336, 1477, 1633];

/** A sine that starts at phase zero, unbroken to its end, with 5 ms fades inside the duration. */
export function tonePcm(options: PcmToneOptions): Int16Array {
  const { frequencyHz, durationMs, amplitude = DEFAULT_AMPLITUDE, sampleRateHz = SAMPLE_RATE_HZ } = options;
  return sines([frequencyHz], { durationMs, amplitude, sampleRateHz });
}

/** As `tonePcm`, in µ-law at 8000 Hz. */
export function toneMulaw(options: ToneOptions): Uint8Array {
  return encodeMulaw(tonePcm(options));
}

/** The pair of tones of one key, `0`–`9`, `*`, `#` or `A`–`D`. Throws `RangeError` for anything else. */
export function dtmfMulaw(digit: string, durationMs: number): Uint8Array {
  const row = digit.length === 1 ? DTMF_ROWS.findIndex((keys) => keys.includes(digit)) : -1;
  const keys = DTMF_ROWS[row];
  if (keys === undefined) throw new RangeError(`'${digit}' is not a DTMF key`);
  const pair = [DTMF_LOW_HZ[row]!, DTMF_HIGH_HZ[keys.indexOf(digit)]!];
  return encodeMulaw(sines(pair, { durationMs, amplitude: DEFAULT_AMPLITUDE, sampleRateHz: SAMPLE_RATE_HZ }));
}

function sines(frequenciesHz: readonly number[], options: Required<Omit<PcmToneOptions, 'frequencyHz'>>): Int16Array {
  const { durationMs, amplitude, sampleRateHz } = options;
  const samples = new Int16Array(Math.round((durationMs * sampleRateHz) / 1000));
  const fade = Math.min((FADE_MS * sampleRateHz) / 1000, samples.length / 2);
  for (let i = 0; i < samples.length; i++) {
    const fromEdge = Math.min(i, samples.length - 1 - i);
    const gain = fromEdge < fade ? 0.5 - 0.5 * Math.cos((Math.PI * fromEdge) / fade) : 1;
    let sum = 0;
    for (const frequencyHz of frequenciesHz) sum += Math.sin((2 * Math.PI * frequencyHz * i) / sampleRateHz);
    samples[i] = Math.max(-32_768, Math.min(32_767, Math.round(amplitude * gain * sum)));
  }
  return samples;
}
