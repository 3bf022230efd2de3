import type { Migration } from './migration.ts';

/** Every row belongs to a tenant, and every reference carries the tenant: no row can point into another's. */
export const firstSchema: Migration = {
  version: 1,
  name: 'first-schema',
  compatibleFrom: 1,
  sql: `
    create table tenants (
      tenant text primary key,
      name text,
      created_at timestamptz not null default now()
    );

    create table contacts (
      tenant text not null references tenants (tenant),
      number text not null check (number ~ '^[+][1-9][0-9]{6,14}$'),
      name text,
      heard_name text,
      note text,
      call_count integer not null default 0,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      primary key (tenant, number)
    );

    create table calls (
      tenant text not null references tenants (tenant),
      call_sid text not null,
      state text not null default 'opened' check (state in ('opened', 'streaming', 'ended')),
      account_sid text,
      from_number text,
      to_number text,
      contact_number text,
      agent text,
      language text,
      node text,
      fence bigint not null default 0,
      opened_at timestamptz not null,
      streaming_at timestamptz,
      ended_at timestamptz,
      end_reason text,
      ended_fence bigint,
      consent_recording boolean,
      consent_fence bigint,
      consent_index integer,
      outcome_status text check (outcome_status in ('completed', 'abandoned')),
      outcome_fence bigint,
      outcome_index integer,
      touched_at timestamptz not null default now(),
      primary key (tenant, call_sid),
      foreign key (tenant, contact_number) references contacts (tenant, number)
    );
    create index calls_by_time on calls (tenant, opened_at desc, call_sid desc);
    create index calls_by_contact on calls (tenant, contact_number, opened_at desc);
    create index calls_open on calls (tenant, touched_at) where state <> 'ended';

    create table events (
      tenant text not null,
      call_sid text not null,
      key text not null,
      type text not null,
      fact jsonb not null,
      node text not null,
      fence bigint not null,
      at timestamptz not null,
      recorded_at timestamptz not null default now(),
      primary key (tenant, call_sid, key),
      foreign key (tenant, call_sid) references calls (tenant, call_sid)
    );

    create table legs (
      tenant text not null,
      call_sid text not null,
      leg_sid text not null,
      role text not null check (role in ('caller', 'transfer', 'operator')),
      number text,
      started_at timestamptz not null,
      answered_at timestamptz,
      ended_at timestamptz,
      primary key (tenant, call_sid, leg_sid),
      foreign key (tenant, call_sid) references calls (tenant, call_sid)
    );

    create table streams (
      tenant text not null,
      call_sid text not null,
      stream_sid text not null,
      attempt integer,
      node text not null,
      fence bigint not null,
      started_at timestamptz,
      ended_at timestamptz,
      end_reason text,
      primary key (tenant, call_sid, stream_sid),
      foreign key (tenant, call_sid) references calls (tenant, call_sid)
    );

    create table turns (
      tenant text not null,
      call_sid text not null,
      key text not null,
      turn_index integer not null,
      who text not null check (who in ('caller', 'agent')),
      heard text not null,
      intended text,
      from_ms bigint not null,
      to_ms bigint not null,
      interrupted boolean not null,
      fence bigint not null,
      at timestamptz not null,
      primary key (tenant, call_sid, key),
      foreign key (tenant, call_sid, key) references events (tenant, call_sid, key) on delete cascade
    );

    create table tool_effects (
      tenant text not null,
      call_sid text not null,
      key text not null,
      effect_id text not null,
      after_turns integer not null,
      name text not null,
      arguments text not null,
      result text not null,
      failed boolean not null,
      at timestamptz not null,
      primary key (tenant, call_sid, key),
      foreign key (tenant, call_sid, key) references events (tenant, call_sid, key) on delete cascade
    );

    create table leads (
      tenant text not null,
      lead_id text not null,
      call_sid text,
      contact_number text,
      flow text not null,
      status text not null check (status in ('completed', 'abandoned')),
      stage text not null default 'new' check (stage in ('new', 'contacted', 'won', 'lost')),
      slots jsonb not null,
      name text,
      phone text,
      note text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (tenant, lead_id),
      foreign key (tenant) references tenants (tenant),
      foreign key (tenant, call_sid) references calls (tenant, call_sid),
      foreign key (tenant, contact_number) references contacts (tenant, number)
    );
    create index leads_by_time on leads (tenant, created_at desc, lead_id desc);

    create table appointments (
      tenant text not null,
      appointment_id text not null,
      lead_id text,
      call_sid text,
      status text not null default 'booked' check (status in ('booked', 'withdrawn', 'cancelled', 'done')),
      day text not null,
      time text not null,
      slots jsonb not null,
      name text,
      phone text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (tenant, appointment_id),
      foreign key (tenant) references tenants (tenant),
      foreign key (tenant, lead_id) references leads (tenant, lead_id),
      foreign key (tenant, call_sid) references calls (tenant, call_sid)
    );
    create index appointments_by_time on appointments (tenant, created_at desc, appointment_id desc);

    create table recordings (
      tenant text not null,
      call_sid text not null,
      recording_id text not null,
      source text not null check (source in ('own', 'carrier')),
      status text not null,
      url text,
      duration_ms bigint,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (tenant, call_sid, recording_id),
      foreign key (tenant, call_sid) references calls (tenant, call_sid)
    );

    create table recording_segments (
      tenant text not null,
      call_sid text not null,
      recording_id text not null,
      segment_index integer not null,
      file text not null,
      from_ms bigint not null,
      to_ms bigint not null,
      bytes bigint not null,
      sha256 text not null,
      primary key (tenant, call_sid, recording_id, segment_index),
      foreign key (tenant, call_sid, recording_id) references recordings (tenant, call_sid, recording_id)
    );

    create table outbox_heads (
      tenant text primary key references tenants (tenant),
      position bigint not null,
      pruned_to bigint not null default 0
    );

    create table outbox (
      tenant text not null,
      position bigint not null,
      topic text not null,
      call_sid text,
      event_key text,
      payload jsonb,
      recorded_at timestamptz not null default now(),
      primary key (tenant, position),
      foreign key (tenant) references tenants (tenant),
      foreign key (tenant, call_sid, event_key) references events (tenant, call_sid, key) on delete cascade
    );

    create table tokens (
      tenant text not null references tenants (tenant),
      token_hash text not null,
      purpose text not null,
      subject text not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      primary key (tenant, token_hash)
    );
    create index tokens_by_expiry on tokens (tenant, expires_at);

    create table users (
      tenant text not null references tenants (tenant),
      user_id text not null,
      email text not null check (email = lower(email)),
      name text,
      role text not null check (role in ('viewer', 'operator', 'admin')),
      password_hash text,
      created_at timestamptz not null default now(),
      disabled_at timestamptz,
      primary key (tenant, user_id),
      unique (tenant, email)
    );

    create table sessions (
      tenant text not null,
      session_hash text not null,
      user_id text not null,
      created_at timestamptz not null default now(),
      seen_at timestamptz not null default now(),
      expires_at timestamptz not null,
      primary key (tenant, session_hash),
      foreign key (tenant, user_id) references users (tenant, user_id)
    );
    create index sessions_by_user on sessions (tenant, user_id);

    create table audit (
      tenant text not null references tenants (tenant),
      audit_id bigint generated always as identity,
      actor text not null,
      action text not null,
      subject text,
      details jsonb,
      at timestamptz not null default now(),
      primary key (tenant, audit_id)
    );

    create table nodes (
      node text primary key,
      address text,
      version text,
      started_at timestamptz not null default now(),
      lease_until timestamptz not null,
      is_draining boolean not null default false
    );
  `,
};
