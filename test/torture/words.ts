/** What is said in a call under torture, and how the harness reads it off the audio. */
import { FRAME_BYTES } from '../../src/audio/frame.ts';
import { MULAW_SILENCE } from '../../src/audio/mulaw.ts';

/** Uses of the tool in one call, in words that a voice does not read in another way. */
export const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'] as const;

/** What the agent says when the n-th tool has done its work, n from 1. */
export const doneLine = (n: number): string => `Booked number ${NUMBERS[n - 1]}.`;

/** Which use of the tool a line speaks of as done. */
export function doneNumber(line: string): number | undefined {
  const word = /Booked number (\w+)/.exec(line)?.[1];
  const index = NUMBERS.map(String).indexOf(word ?? '');
  return index < 0 ? undefined : index + 1;
}

const MAGIC = Buffer.from('KAVT');
const HEAD = MAGIC.length + 1;

/** A frame that a listener can read: the words stand in it. */
export function frameOf(line: string): Uint8Array {
  const text = Buffer.from(line, 'utf8').subarray(0, FRAME_BYTES - HEAD);
  const frame = Buffer.alloc(FRAME_BYTES, MULAW_SILENCE);
  MAGIC.copy(frame);
  frame[MAGIC.length] = text.length;
  text.copy(frame, HEAD);
  return frame;
}

export function lineOf(frame: Uint8Array): string | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return bytes.toString('utf8', HEAD, HEAD + bytes[MAGIC.length]!);
}
