import type { Migration } from './migration.ts';

/**
 * What nodes agree on. Each agreement is one call of a function: a node that is paused in the middle of a transaction of
 * several statements would keep its locks for as long as the pause lasts.
 */
export const nodesAtWork: Migration = {
  version: 2,
  name: 'nodes-at-work',
  compatibleFrom: 1,
  sql: `
    alter table nodes
      add column run text not null default '',
      add column process text not null default '';

    create table places (
      tenant text not null references tenants (tenant),
      call_sid text not null,
      node text not null,
      run text not null,
      is_started boolean not null default false,
      admitted_at timestamptz not null default now(),
      primary key (tenant, call_sid)
    );

    create table stream_claims (
      tenant text not null,
      call_sid text not null,
      attempt integer not null,
      stream_sid text not null,
      node text not null,
      run text not null,
      claimed_at timestamptz not null default now(),
      primary key (tenant, call_sid, attempt),
      foreign key (tenant, call_sid) references calls (tenant, call_sid) on delete cascade
    );

    create table commands (
      tenant text not null references tenants (tenant),
      command_id text not null,
      call_sid text not null,
      from_node text not null,
      to_node text not null,
      to_run text not null,
      name text not null,
      body jsonb not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      taken_at timestamptz,
      answer jsonb,
      answered_at timestamptz,
      primary key (tenant, command_id)
    );
    create index commands_waiting on commands (tenant, to_run) where taken_at is null;
    create index commands_by_expiry on commands (tenant, expires_at);

    /* Whether a place counts: its call has come, or may still come, and its node lives. */
    create function kav_is_held(place places, a_run text, hold interval) returns boolean language sql volatile as $$
      select (place.is_started or place.admitted_at > clock_timestamp() - hold)
        and (place.run = a_run or exists (
          select from nodes
          where nodes.node = place.node and nodes.run = place.run and nodes.lease_until > clock_timestamp()
        ))
    $$;

    /* Lock, count, insert: a single statement would count before it sees what others have just inserted. */
    create function kav_admit(
      a_tenant text, a_call_sid text, a_node text, a_run text,
      most_on_node integer, most_of_tenant integer, most_in_all integer, hold interval
    ) returns text language plpgsql as $$
    declare
      on_node integer;
      of_tenant integer;
      in_all integer;
    begin
      /* A place that a crash of the database forgets is taken again by the call's stream. */
      perform set_config('synchronous_commit', 'off', true);
      perform pg_advisory_xact_lock(4939125, 1);
      if exists (
        select from places place
        where place.tenant = a_tenant and place.call_sid = a_call_sid and kav_is_held(place, a_run, hold)
      ) then
        return 'admitted';
      end if;
      select count(*) filter (where place.run = a_run), count(*) filter (where place.tenant = a_tenant), count(*)
      into on_node, of_tenant, in_all
      from places place where kav_is_held(place, a_run, hold);
      if on_node >= most_on_node then return 'node'; end if;
      if of_tenant >= most_of_tenant then return 'tenant'; end if;
      if in_all >= most_in_all then return 'total'; end if;
      insert into tenants (tenant) values (a_tenant) on conflict do nothing;
      insert into places (tenant, call_sid, node, run, admitted_at)
      values (a_tenant, a_call_sid, a_node, a_run, clock_timestamp())
      on conflict (tenant, call_sid) do update
        set node = a_node, run = a_run, is_started = false, admitted_at = clock_timestamp();
      return 'admitted';
    end $$;

    /* Who claims an attempt first has the call, until a later attempt is claimed. */
    create function kav_claim(
      a_tenant text, a_call_sid text, a_stream_sid text, an_attempt integer, a_node text, a_run text,
      issued_at timestamptz, lifetime interval, out verdict text, out node_before text
    ) language plpgsql as $$
    declare
      fence_before bigint;
      known stream_claims;
    begin
      insert into tenants (tenant) values (a_tenant) on conflict do nothing;
      insert into calls (tenant, call_sid, opened_at) values (a_tenant, a_call_sid, clock_timestamp())
      on conflict do nothing;
      select node, fence into node_before, fence_before
      from calls where tenant = a_tenant and call_sid = a_call_sid for update;
      select * into known from stream_claims
      where tenant = a_tenant and call_sid = a_call_sid and attempt = an_attempt;
      if found then
        verdict := case when known.run = a_run and known.stream_sid = a_stream_sid then 'claimed' else 'token-used' end;
        return;
      end if;
      /* A stream that began while the store was away is known by its facts alone. */
      if fence_before > an_attempt or exists (
        select from streams
        where tenant = a_tenant and call_sid = a_call_sid and attempt >= an_attempt and stream_sid <> a_stream_sid
      ) then
        verdict := 'token-used';
        return;
      end if;
      if issued_at < clock_timestamp() - lifetime then
        verdict := 'token-expired';
        return;
      end if;
      insert into stream_claims (tenant, call_sid, attempt, stream_sid, node, run)
      values (a_tenant, a_call_sid, an_attempt, a_stream_sid, a_node, a_run);
      update calls set node = a_node, fence = an_attempt, touched_at = clock_timestamp()
      where tenant = a_tenant and call_sid = a_call_sid;
      insert into places (tenant, call_sid, node, run, is_started)
      values (a_tenant, a_call_sid, a_node, a_run, true)
      on conflict (tenant, call_sid) do update set node = a_node, run = a_run, is_started = true;
      verdict := 'claimed';
    end $$;
  `,
};
