/** All recordings of a running Kav: opens a recorder per call, and owns the way to the disk. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import { createDisk } from './disk.ts';
import { eraseRecording } from './erase-recording.ts';
import { keyOfRecording, type RecordingKeys } from './keys.ts';
import { folderOfCall, type RecordedCall } from './layout.ts';
import { Recorder, type SegmentFact } from './recorder.ts';
import { type Disk, SegmentWriter, type SegmentWriterOptions } from './segment-writer.ts';

export interface RecordingsOptions {
  /** The folder of recordings. */
  readonly root: string;
  readonly keys: RecordingKeys;
  readonly clock: Clock;
  /** `root` on the local disk when not given. */
  readonly disk?: Disk;
  readonly onError: SegmentWriterOptions['onError'];
}

export interface RecordingStart extends RecordedCall {
  /** When the call's first stream began, by the clock; in the past after a resume. */
  readonly startedAtMs: number;
  /** 10,000 when not given. */
  readonly segmentMs?: number;
  readonly onSegment: (fact: SegmentFact) => void;
}

export const DEFAULT_SEGMENT_MS = 10_000;

export class Recordings {
  readonly #o: RecordingsOptions;
  readonly #writer: SegmentWriter;

  constructor(options: RecordingsOptions) {
    this.#o = options;
    const { clock, disk = createDisk(options.root), onError } = options;
    this.#writer = new SegmentWriter({ clock, disk, onError });
  }

  /**
   * A recorder for one stream of a call; it keeps nothing until `consented`. The caller owns it and closes it.
   * Throws `PeerProtocolError` when the tenant or the CallSid cannot name a folder.
   */
  open({ segmentMs = DEFAULT_SEGMENT_MS, ...call }: RecordingStart): Recorder {
    const { keys, onError } = this.#o;
    const recordingId = randomBytes(16).toString('hex');
    const folder = folderOfCall(call);
    return new Recorder({
      tenant: call.tenant,
      callSid: call.callSid,
      recordingId,
      folder,
      startedAtMs: call.startedAtMs,
      segmentMs,
      key: { id: keys.current.id, ofRecording: keyOfRecording(keys.current, { tenant: call.tenant, recordingId }) },
      store: this.#writer,
      onSegment: call.onSegment,
      onError: (error) => onError(error, { file: folder, givenUp: false }),
    });
  }

  /** Removes what is there of a recording whose recorder is closed. */
  async erase({ folder, recordingId }: Recorder): Promise<void> {
    await eraseRecording(path.join(this.#o.root, folder), recordingId);
  }

  /** Resolves when every closed segment is on the disk or given up, 5 s at most. Recorders are closed before. */
  close(): Promise<void> {
    return this.#writer.close();
  }
}
