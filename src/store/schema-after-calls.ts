/** What is worked out, fetched and erased once a call is over. */
import type { Generated } from 'kysely';
import type { Json, JsonByDefault, Maybe, MaybeTime, TimeByDefault } from './columns.ts';

/** What a model made of a call that is over. */
export interface CallNotesTable {
  tenant: string;
  call_sid: string;
  /** In the call's language; null when no model has written one. */
  summary: Maybe<string>;
  /** What a model alone vouches for. */
  fields: Json<Readonly<Record<string, string>>>;
  noted_at: TimeByDefault;
}

/** Where a recording of Twilio's rests. */
export interface StoredRecordingsTable {
  tenant: string;
  call_sid: string;
  recording_id: string;
  object_key: string;
  content_type: string;
  bytes: number;
  sha256: string;
  stored_at: TimeByDefault;
}

/** Where a column is null, or there is no row, the operator's own setting holds. */
export interface RetentionTable {
  tenant: string;
  recording_days: Maybe<number>;
  transcript_days: Maybe<number>;
}

/** A recording that Twilio still has; `url` is as Twilio told it. */
export interface CarrierCopy {
  readonly accountSid: string;
  readonly recordingSid: string;
  readonly url: string | null;
}

export type ErasureKind = 'person' | 'words';

export interface ErasuresTable {
  tenant: string;
  erasure_id: string;
  /** HMAC-SHA256 of the number under a key that is not in the database. */
  subject_hash: string;
  call_sids: Json<readonly string[]>;
  /** Calls of others in which the number was said: what is kept of them in files goes, but for their recordings. */
  mentioned_in: JsonByDefault<readonly string[]>;
  /** Those that Twilio is still to delete. */
  carrier_recordings: Json<readonly CarrierCopy[]>;
  requested_by: string;
  requested_at: TimeByDefault;
  passes: Generated<number>;
  done_at: MaybeTime;
  /** How many rows, objects and so on of each kind were erased. */
  report: Json<Readonly<Record<string, number>>>;
  /** `words`: of one call its words, journal and recording alone. */
  kind: Generated<ErasureKind>;
}

/** Each node's own part of an erasure. */
export interface ErasureNodesTable {
  tenant: string;
  erasure_id: string;
  node: string;
  files: number;
  /** How many calls the erasure named when the node last looked for their files. */
  seen: Generated<number>;
  /** What else the node had of them, by kind. */
  report: JsonByDefault<Readonly<Record<string, number>>>;
  at: TimeByDefault;
}
