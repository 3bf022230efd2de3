/** Recordings as audio again: the segments of a call unlocked, checked, and laid on the call's time. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { ConfigError, NotFoundError, PeerProtocolError } from '../core/errors.ts';
import type { RecordingKeys } from './keys.ts';
import { callSidOfFolder } from './layout.ts';
import { type SegmentFile, segmentFilesIn } from './list-segments.ts';
import { BYTES_PER_MS, openSegment, type SegmentHead } from './segment.ts';

export interface RecordingSource {
  /** Of one call; its name is the CallSid, and segments of another call are refused. */
  readonly folder: string;
  readonly keys: RecordingKeys;
  /** One of the call's recordings; all of them, as one, when not given. A call that was resumed has several. */
  readonly recordingId?: string;
  /** Segments of another tenant are refused when it is given. */
  readonly tenant?: string;
}

/** A segment that was refused, or is not there: silence stands in its place. */
export interface RecordingProblem {
  readonly recordingId: string;
  /** Names a file when there is one. */
  readonly file?: string;
  readonly error: PeerProtocolError | ConfigError;
}

/**
 * Checks every segment and reads what can be read. Throws `NotFoundError` when there is no segment at all, and the first
 * problem when none of them opens.
 */
export async function readRecording(source: RecordingSource): Promise<ReadRecording> {
  const { folder, recordingId } = source;
  const files = (await segmentFilesIn(folder)).filter((file) => (recordingId ?? file.recordingId) === file.recordingId);
  if (files.length === 0) {
    throw new NotFoundError(
      `a recording in ${folder}`,
      'Recordings are in the folder `recordings` of KAV_DATA_DIR, by tenant, month and CallSid.',
    );
  }
  const problems: RecordingProblem[] = [];
  const segments: CheckedSegment[] = [];
  for (const file of files) {
    const opened = await openFile(file, source, problems);
    if (opened) segments.push({ ...file, head: opened.head });
  }
  if (segments.length === 0) throw problems[0]!.error;
  problems.push(...gapsIn(files, segments));
  return new ReadRecording(source, segments, problems);
}

interface CheckedSegment extends SegmentFile {
  readonly head: SegmentHead;
}

export class ReadRecording {
  readonly #source: RecordingSource;
  readonly #segments: readonly CheckedSegment[];
  readonly #problems: RecordingProblem[];

  constructor(source: RecordingSource, segments: readonly CheckedSegment[], problems: RecordingProblem[]) {
    this.#source = source;
    this.#segments = segments.toSorted((a, b) => a.head.fromMs - b.head.fromMs || a.index - b.index);
    this.#problems = problems;
  }

  get callSid(): string {
    return callSidOfFolder(this.#source.folder);
  }

  /** Segments that opened. */
  get segments(): number {
    return this.#segments.length;
  }

  /** Nothing is missing and nothing was refused when it is empty. */
  get problems(): readonly RecordingProblem[] {
    return this.#problems;
  }

  /** From the begin of the call's first stream to the end of the recording. */
  get durationMs(): number {
    return this.#segments.reduce((latest, { head }) => Math.max(latest, head.toMs), 0);
  }

  get bytes(): number {
    return this.durationMs * BYTES_PER_MS;
  }

  /**
   * Stereo µ-law of 8 kHz, sample by sample, `bytes` in all: from the begin of the call, with silence where nothing was
   * recorded, so that times in the call are times in the audio. A segment that does not open any more is one more problem.
   */
  async *audio(): AsyncGenerator<Uint8Array> {
    let atMs = 0;
    for (const segment of this.#segments) {
      const { fromMs, toMs } = segment.head;
      if (toMs <= atMs) continue;
      yield* silence(fromMs - atMs);
      const from = Math.max(fromMs, atMs);
      const opened = await openFile(segment, this.#source, this.#problems);
      if (opened) yield opened.audio.subarray((from - fromMs) * BYTES_PER_MS);
      else yield* silence(toMs - from);
      atMs = toMs;
    }
  }
}

/** Undefined for a segment that does not open; why is told to `problems`. */
export async function openFile(
  { file, index, recordingId }: SegmentFile,
  { folder, keys, tenant }: RecordingSource,
  problems: { push(problem: RecordingProblem): void },
): Promise<ReturnType<typeof openSegment> | undefined> {
  const expected = {
    callSid: callSidOfFolder(folder),
    recordingId,
    index,
    ...(tenant === undefined ? {} : { tenant }),
  };
  try {
    return openSegment(await readSegment(file), keys, expected);
  } catch (error) {
    if (!(error instanceof PeerProtocolError || error instanceof ConfigError)) throw error;
    problems.push({ recordingId, file: path.basename(file), error });
    return undefined;
  }
}

async function readSegment(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: unknown) => {
    throw new PeerProtocolError('recording-incomplete', 'the segment cannot be read any more', error);
  });
}

/** Segments that should be there, by their numbers and by the last one's word. */
function gapsIn(files: readonly SegmentFile[], segments: readonly CheckedSegment[]): RecordingProblem[] {
  const problems: RecordingProblem[] = [];
  const add = (recordingId: string, what: string): void => {
    problems.push({ recordingId, error: new PeerProtocolError('recording-incomplete', what) });
  };
  for (const [recordingId, own] of Map.groupBy(files, (file) => file.recordingId)) {
    let next = 0;
    for (const { index } of own) {
      if (index > next) add(recordingId, `of the segments, ${rangeOf(next, index - 1)} not there`);
      next = index + 1;
    }
    // A last file that was refused has been named already.
    const newest = segments.find((segment) => segment.file === own.at(-1)!.file);
    if (newest && !newest.head.last)
      add(recordingId, 'the end is not there: the process died, or segments were taken away');
  }
  return problems;
}

const rangeOf = (from: number, to: number): string =>
  from === to ? `number ${from} is` : `numbers ${from} to ${to} are`;

const SILENCE = new Uint8Array(1_000 * BYTES_PER_MS).fill(MULAW_SILENCE);

function* silence(ms: number): Generator<Uint8Array> {
  for (let left = ms * BYTES_PER_MS; left > 0; left -= SILENCE.length) yield SILENCE.subarray(0, left);
}
