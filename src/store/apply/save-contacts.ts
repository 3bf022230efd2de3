import type { Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { timeOf } from './clean.ts';
import { isE164 } from './phone.ts';
import { type FactOf, groupBy, type Recorded } from './recorded.ts';

/** Whoever calls from a number is a contact. In the order of the numbers, so that batches do not wait for each other. */
export async function saveContacts(
  trx: Transaction<Schema>,
  opened: readonly Recorded<FactOf<'call-opened'>>[],
): Promise<void> {
  const known = opened.filter(({ fact }) => isE164(fact.from));
  if (known.length === 0) return;
  const rows = groupBy(known, ({ fact }) => `${fact.tenant}\n${fact.from}`).map((group) => {
    const times = group.map(({ fact }) => timeOf(fact.at).getTime());
    return {
      tenant: group[0].fact.tenant,
      number: group[0].fact.from,
      call_count: group.length,
      first_seen_at: new Date(Math.min(...times)),
      last_seen_at: new Date(Math.max(...times)),
    };
  });
  await trx
    .insertInto('contacts')
    .values(rows)
    .onConflict((oc) =>
      oc.columns(['tenant', 'number']).doUpdateSet((eb) => ({
        call_count: eb('contacts.call_count', '+', eb.ref('excluded.call_count')),
        first_seen_at: eb.fn('least', ['contacts.first_seen_at', 'excluded.first_seen_at']),
        last_seen_at: eb.fn('greatest', ['contacts.last_seen_at', 'excluded.last_seen_at']),
      })),
    )
    .execute();
}
