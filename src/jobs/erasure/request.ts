/** The beginning of an erasure, the same for every door by which it is asked for. */
import { randomUUID } from 'node:crypto';
import type { CallName } from '../../core/fact.ts';
import { isOfficeNumber, requestErasure, requestRedaction } from '../../store/after-calls/erasure-request.ts';
import type { ErasureName } from '../../store/after-calls/erasures.ts';
import { eraseMentions } from '../../store/after-calls/mentions.ts';
import type { Db } from '../../store/schema.ts';
import { subjectHash } from './subject-hash.ts';

export interface Person {
  readonly tenant: string;
  /** E.164. */
  readonly number: string;
  /** Who asks, as the audit names people. */
  readonly actor: string;
}

export type AskedErasure =
  | ({ readonly status: 'asked'; readonly calls: number; readonly mentions: Promise<void> } & ErasureName)
  /** Many have called it: to erase it would erase them. */
  | { readonly status: 'office-number' };

/**
 * Resolves when the number is in no column any more and the rest is noted as work to be done. `mentions` resolves when it
 * is in no text of others' calls either; if that breaks off, asking again goes on with it.
 */
export async function askForErasure(db: Db, erasureKey: Uint8Array, person: Person): Promise<AskedErasure> {
  const { actor, number, tenant } = person;
  if (await isOfficeNumber(db, tenant, number)) return { status: 'office-number' };
  const name = { tenant, erasureId: randomUUID() };
  const hash = subjectHash(erasureKey, tenant, number);
  const calls = await requestErasure(db, { ...name, number, subjectHash: hash, actor });
  const mentions = eraseMentions(db, { ...name, number });
  mentions.catch(() => {}); // told to whoever waits for it
  return { status: 'asked', ...name, calls, mentions };
}

/** The words, journal and recording of one call are to go; that it took place stays. */
export async function askForRedaction(
  db: Db,
  erasureKey: Uint8Array,
  { actor, callSid, tenant }: CallName & { readonly actor: string },
): Promise<ErasureName> {
  const name = { tenant, erasureId: randomUUID() };
  await requestRedaction(db, { ...name, callSid, subjectHash: subjectHash(erasureKey, tenant, callSid), actor });
  return name;
}
