import type { Migration } from './migration.ts';

/** What operators do in calls: each action once, whoever asks for it again, and the operator's turns. */
export const actions: Migration = {
  version: 6,
  name: 'actions',
  compatibleFrom: 1,
  sql: `
    alter table turns drop constraint turns_who_check;
    alter table turns add constraint turns_who_check check (who in ('caller', 'agent', 'operator'));

    create table call_actions (
      tenant text not null references tenants (tenant),
      call_sid text not null,
      action_id text not null,
      actor text not null,
      action text not null,
      asked_at timestamptz not null default now(),
      outcome text,
      primary key (tenant, call_sid, action_id)
    );
    create index call_actions_by_time on call_actions (tenant, asked_at);
  `,
};
