/** Twilio's recordings: which there are, and where each rests. */
import type { Db } from '../schema.ts';

export interface RecordingName {
  readonly tenant: string;
  readonly callSid: string;
  readonly recordingId: string;
}

export interface CarrierRecording {
  readonly accountSid: string | undefined;
  readonly url: string | undefined;
  readonly status: string;
  readonly isStored: boolean;
}

/** Twilio's recordings (`r`), their calls (`c`), and what is stored of them (`s`), if anything is. */
export function carrierRecordings(db: Db) {
  return db
    .selectFrom('recordings as r')
    .innerJoin('calls as c', (join) => join.onRef('c.tenant', '=', 'r.tenant').onRef('c.call_sid', '=', 'r.call_sid'))
    .leftJoin('stored_recordings as s', (join) =>
      join
        .onRef('s.tenant', '=', 'r.tenant')
        .onRef('s.call_sid', '=', 'r.call_sid')
        .onRef('s.recording_id', '=', 'r.recording_id'),
    )
    .where('r.source', '=', 'carrier');
}

/** Undefined when it is not known, or was erased. */
export async function readCarrierRecording(db: Db, name: RecordingName): Promise<CarrierRecording | undefined> {
  const row = await carrierRecordings(db)
    .select(['c.account_sid', 'r.url', 'r.status', 's.object_key'])
    .where('r.tenant', '=', name.tenant)
    .where('r.call_sid', '=', name.callSid)
    .where('r.recording_id', '=', name.recordingId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    accountSid: row.account_sid ?? undefined,
    url: row.url ?? undefined,
    status: row.status,
    isStored: row.object_key !== null,
  };
}

export interface StoredObject {
  readonly objectKey: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** False when the recording was erased meanwhile: the object must go too. */
export async function noteStoredRecording(db: Db, name: RecordingName, object: StoredObject): Promise<boolean> {
  return await db.transaction().execute(async (trx) => {
    const recording = await trx
      .selectFrom('recordings')
      .select('recording_id')
      .where('tenant', '=', name.tenant)
      .where('call_sid', '=', name.callSid)
      .where('recording_id', '=', name.recordingId)
      .forUpdate()
      .executeTakeFirst();
    if (recording === undefined) return false;
    await trx
      .insertInto('stored_recordings')
      .values({
        tenant: name.tenant,
        call_sid: name.callSid,
        recording_id: name.recordingId,
        object_key: object.objectKey,
        content_type: object.contentType,
        bytes: object.bytes,
        sha256: object.sha256,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return true;
  });
}
