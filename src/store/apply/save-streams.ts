import type { Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { timeOf, whole } from './clean.ts';
import { type FactOf, groupBy, pick, type Recorded } from './recorded.ts';

type StreamFact = Recorded<FactOf<'stream-started' | 'stream-ended'>>;

/** The end of a stream may come before its beginning. */
export async function saveStreams(trx: Transaction<Schema>, recorded: readonly Recorded[]): Promise<void> {
  const facts = pick(recorded, 'stream-started', 'stream-ended');
  if (facts.length === 0) return;
  const groups = groupBy(facts, ({ fact }) => `${fact.tenant}\n${fact.callSid}\n${fact.streamSid}`);
  await trx
    .insertInto('streams')
    .values(groups.map(rowOf))
    .onConflict((oc) =>
      oc.columns(['tenant', 'call_sid', 'stream_sid']).doUpdateSet((eb) => ({
        attempt: eb.fn.coalesce('excluded.attempt', 'streams.attempt'),
        started_at: eb.fn.coalesce('excluded.started_at', 'streams.started_at'),
        ended_at: eb.fn.coalesce('excluded.ended_at', 'streams.ended_at'),
        end_reason: eb.fn.coalesce('excluded.end_reason', 'streams.end_reason'),
      })),
    )
    .execute();
}

function rowOf(group: readonly [StreamFact, ...StreamFact[]]) {
  const [{ fact }] = group;
  const started = pick(group, 'stream-started')[0]?.fact;
  const ended = pick(group, 'stream-ended')[0]?.fact;
  return {
    tenant: fact.tenant,
    call_sid: fact.callSid,
    stream_sid: fact.streamSid,
    node: fact.node,
    fence: whole(fact.fence),
    attempt: started ? whole(started.attempt) : null,
    started_at: started ? timeOf(started.at) : null,
    ended_at: ended ? timeOf(ended.at) : null,
    end_reason: ended?.reason ?? null,
  };
}
