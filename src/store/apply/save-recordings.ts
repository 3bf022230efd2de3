import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { timeOf, whole } from './clean.ts';
import type { LoadedCalls } from './load-calls.ts';
import { type FactOf, groupBy, pick, type Recorded } from './recorded.ts';

export async function saveRecordings(
  trx: Transaction<Schema>,
  calls: LoadedCalls,
  recorded: readonly Recorded[],
): Promise<void> {
  await saveSegments(trx, calls, pick(recorded, 'recording-segment'));
  for (const { fact } of pick(recorded, 'carrier-recording')) await saveCarriers(trx, fact);
  for (const { fact } of pick(recorded, 'call-ended')) {
    if (calls.rowOf(fact).state === 'ended') await completeOwn(trx, fact);
  }
}

async function saveSegments(
  trx: Transaction<Schema>,
  calls: LoadedCalls,
  segments: readonly Recorded<FactOf<'recording-segment'>>[],
): Promise<void> {
  if (segments.length === 0) return;
  const groups = groupBy(segments, ({ fact }) => `${fact.tenant}\n${fact.callSid}\n${fact.recordingId}`);
  const recordings = groups.map((group) => {
    const [{ fact }] = group;
    const times = group.map((one) => timeOf(one.fact.at).getTime());
    return {
      tenant: fact.tenant,
      call_sid: fact.callSid,
      recording_id: fact.recordingId,
      source: 'own' as const,
      status: calls.rowOf(fact).state === 'ended' ? 'completed' : 'in-progress',
      duration_ms: Math.max(...group.map((one) => whole(one.fact.toMs))),
      created_at: new Date(Math.min(...times)),
      updated_at: new Date(Math.max(...times)),
    };
  });
  await trx
    .insertInto('recordings')
    .values(recordings)
    .onConflict((oc) =>
      oc.columns(['tenant', 'call_sid', 'recording_id']).doUpdateSet((eb) => ({
        duration_ms: eb.fn('greatest', ['recordings.duration_ms', 'excluded.duration_ms']),
        created_at: eb.fn('least', ['recordings.created_at', 'excluded.created_at']),
        updated_at: eb.fn('greatest', ['recordings.updated_at', 'excluded.updated_at']),
      })),
    )
    .execute();
  const rows = segments.map(({ fact }) => ({
    tenant: fact.tenant,
    call_sid: fact.callSid,
    recording_id: fact.recordingId,
    segment_index: whole(fact.index),
    file: fact.file,
    from_ms: whole(fact.fromMs),
    to_ms: whole(fact.toMs),
    bytes: whole(fact.bytes),
    sha256: fact.sha256,
  }));
  await trx
    .insertInto('recording_segments')
    .values(rows)
    .onConflict((oc) => oc.doNothing())
    .execute();
}

/** Twilio's callbacks come in any order; what has been completed is not in progress again. */
async function saveCarriers(trx: Transaction<Schema>, fact: FactOf<'carrier-recording'>): Promise<void> {
  const at = timeOf(fact.at);
  await trx
    .insertInto('recordings')
    .values({
      tenant: fact.tenant,
      call_sid: fact.callSid,
      recording_id: fact.recordingSid,
      source: 'carrier',
      status: fact.status,
      url: fact.url,
      duration_ms: fact.durationSec === undefined ? null : whole(fact.durationSec * 1000),
      created_at: at,
      updated_at: at,
    })
    .onConflict((oc) =>
      oc.columns(['tenant', 'call_sid', 'recording_id']).doUpdateSet((eb) => ({
        status: sql<string>`case when recordings.status = 'in-progress' then excluded.status else recordings.status end`,
        url: sql<string>`coalesce(nullif(excluded.url, ''), recordings.url)`,
        duration_ms: eb.fn.coalesce('excluded.duration_ms', 'recordings.duration_ms'),
        created_at: eb.fn('least', ['recordings.created_at', 'excluded.created_at']),
        updated_at: eb.fn('greatest', ['recordings.updated_at', 'excluded.updated_at']),
      })),
    )
    .execute();
}

async function completeOwn(trx: Transaction<Schema>, { tenant, callSid }: FactOf<'call-ended'>): Promise<void> {
  await trx
    .updateTable('recordings')
    .set({ status: 'completed' })
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .where('source', '=', 'own')
    .execute();
}
