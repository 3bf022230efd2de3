import { type RawBuilder, sql } from 'kysely';

/** Whether a call's words are gone, for good: some of its events tell nothing any more. */
export function isErased(tenant: RawBuilder<unknown>, callSid: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from events e where e.tenant = ${tenant} and e.call_sid = ${callSid} and e.fact ? 'erased')`;
}
