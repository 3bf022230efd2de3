/** The tables of the work after calls, as `0002-after-calls` makes them. */
import type { ColumnType, Generated, Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

type Time = ColumnType<Date, Date | undefined, Date>;
type MaybeTime = ColumnType<Date | null, Date | null | undefined, Date | null>;
type Json<T> = ColumnType<T, string, string>;
type Maybe<T> = ColumnType<T | null, T | null | undefined, T | null>;

interface CallNotesTable {
  tenant: string;
  call_sid: string;
  /** Undefined in the call's language when no model has written one. */
  summary: Maybe<string>;
  /** What a model alone vouches for. */
  fields: Json<Readonly<Record<string, string>>>;
  noted_at: Time;
}

interface StoredRecordingsTable {
  tenant: string;
  call_sid: string;
  recording_id: string;
  object_key: string;
  content_type: string;
  bytes: number;
  sha256: string;
  stored_at: Time;
}

/** Where a column is null, or there is no row, the operator's own setting holds. */
interface RetentionTable {
  tenant: string;
  recording_days: Maybe<number>;
  transcript_days: Maybe<number>;
}

/** How many of each were erased. */
export type ErasureReport = Readonly<Record<string, number>>;

/** A recording that Twilio still has. */
export interface CarrierCopy {
  readonly accountSid: string;
  readonly recordingSid: string;
  /** As Twilio told it. */
  readonly url: string | null;
}

interface ErasuresTable {
  tenant: string;
  erasure_id: string;
  /** HMAC-SHA256 of the number under a key that is not in the database. */
  subject_hash: string;
  call_sids: Json<readonly string[]>;
  /** Those that Twilio is still to delete. */
  carrier_recordings: ColumnType<readonly CarrierCopy[], string | undefined, string>;
  requested_by: string;
  requested_at: Time;
  passes: Generated<number>;
  done_at: MaybeTime;
  report: Json<ErasureReport>;
}

interface ErasureNodesTable {
  tenant: string;
  erasure_id: string;
  node: string;
  files: number;
  at: Time;
}

export interface AfterCallsSchema extends Schema {
  call_notes: CallNotesTable;
  stored_recordings: StoredRecordingsTable;
  retention: RetentionTable;
  erasures: ErasuresTable;
  erasure_nodes: ErasureNodesTable;
}

/** The store with these tables too. */
export type AfterCallsDb = Kysely<AfterCallsSchema>;

/** The same store, told of the tables that it has. */
export function withAfterCalls(db: Kysely<Schema>): AfterCallsDb {
  return db as unknown as AfterCallsDb;
}
