import type { Selectable } from 'kysely';
import type { Db, RecordingSegmentsTable, RecordingsTable } from '../schema.ts';

export async function listRecordings(
  db: Db,
  tenant: string,
  callSid: string,
): Promise<readonly Selectable<RecordingsTable>[]> {
  return db
    .selectFrom('recordings')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('created_at')
    .orderBy('recording_id')
    .execute();
}

/** In the order of time. */
export async function listSegments(
  db: Db,
  tenant: string,
  { callSid, recordingId }: { readonly callSid: string; readonly recordingId: string },
): Promise<readonly Selectable<RecordingSegmentsTable>[]> {
  return db
    .selectFrom('recording_segments')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .where('recording_id', '=', recordingId)
    .orderBy('segment_index')
    .execute();
}

export interface CallRecordings {
  /** Of our own recordings, in the order of time, below the folder of recordings of the node that had the call. */
  readonly segmentFiles: readonly string[];
  readonly ownMs: number;
  readonly stored: readonly {
    readonly objectKey: string;
    readonly bytes: number;
    readonly durationMs: number | null;
  }[];
}

/** What there is to be heard of a call. */
export async function readCallRecordings(db: Db, tenant: string, callSid: string): Promise<CallRecordings> {
  const segments = await db
    .selectFrom('recording_segments')
    .select(['file', 'to_ms'])
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('from_ms')
    .execute();
  const stored = await db
    .selectFrom('stored_recordings as s')
    .innerJoin('recordings as r', (join) =>
      join
        .onRef('r.tenant', '=', 's.tenant')
        .onRef('r.call_sid', '=', 's.call_sid')
        .onRef('r.recording_id', '=', 's.recording_id'),
    )
    .select(['s.object_key as objectKey', 's.bytes', 'r.duration_ms as durationMs'])
    .where('s.tenant', '=', tenant)
    .where('s.call_sid', '=', callSid)
    .execute();
  const ownMs = segments.reduce((latest, { to_ms }) => Math.max(latest, to_ms), 0);
  return { segmentFiles: segments.map(({ file }) => file), ownMs, stored };
}
