import type { Migration } from './migration.ts';

/** Who may come in: second factors, keys for programs, and what slows down whoever guesses. */
export const accounts: Migration = {
  version: 5,
  name: 'accounts',
  compatibleFrom: 1,
  sql: `
    alter table users drop constraint users_role_check;
    update users set role = 'owner' where role = 'admin';
    alter table users add constraint users_role_check check (role in ('viewer', 'operator', 'owner'));
    alter table users
      add column totp_secret text,
      add column totp_pending text,
      add column totp_step bigint not null default 0,
      add column seen_at timestamptz;

    alter table sessions add column browser text not null default '';
    create index sessions_by_expiry on sessions (tenant, expires_at);

    create table recovery_codes (
      tenant text not null,
      user_id text not null,
      code_hash text not null,
      used_at timestamptz,
      primary key (tenant, user_id, code_hash),
      foreign key (tenant, user_id) references users (tenant, user_id)
    );

    create table api_keys (
      tenant text not null references tenants (tenant),
      key_id text not null,
      name text not null,
      role text not null check (role in ('viewer', 'operator', 'owner')),
      secret_hash text not null,
      created_by text not null,
      created_at timestamptz not null default now(),
      used_at timestamptz,
      primary key (tenant, key_id),
      unique (tenant, secret_hash)
    );

    create table login_limits (
      tenant text not null references tenants (tenant),
      bucket text not null,
      failures integer not null default 0,
      failed_at timestamptz not null default now(),
      blocked_until timestamptz not null default now(),
      primary key (tenant, bucket)
    );
    create index login_limits_by_time on login_limits (tenant, failed_at);
  `,
};
