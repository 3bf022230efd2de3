/**
 * The tables as the migrations make them; a test compares both. Columns of `bigint` hold counts and milliseconds and are
 * read as numbers, `timestamptz` as `Date`, `jsonb` as the value; `jsonb` is written as text (`toJson`).
 */
import type { Generated, Kysely, Transaction } from 'kysely';
import type { Json, Maybe, MaybeJson, MaybeTime, Time, TimeByDefault } from './columns.ts';
import type {
  ApiKeysTable,
  AuditTable,
  LoginLimitsTable,
  RecoveryCodesTable,
  SessionsTable,
  TokensTable,
  UsersTable,
} from './schema-accounts.ts';
import type {
  CallNotesTable,
  ErasureNodesTable,
  ErasuresTable,
  RetentionTable,
  StoredRecordingsTable,
} from './schema-after-calls.ts';
import type { AgentVersionsTable, LeadStagesTable, PublishedAgentsTable } from './schema-console.ts';
import type { CallActionsTable, CommandsTable, NodesTable, PlacesTable, StreamClaimsTable } from './schema-nodes.ts';

export type { ApiKeysTable, AuditTable, SessionsTable, UserRole, UsersTable } from './schema-accounts.ts';
export type { CarrierCopy, ErasureKind } from './schema-after-calls.ts';

export interface TenantsTable {
  tenant: string;
  name: Maybe<string>;
  created_at: TimeByDefault;
}

export interface ContactsTable {
  tenant: string;
  /** E.164. */
  number: string;
  /** As somebody of the office wrote it. */
  name: Maybe<string>;
  /** As the caller last gave it. */
  heard_name: Maybe<string>;
  note: Maybe<string>;
  call_count: Generated<number>;
  first_seen_at: Time;
  last_seen_at: Time;
}

export type CallState = 'opened' | 'streaming' | 'ended';

export interface CallsTable {
  tenant: string;
  call_sid: string;
  state: Generated<CallState>;
  /** Null, like the next six, until `call-opened` has come, which may be after other facts of the call. */
  account_sid: Maybe<string>;
  from_number: Maybe<string>;
  to_number: Maybe<string>;
  contact_number: Maybe<string>;
  agent: Maybe<string>;
  language: Maybe<string>;
  /** The owner: who told the facts of the highest fence. */
  node: Maybe<string>;
  fence: Generated<number>;
  opened_at: Time;
  streaming_at: MaybeTime;
  ended_at: MaybeTime;
  end_reason: Maybe<string>;
  ended_fence: Maybe<number>;
  consent_recording: Maybe<boolean>;
  consent_fence: Maybe<number>;
  consent_index: Maybe<number>;
  /** The line that the caller heard before they were recorded, and its SHA-256 in hex. */
  consent_line: Maybe<string>;
  consent_line_hash: Maybe<string>;
  outcome_status: Maybe<'completed' | 'abandoned'>;
  outcome_fence: Maybe<number>;
  outcome_index: Maybe<number>;
  /** By the database's clock: when the last fact came. */
  touched_at: TimeByDefault;
}

export interface EventsTable {
  tenant: string;
  call_sid: string;
  key: string;
  type: string;
  fact: Json<Readonly<Record<string, unknown>>>;
  node: string;
  fence: number;
  at: Time;
  recorded_at: TimeByDefault;
}

export interface LegsTable {
  tenant: string;
  call_sid: string;
  leg_sid: string;
  role: 'caller' | 'transfer' | 'operator';
  number: Maybe<string>;
  started_at: Time;
  answered_at: MaybeTime;
  ended_at: MaybeTime;
}

export interface StreamsTable {
  tenant: string;
  call_sid: string;
  stream_sid: string;
  attempt: Maybe<number>;
  node: string;
  fence: number;
  started_at: MaybeTime;
  ended_at: MaybeTime;
  end_reason: Maybe<string>;
}

