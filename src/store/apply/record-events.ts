import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'kysely';
import type { Fact } from '../../core/fact.ts';
import { type Schema, toJson } from '../schema.ts';
import { timeOf, whole } from './clean.ts';
import type { Recorded } from './recorded.ts';

/**
 * Keeps the facts that are not there yet, in their order. Two owners of one call may give the same key to different
 * facts: the one that lost it may have heard a fifth turn that its successor, who begins with a fifth turn too, never
 * learned of. Both are true; the later is kept under its key and its fence.
 */
export async function recordEvents(trx: Transaction<Schema>, facts: readonly Fact[]): Promise<readonly Recorded[]> {
  const wanted = facts.map((fact) => ({ fact, key: fact.key }));
  const isNew = await insert(trx, wanted);
  const fresh = wanted.filter((recorded) => isNew.has(recorded));
  const known = wanted.filter((recorded) => !isNew.has(recorded));
  const retold = known.length === 0 ? [] : await differing(trx, known);
  if (retold.length === 0) return fresh;
  const apart = retold.map(({ fact }) => ({ fact, key: `${fact.key}@${whole(fact.fence)}` }));
  const isNewApart = await insert(trx, apart);
  return [...fresh, ...apart.filter((recorded) => isNewApart.has(recorded))];
}

async function insert(trx: Transaction<Schema>, wanted: readonly Recorded[]): Promise<ReadonlySet<Recorded>> {
  if (wanted.length === 0) return new Set();
  const rows = await trx
    .insertInto('events')
    .values(
      wanted.map(({ fact, key }) => ({
        tenant: fact.tenant,
        call_sid: fact.callSid,
        key,
        type: fact.type,
        fact: toJson(fact),
        node: fact.node,
        fence: whole(fact.fence),
        at: timeOf(fact.at),
      })),
    )
    .onConflict((oc) => oc.doNothing())
    .returning(['tenant', 'call_sid', 'key'])
    .execute();
  const inserted = new Set(rows.map((row) => `${row.tenant}\n${row.call_sid}\n${row.key}`));
  // Of two that are alike in one batch, the first is the one that was kept.
  return new Set(wanted.filter(({ fact, key }) => inserted.delete(`${fact.tenant}\n${fact.callSid}\n${key}`)));
}

/** Those that say something else than what is kept under their key, by another owner. */
async function differing(trx: Transaction<Schema>, known: readonly Recorded[]): Promise<readonly Recorded[]> {
  const rows = await trx
    .selectFrom('events')
    .select(['tenant', 'call_sid', 'key', 'fence', 'fact'])
    .where((eb) =>
      eb(
        eb.refTuple('tenant', 'call_sid', 'key'),
        'in',
        known.map(({ fact, key }) => eb.tuple(fact.tenant, fact.callSid, key)),
      ),
    )
    .execute();
  const kept = new Map(rows.map((row) => [`${row.tenant}\n${row.call_sid}\n${row.key}`, row]));
  return known.filter(({ fact, key }) => {
    const other = kept.get(`${fact.tenant}\n${fact.callSid}\n${key}`);
    if (!other || other.fence === whole(fact.fence)) return false;
    return fact.type === 'call-ended' || !isDeepStrictEqual(bodyOf(fact), bodyOf(other.fact));
  });
}

/** What a fact says, apart from who says it and when; as it comes back from JSON. */
function bodyOf(fact: Readonly<Record<string, unknown>> | Fact): unknown {
  const { node: _node, fence: _fence, at: _at, ...body } = fact;
  return JSON.parse(JSON.stringify(body));
}
