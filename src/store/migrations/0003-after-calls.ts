import type { Migration } from './migration.ts';

/** What is worked out, fetched and erased once a call is over. */
export const afterCalls: Migration = {
  version: 3,
  name: 'after-calls',
  compatibleFrom: 1,
  sql: `
    create table call_notes (
      tenant text not null,
      call_sid text not null,
      summary text,
      fields jsonb not null,
      noted_at timestamptz not null default now(),
      primary key (tenant, call_sid),
      foreign key (tenant, call_sid) references calls (tenant, call_sid)
    );

    create table stored_recordings (
      tenant text not null,
      call_sid text not null,
      recording_id text not null,
      object_key text not null,
      content_type text not null,
      bytes bigint not null,
      sha256 text not null,
      stored_at timestamptz not null default now(),
      primary key (tenant, call_sid, recording_id),
      foreign key (tenant, call_sid, recording_id) references recordings (tenant, call_sid, recording_id)
    );
    create index stored_recordings_by_time on stored_recordings (stored_at);
    create index events_by_call on events (call_sid);
    create index calls_by_touch on calls (touched_at);
    create index leads_by_update on leads (updated_at);
    create index leads_by_call on leads (tenant, call_sid);
    create index appointments_by_update on appointments (updated_at);

    create table retention (
      tenant text primary key references tenants (tenant),
      recording_days integer check (recording_days >= 1),
      transcript_days integer check (transcript_days >= 1)
    );

    create table erasures (
      tenant text not null references tenants (tenant),
      erasure_id text not null,
      subject_hash text not null,
      call_sids jsonb not null,
      carrier_recordings jsonb not null,
      requested_by text not null,
      requested_at timestamptz not null default now(),
      passes integer not null default 0,
      done_at timestamptz,
      report jsonb not null,
      primary key (tenant, erasure_id)
    );
    create index erasures_by_time on erasures (requested_at);

    create table erasure_nodes (
      tenant text not null,
      erasure_id text not null,
      node text not null,
      files integer not null,
      at timestamptz not null default now(),
      primary key (tenant, erasure_id, node),
      foreign key (tenant, erasure_id) references erasures (tenant, erasure_id)
    );
  `,
};
