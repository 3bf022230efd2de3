import type { Migration } from './migration.ts';

/** Become spaces between words. */
const SEPARATORS =
  '\\t\\n\\r!#$%&()*+,-./:;<=>?@[\\\\]^_{|}~\\u00a0\\u00a1\\u00ab\\u00b7\\u00bb\\u00bf\\u05be\\u05c0\\u05c3\\u05c6\\u2010\\u2011\\u2012\\u2013\\u2014\\u2015\\u2022\\u2026\\u20aa';
/** Quotation marks, which stand inside Hebrew abbreviations as well, marks of direction, and niqqud. */
const DROPPED = [
  '"\\u0027`\\u00b4\\u2018\\u2019\\u201c\\u201d\\u201e\\u05f3\\u05f4\\u200b\\u200c\\u200d\\u200e\\u200f\\u202a\\u202b\\u202c\\u202d\\u202e\\u2066\\u2067\\u2068\\u2069\\ufeff',
  ...Array.from({ length: 0x2d }, (_, i) => `\\u${(0x591 + i).toString(16).padStart(4, '0')}`), // 0591 to 05BD
  '\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7',
].join('');
const SEPARATOR_COUNT = 51;

/**
 * What the console works with: search in what was said, the tenant's own stages of leads, who is to be called back, and
 * what agents say in versions. `kav_words` knows no locale and no dictionary, so that both databases find the same.
 */
export const consoleData: Migration = {
  version: 7,
  name: 'console',
  compatibleFrom: 1,
  sql: `
    /*
     * Its cost keeps the planner to the indexes. Words longer than any word are cut: an index entry has a limit, and what
     * was said must be kept whatever it is.
     */
    create function kav_words(said text) returns tsvector language sql immutable parallel safe cost 1000 as $$
      select array_to_tsvector(array(
        select left(word, 40)
        from unnest(string_to_array(
          translate(lower(said), e'${SEPARATORS}${DROPPED}', repeat(' ', ${SEPARATOR_COUNT})), ' ')) word
        where word <> '' limit 4000))
    $$;
    create index turns_by_word on turns using gin (kav_words(heard)) with (fastupdate = off);
    create index call_notes_by_word on call_notes using gin (kav_words(summary)) with (fastupdate = off);
    create index contacts_by_word on contacts
      using gin (kav_words(coalesce(name, '') || ' ' || coalesce(heard_name, ''))) with (fastupdate = off);
    create index contacts_by_time on contacts (tenant, last_seen_at desc, number desc);

    create index events_of_cost on events (tenant, at) where type = 'cost';

    create table lead_stages (
      tenant text not null references tenants (tenant),
      stage text not null,
      label text not null,
      kind text not null check (kind in ('open', 'won', 'lost')),
      place integer not null,
      primary key (tenant, stage)
    );
    alter table leads drop constraint leads_stage_check;
    alter table leads add column call_back_at timestamptz;
    create index leads_to_call_back on leads (tenant, call_back_at, lead_id) where call_back_at is not null;
    create index leads_by_word on leads
      using gin (kav_words(coalesce(name, '') || ' ' || coalesce(note, ''))) with (fastupdate = off);
    create index leads_by_phone on leads (tenant, phone);

    alter table erasures
      add column kind text not null default 'person' check (kind in ('person', 'words'));

    create table agent_versions (
      tenant text not null references tenants (tenant),
      agent text not null,
      version integer not null check (version > 0),
      greeting text not null,
      instructions text,
      note text not null,
      made_by text not null,
      made_at timestamptz not null default now(),
      primary key (tenant, agent, version)
    );

    create table published_agents (
      tenant text not null references tenants (tenant),
      agent text not null,
      version integer not null,
      published_by text not null,
      published_at timestamptz not null default now(),
      primary key (tenant, agent),
      foreign key (tenant, agent, version) references agent_versions (tenant, agent, version)
    );
  `,
};
