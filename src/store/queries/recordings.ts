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
