/**
 * A recording that is listened to from anywhere in it: its segments are laid on the call's time by what they claim, and
 * only those that are heard are unlocked. A segment that does not open is silence.
 */
import { open } from 'node:fs/promises';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { ConfigError, PeerProtocolError } from '../core/errors.ts';
import { codeOf } from './code-of.ts';
import { callSidOfFolder } from './layout.ts';
import { type SegmentFile, segmentFilesIn } from './list-segments.ts';
import { openFile, type RecordingSource } from './read-recording.ts';
import { BYTES_PER_MS, readHeadStart, type SegmentHead } from './segment.ts';

interface LaidSegment extends SegmentFile {
  readonly head: SegmentHead;
}

export interface LaidRecording {
  /** From the begin of the call's first stream. */
  readonly durationMs: number;
  /** Stereo µ-law of 8 kHz, sample by sample: 16 for each millisecond. */
  readonly bytes: number;
  /** Changes when segments come or go. */
  readonly version: string;
  /** Which bytes, the last one not included. */
  audio(from?: number, to?: number): AsyncGenerator<Uint8Array>;
}

/** More than any head has. */
const HEAD_BYTES = 1_024;

/** Undefined when no segment of the call is on this disk. */
export async function layRecording(source: RecordingSource): Promise<LaidRecording | undefined> {
  const segments: LaidSegment[] = [];
  for (const file of await segmentFilesIn(source.folder)) {
    const head = await headOf(file, source);
    if (head) segments.push({ ...file, head });
  }
  if (segments.length === 0) return undefined;
  segments.sort((a, b) => a.head.fromMs - b.head.fromMs || a.index - b.index);
  const durationMs = segments.reduce((latest, { head }) => Math.max(latest, head.toMs), 0);
  const bytes = durationMs * BYTES_PER_MS;
  return {
    durationMs,
    bytes,
    version: `${segments.length}-${bytes}`,
    audio: (from = 0, to = bytes) => audioOf(segments, source, { from, to: Math.min(to, bytes) }),
  };
}

/** What is in the wrong place, or no segment, is passed over: `kav recording` tells of it. */
async function headOf({ file, index, recordingId }: SegmentFile, source: RecordingSource) {
  const { folder, tenant } = source;
  try {
    const handle = await open(file, 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      const head = readHeadStart(buffer.subarray(0, bytesRead), (await handle.stat()).size);
      const isOwn = head.callSid === callSidOfFolder(folder) && head.index === index;
      return isOwn && head.recordingId === recordingId && head.tenant === (tenant ?? head.tenant) ? head : undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof PeerProtocolError || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function* audioOf(
  segments: readonly LaidSegment[],
  source: RecordingSource,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<Uint8Array> {
  let at = from;
  for (const segment of segments) {
    const begin = segment.head.fromMs * BYTES_PER_MS;
    const end = Math.min(segment.head.toMs * BYTES_PER_MS, to);
    if (end <= at) continue;
    if (begin >= to) break;
    if (begin > at) {
      yield* silence(begin - at);
      at = begin;
    }
    const audio = await unlocked(segment, source);
    if (audio) yield audio.subarray(at - begin, end - begin);
    else yield* silence(end - at);
    at = end;
  }
  if (at < to) yield* silence(to - at);
}

/** Undefined for what does not open. A key that is not at hand is the operator's to mend. */
async function unlocked(segment: LaidSegment, source: RecordingSource): Promise<Uint8Array | undefined> {
  const problems: { error: PeerProtocolError | ConfigError }[] = [];
  const opened = await openFile(segment, source, { push: (problem) => problems.push(problem) });
  const error = problems[0]?.error;
  if (error instanceof ConfigError) throw error;
  return opened?.audio;
}

const SILENCE = new Uint8Array(1_000 * BYTES_PER_MS).fill(MULAW_SILENCE);

function* silence(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= SILENCE.length) yield SILENCE.subarray(0, left);
}
