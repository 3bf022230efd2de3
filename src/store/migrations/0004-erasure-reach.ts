import type { Migration } from './migration.ts';

/** How far an erasure has come on each node, calls of others in which a number was said, and the line consented to. */
export const erasureReach: Migration = {
  version: 4,
  name: 'erasure-reach',
  compatibleFrom: 1,
  sql: `
    alter table erasures add column mentioned_in jsonb not null default '[]';
    alter table erasure_nodes add column seen integer not null default 0;
    alter table erasure_nodes add column report jsonb not null default '{}';
    update erasure_nodes n set seen = jsonb_array_length(e.call_sids)
      from erasures e where e.tenant = n.tenant and e.erasure_id = n.erasure_id;

    alter table calls add column consent_line text;
    alter table calls add column consent_line_hash text;
  `,
};
