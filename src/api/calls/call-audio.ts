/** The sound of a call as one WAV file that is never held whole: our own recording, else the carrier's. */
import path from 'node:path';
import { Readable } from 'node:stream';
import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { serializeMulawWavHeader } from '../../audio/wav.ts';
import { type ByteRange, type ObjectStore, parseObjectKey } from '../../jobs/objects/object-store.ts';
import { type LaidRecording, layRecording } from '../../recording/laid-recording.ts';
import { type CallRecordings, readCallRecordings } from '../../store/queries/recordings.ts';
import { ApiRefusal } from '../handler.ts';
import type { CallDeps } from './deps.ts';

export interface CallAudio {
  readonly source: 'own' | 'carrier';
  readonly bytes: number;
  /** Changes when the sound does. */
  readonly version: string;
  /** Bytes of the WAV file, the last one included. */
  read(range?: ByteRange): Promise<Readable>;
}

export const noRecording = (): ApiRefusal => new ApiRefusal(404, 'no-recording', 'The call has no recording.');

/** Throws `ApiRefusal` when there is none, or none that this node can reach. */
export async function openCallAudio(deps: CallDeps, tenant: string, callSid: string): Promise<CallAudio> {
  const known = await readCallRecordings(deps.db, tenant, callSid);
  const own = await ownAudio(deps, tenant, callSid, known);
  if (own) return own;
  const carrier = await carrierAudio(deps.afterCalls()?.objects, known);
  if (carrier) return carrier;
  if (known.segmentFiles.length === 0) throw noRecording();
  if (!deps.recordings.keys) {
    throw new ApiRefusal(404, 'recording-locked', 'This server has no key for the recording (KAV_RECORDING_KEY).');
  }
  throw new ApiRefusal(404, 'recording-elsewhere', 'The recording is on the disk of another node.');
}

async function ownAudio(
  { recordings: { keys, root } }: CallDeps,
  tenant: string,
  callSid: string,
  { segmentFiles }: CallRecordings,
): Promise<CallAudio | undefined> {
  const [file] = segmentFiles;
  if (file === undefined || !keys) return undefined;
  const folder = path.dirname(path.join(root, file));
  // What the database says must not lead out of the folder of recordings.
  if (path.relative(root, folder).startsWith('..') || path.basename(folder) !== callSid) return undefined;
  const laid = await layRecording({ folder, keys, tenant });
  return laid && wavOf(laid);
}

function wavOf(laid: LaidRecording): CallAudio {
  const head = serializeMulawWavHeader({ channelCount: 2, sampleRateHz: SAMPLE_RATE_HZ, dataBytes: laid.bytes });
  const bytes = head.length + laid.bytes;
  async function* pieces({ from, to }: ByteRange): AsyncGenerator<Uint8Array> {
    if (from < head.length) yield head.subarray(from, to + 1);
    yield* laid.audio(Math.max(0, from - head.length), to + 1 - head.length);
  }
  return {
    source: 'own',
    bytes,
    version: laid.version,
    read: async (range = { from: 0, to: bytes - 1 }) => Readable.from(pieces(range), { objectMode: false }),
  };
}

/** The longest, where the carrier made several. */
async function carrierAudio(
  objects: ObjectStore | undefined,
  { stored }: CallRecordings,
): Promise<CallAudio | undefined> {
  for (const { bytes, objectKey } of objects ? stored.toSorted((a, b) => b.bytes - a.bytes) : []) {
    const key = parseObjectKey(objectKey);
    if (key === undefined || (await objects!.size(key)) !== bytes) continue;
    return {
      source: 'carrier',
      bytes,
      version: objectKey,
      read: async (range) => {
        const body = await objects!.read(key, range);
        if (!body) throw new ApiRefusal(404, 'no-recording', 'The recording has just been erased.');
        return body;
      },
    };
  }
  return undefined;
}
