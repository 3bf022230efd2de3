/** A ledger is a line of segment files; this is what is known of each, in the order of their sequences. */
import path from 'node:path';

export interface Segment {
  readonly file: string;
  /** The first sequence that it may hold. */
  readonly first: number;
  /** One past the last sequence that counts; what follows it in the file was never acknowledged, or written anew. */
  end: number;
  /** How many bytes of the file may be read. */
  length: number;
  /** Facts of it are lost: the file is kept for a person to look at. */
  damaged: boolean;
}

export interface SegmentLimits {
  /** A segment of that length gets a successor. */
  readonly segmentBytes: number;
  /** So does one of that age: applied facts leave the disk with their segment, and they are what people said. */
  readonly segmentAgeMs: number;
}

export const defaultSegmentLimits: SegmentLimits = { segmentBytes: 4 * 2 ** 20, segmentAgeMs: 30_000 };

const NAME = /^(\d{12})\.log$/;

export function segmentFile(folder: string, number: number): string {
  return path.join(folder, `${String(number).padStart(12, '0')}.log`);
}

/** The number in a segment's name; nothing if the name is not one. */
export function segmentNumber(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Where a damaged segment is set aside. */
export function asideOf(file: string): string {
  return `${file}.damaged`;
}
