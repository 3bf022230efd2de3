/** The processes that serve calls together, and what they tell each other. */
import type { Generated } from 'kysely';
import type { Json, Maybe, MaybeJson, MaybeTime, Time, TimeByDefault } from './columns.ts';

/** The processes that serve calls together. Belongs to the cluster, not to a tenant. */
export interface NodesTable {
  node: string;
  address: Maybe<string>;
  version: Maybe<string>;
  started_at: TimeByDefault;
  lease_until: Time;
  is_draining: Generated<boolean>;
  /** Names the life of a process: a restarted node has the same name and another run. */
  run: Generated<string>;
  /** Where the process runs, for whoever may know whether it still does. */
  process: Generated<string>;
}

/** Calls that count against the limits. */
export interface PlacesTable {
  tenant: string;
  call_sid: string;
  node: string;
  run: string;
  /** Its stream has come. */
  is_started: Generated<boolean>;
  admitted_at: TimeByDefault;
}

/** Which stream has used the token of an attempt. */
export interface StreamClaimsTable {
  tenant: string;
  call_sid: string;
  attempt: number;
  stream_sid: string;
  node: string;
  run: string;
  claimed_at: TimeByDefault;
}

export interface CommandsTable {
  tenant: string;
  command_id: string;
  call_sid: string;
  from_node: string;
  to_node: string;
  to_run: string;
  name: string;
  body: Json<unknown>;
  created_at: TimeByDefault;
  /** Not to be carried out from then on. */
  expires_at: Time;
  taken_at: MaybeTime;
  answer: MaybeJson<unknown>;
  answered_at: MaybeTime;
}

/** What operators have asked to be done in calls. It holds no words. */
export interface CallActionsTable {
  tenant: string;
  call_sid: string;
  /** Chosen by whoever asks: the same one is carried out once. */
  action_id: string;
  actor: string;
  action: string;
  asked_at: TimeByDefault;
  /** `done`, or the code of a refusal; null while nobody knows. */
  outcome: Maybe<string>;
}
