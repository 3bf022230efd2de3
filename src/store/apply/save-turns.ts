import type { Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { timeOf, whole } from './clean.ts';
import type { FactOf, Recorded } from './recorded.ts';

export async function saveTurns(trx: Transaction<Schema>, turns: readonly Recorded<FactOf<'turn'>>[]): Promise<void> {
  if (turns.length === 0) return;
  const rows = turns.map(({ fact, key }) => ({
    tenant: fact.tenant,
    call_sid: fact.callSid,
    key,
    turn_index: whole(fact.index),
    who: fact.who,
    heard: fact.text,
    intended: fact.intended ?? null,
    from_ms: whole(fact.fromMs),
    to_ms: whole(fact.toMs),
    interrupted: fact.interrupted === true,
    fence: whole(fact.fence),
    at: timeOf(fact.at),
  }));
  await trx.insertInto('turns').values(rows).execute();
}

export async function saveToolEffects(
  trx: Transaction<Schema>,
  effects: readonly Recorded<FactOf<'tool-effect'>>[],
): Promise<void> {
  if (effects.length === 0) return;
  const rows = effects.map(({ fact, key }) => ({
    tenant: fact.tenant,
    call_sid: fact.callSid,
    key,
    effect_id: fact.id,
    after_turns: whole(fact.afterTurns),
    name: fact.name,
    arguments: fact.arguments,
    result: fact.result,
    failed: fact.failed === true,
    at: timeOf(fact.at),
  }));
  await trx.insertInto('tool_effects').values(rows).execute();
}