export interface TurnsTable {
  tenant: string;
  call_sid: string;
  key: string;
  turn_index: number;
  who: 'caller' | 'agent' | 'operator';
  /** What Kav heard of the caller, or the caller of the agent. */
  heard: string;
  /** What the agent meant to say, when it was cut short. */
  intended: Maybe<string>;
  from_ms: number;
  to_ms: number;
  interrupted: boolean;
  fence: number;
  at: Time;
}

export interface ToolEffectsTable {
  tenant: string;
  call_sid: string;
  key: string;
  effect_id: string;
  after_turns: number;
  name: string;
  arguments: string;
  result: string;
  failed: boolean;
  at: Time;
}

export interface LeadsTable {
  tenant: string;
  /** The CallSid, for what a call brought about. */
  lead_id: string;
  call_sid: Maybe<string>;
  contact_number: Maybe<string>;
  flow: string;
  status: 'completed' | 'abandoned';
  /** Of the tenant's own stages. */
  stage: Generated<string>;
  slots: Json<Readonly<Record<string, string>>>;
  name: Maybe<string>;
  /** Whom to call back: the number that was said, else the caller's own. E.164 where that can be known. */
  phone: Maybe<string>;
  note: Maybe<string>;
  created_at: Time;
  updated_at: Time;
  call_back_at: MaybeTime;
}

export type AppointmentStatus = 'booked' | 'withdrawn' | 'cancelled' | 'done';

export interface AppointmentsTable {
  tenant: string;
  appointment_id: string;
  lead_id: Maybe<string>;
  call_sid: Maybe<string>;
  status: Generated<AppointmentStatus>;
  /** As it was agreed: `monday`, `in-2-weeks`, `2026-12-01`. */
  day: string;
  time: string;
  slots: Json<Readonly<Record<string, string>>>;
  name: Maybe<string>;
  phone: Maybe<string>;
  created_at: Time;
  updated_at: Time;
}

export interface RecordingsTable {
  tenant: string;
  call_sid: string;
  recording_id: string;
  source: 'own' | 'carrier';
  status: string;
  url: Maybe<string>;
  duration_ms: Maybe<number>;
  created_at: Time;
  updated_at: Time;
}

export interface RecordingSegmentsTable {
  tenant: string;
  call_sid: string;
  recording_id: string;
  segment_index: number;
  file: string;
  from_ms: number;
  to_ms: number;
  bytes: number;
  sha256: string;
}

export interface OutboxHeadsTable {
  tenant: string;
  position: number;
  pruned_to: Generated<number>;
}

export interface OutboxTable {
  tenant: string;
  position: number;
  topic: string;
  call_sid: Maybe<string>;
  event_key: Maybe<string>;
  payload: MaybeJson<unknown>;
  recorded_at: TimeByDefault;
}

export interface Schema {
  tenants: TenantsTable;
  contacts: ContactsTable;
  calls: CallsTable;
  events: EventsTable;
  legs: LegsTable;
  streams: StreamsTable;
  turns: TurnsTable;
  tool_effects: ToolEffectsTable;
  leads: LeadsTable;
  appointments: AppointmentsTable;
  recordings: RecordingsTable;
  recording_segments: RecordingSegmentsTable;
  outbox_heads: OutboxHeadsTable;
  outbox: OutboxTable;
  tokens: TokensTable;
  users: UsersTable;
  sessions: SessionsTable;
  recovery_codes: RecoveryCodesTable;
  api_keys: ApiKeysTable;
  login_limits: LoginLimitsTable;
  audit: AuditTable;
  nodes: NodesTable;
  call_notes: CallNotesTable;
  stored_recordings: StoredRecordingsTable;
  retention: RetentionTable;
  erasures: ErasuresTable;
  erasure_nodes: ErasureNodesTable;
  places: PlacesTable;
  stream_claims: StreamClaimsTable;
  commands: CommandsTable;
  call_actions: CallActionsTable;
  lead_stages: LeadStagesTable;
  agent_versions: AgentVersionsTable;
  published_agents: PublishedAgentsTable;
}

/** Either the store itself or a transaction on it. */
export type Db = Kysely<Schema> | Transaction<Schema>;

/** How a value of a `jsonb` column is written. */
export function toJson(value: unknown): string {
  return JSON.stringify(value);
}
