/** The waveform of a WAV file, read piece by piece. */
import type { Readable } from 'node:stream';
import { parseWavHead, type WavFormat, type WavHead } from '../../audio/wav.ts';
import type { Peaks } from '../contract/calls.ts';
import type { CallAudio } from './call-audio.ts';

const MOST_PER_SECOND = 50;
/** Of each side: what a screen can show, however long the call was. */
const MOST_PEAKS = 12_000;
/** A head with more before its samples is none of a telephone recording. */
const HEAD_BYTES = 65_536;

/** Throws `WavError` for what is no WAV file. */
export async function readPeaks(audio: CallAudio): Promise<Peaks> {
  const pieces = bytesOf(await audio.read());
  let begun = Buffer.alloc(0);
  let head: WavHead | undefined;
  let summary: PeakSummary | undefined;
  for await (const piece of pieces) {
    if (summary) {
      summary.add(piece);
      continue;
    }
    begun = Buffer.concat([begun, piece]);
    head = headIn(begun, audio.bytes);
    if (!head) continue;
    summary = new PeakSummary(head.format, Math.min(head.dataBytes, audio.bytes - head.dataAt));
    summary.add(begun.subarray(head.dataAt));
  }
  if (!summary) return parseWavHead(begun) && { durationMs: 0, perSecond: MOST_PER_SECOND, caller: [], agent: [] };
  return summary.peaks();
}

/** A stream that ends before its time destroys what it reads from. */
const bytesOf = (body: Readable): AsyncIterable<Buffer> => body;

/** Undefined while it is not all there. */
function headIn(begun: Buffer, fileBytes: number): WavHead | undefined {
  try {
    return parseWavHead(begun);
  } catch (error) {
    if (begun.length >= Math.min(HEAD_BYTES, fileBytes)) throw error;
    return undefined;
  }
}

class PeakSummary {
  readonly #format: WavFormat;
  readonly #blockBytes: number;
  readonly #perSecond: number;
  readonly #blocksPerPeak: number;
  readonly #sides: readonly [number[], number[]] = [[], []];
  #dataLeft: number;
  #rest: Buffer = Buffer.alloc(0);
  #blocks = 0;
  #highest: [number, number] = [0, 0];

  constructor(format: WavFormat, dataBytes: number) {
    this.#format = format;
    this.#dataLeft = dataBytes;
    this.#blockBytes = format.bytesPerSample * format.channelCount;
    const seconds = dataBytes / this.#blockBytes / format.sampleRateHz;
    this.#perSecond = Math.max(1, Math.min(MOST_PER_SECOND, Math.floor(MOST_PEAKS / Math.max(1, seconds))));
    this.#blocksPerPeak = format.sampleRateHz / this.#perSecond;
  }

  add(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole = Math.min(bytes.length, this.#dataLeft);
    const view = new DataView(bytes.buffer, bytes.byteOffset, whole);
    const { bytesPerSample, channelCount, read } = this.#format;
    let at = 0;
    for (; at + this.#blockBytes <= whole; at += this.#blockBytes) {
      const left = Math.abs(read(view, at));
      const right = channelCount > 1 ? Math.abs(read(view, at + bytesPerSample)) : left;
      if (left > this.#highest[0]) this.#highest[0] = left;
      if (right > this.#highest[1]) this.#highest[1] = right;
      this.#blocks++;
      if (this.#blocks >= (this.#sides[0].length + 1) * this.#blocksPerPeak) this.#close();
    }
    this.#dataLeft -= at;
    this.#rest = bytes.subarray(at);
  }

  peaks(): Peaks {
    if (this.#blocks > this.#sides[0].length * this.#blocksPerPeak) this.#close();
    return {
      durationMs: Math.round((this.#blocks / this.#format.sampleRateHz) * 1_000),
      perSecond: this.#perSecond,
      caller: this.#sides[0],
      agent: this.#sides[1],
    };
  }

  #close(): void {
    this.#sides[0].push(levelOf(this.#highest[0]));
    this.#sides[1].push(levelOf(this.#highest[1]));
    this.#highest = [0, 0];
  }
}

const levelOf = (sample: number): number => Math.min(1, Math.round((sample / 32_768) * 1_000) / 1_000);
