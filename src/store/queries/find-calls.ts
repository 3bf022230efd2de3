/** The list of calls as an office searches it. */
import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Place } from '../keyset.ts';
import type { CallState, Db } from '../schema.ts';
import { excerptOf } from '../search/excerpt.ts';
import { parseSearch, type SearchTerm } from '../search/terms.ts';

export interface CallSearch {
  /** Each of its words must be in what was said, in the summary, or in the name or number of the contact. */
  readonly text?: string | undefined;
  /** A part of the number at either end, without signs. */
  readonly digits?: string | undefined;
  readonly contactNumber?: string | undefined;
  readonly callSid?: string | undefined;
  readonly agent?: string | undefined;
  readonly outcome?: 'completed' | 'abandoned' | 'none' | undefined;
  readonly endReason?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly before?: Place | undefined;
  readonly limit: number;
}

/** A call as a line of a list. */
export interface CallLine extends Place {
  readonly callSid: string;
  readonly state: CallState;
  readonly agent: string | null;
  readonly language: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly contactNumber: string | null;
  readonly contactName: string | null;
  readonly openedAt: Date;
  readonly streamingAt: Date | null;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly outcome: 'completed' | 'abandoned' | null;
  readonly consent: boolean | null;
  readonly summary: string | null;
  readonly turns: number;
  readonly hasRecording: boolean;
}

export interface FoundCall extends CallLine {
  readonly excerpt: string | undefined;
}

/** The newest first, one more than `limit` where there are more. */
export async function findCalls(db: Db, tenant: string, search: CallSearch): Promise<readonly FoundCall[]> {
  const terms = search.text === undefined ? [] : parseSearch(search.text);
  if (search.text !== undefined && terms.length === 0) return []; // no word in it
  const { rows } = await sql<CallLine>`
    select ${LINE}
    from calls c
    left join call_notes n on n.tenant = c.tenant and n.call_sid = c.call_sid
    left join contacts o on o.tenant = c.tenant and o.number = c.contact_number
    where ${sql.join(conditionsOf(tenant, search, terms), sql` and `)}
    order by c.opened_at desc, c.call_sid desc
    limit ${search.limit + 1}`.execute(db);
  if (terms.length === 0 || rows.length === 0) return rows.map((row) => ({ ...row, excerpt: undefined }));
  const excerpts = await excerptsOf(db, tenant, rows, terms);
  return rows.map((row, i) => ({ ...row, excerpt: excerpts[i] }));
}

const LINE = sql`
  c.call_sid as "callSid", c.call_sid as key, c.opened_at::text as at, c.state, c.agent, c.language,
  c.from_number as "from", c.to_number as "to", c.contact_number as "contactNumber",
  coalesce(nullif(o.name, ''), o.heard_name) as "contactName",
  c.opened_at as "openedAt", c.streaming_at as "streamingAt", c.ended_at as "endedAt", c.end_reason as "endReason",
  c.outcome_status as outcome, c.consent_recording as consent, n.summary,
  (select count(*) from turns t where t.tenant = c.tenant and t.call_sid = c.call_sid) as turns,
  (exists (select from recording_segments r where r.tenant = c.tenant and r.call_sid = c.call_sid)
    or exists (select from stored_recordings r where r.tenant = c.tenant and r.call_sid = c.call_sid)) as "hasRecording"`;

function conditionsOf(
  tenant: string,
  search: CallSearch,
  terms: readonly SearchTerm[],
): readonly RawBuilder<unknown>[] {
  const { agent, before, callSid, contactNumber, digits, endReason, from, outcome, to } = search;
  return [
    sql`c.tenant = ${tenant}`,
    ...when(callSid, (value) => sql`c.call_sid = ${value}`),
    ...when(contactNumber, (value) => sql`c.contact_number = ${value}`),
    ...when(digits, (value) => sql`(c.from_number like ${`%${value}%`} or c.to_number like ${`%${value}%`})`),
    ...when(agent, (value) => sql`c.agent = ${value}`),
    ...when(outcome, (value) => (value === 'none' ? sql`c.outcome_status is null` : sql`c.outcome_status = ${value}`)),
    ...when(endReason, (value) => sql`c.end_reason = ${value}`),
    ...when(from, (value) => sql`c.opened_at >= ${value}`),
    ...when(to, (value) => sql`c.opened_at < ${value}`),
    ...when(before, ({ at, key }) => sql`(c.opened_at, c.call_sid) < (${at}::timestamptz, ${key})`),
    ...(terms.length === 0
      ? []
      : [
          sql`c.call_sid in (${sql.join(
            terms.map((term) => foundBy(tenant, term)),
            sql` intersect `,
          )})`,
        ]),
  ];
}

const when = <T>(value: T | undefined, condition: (value: T) => RawBuilder<unknown>): readonly RawBuilder<unknown>[] =>
  value === undefined ? [] : [condition(value)];

const words = (query: string): RawBuilder<unknown> => sql`${query}::tsquery`;

/** The calls in which a term is. Each part of the union has an index of its own. */
function foundBy(tenant: string, { digits, query }: SearchTerm): RawBuilder<unknown> {
  const byNumber =
    digits === undefined
      ? sql``
      : sql`union select call_sid from calls
          where tenant = ${tenant} and (from_number like ${`%${digits}%`} or to_number like ${`%${digits}%`})`;
  return sql`(
    select call_sid from turns where tenant = ${tenant} and kav_words(heard) @@ ${words(query)}
    union select call_sid from call_notes where tenant = ${tenant} and kav_words(summary) @@ ${words(query)}
    union select p.call_sid from contacts k join calls p on p.tenant = k.tenant and p.contact_number = k.number
      where k.tenant = ${tenant}
        and kav_words(coalesce(k.name, '') || ' ' || coalesce(k.heard_name, '')) @@ ${words(query)}
    ${byNumber})`;
}

/**
 * Where each call has one of the words first: in what was said, else in the summary or the name. Looked for here, since the
 * database would cut every turn into words anew; between two calls others have their turn.
 */
async function excerptsOf(
  db: Db,
  tenant: string,
  calls: readonly CallLine[],
  terms: readonly SearchTerm[],
): Promise<readonly (string | undefined)[]> {
  const { rows } = await sql<{ callSid: string; heard: string }>`
    select c.call_sid as "callSid", said.heard
    from unnest(${calls.map(({ callSid }) => callSid)}::text[]) c (call_sid)
    cross join lateral (
      select t.heard from turns t where t.tenant = ${tenant} and t.call_sid = c.call_sid
      order by t.from_ms, t.turn_index limit ${MOST_TURNS}) said`.execute(db);
  const said = Map.groupBy(rows, ({ callSid }) => callSid);
  const excerpts: (string | undefined)[] = [];
  for (const { callSid, contactName, summary } of calls) {
    const turns = (said.get(callSid) ?? []).map(({ heard }) => heard);
    excerpts.push(firstExcerpt([...turns, summary ?? '', contactName ?? ''], terms));
    await setImmediate();
  }
  return excerpts;
}

/** Whoever looks for more of a call reads it. */
const MOST_TURNS = 200;

function firstExcerpt(texts: readonly string[], terms: readonly SearchTerm[]): string | undefined {
  for (const text of texts) {
    const excerpt = excerptOf(text, terms);
    if (excerpt !== undefined) return excerpt;
  }
  return undefined;
}
