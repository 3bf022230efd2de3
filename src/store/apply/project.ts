/** What new facts bring about in the tables that people look at. */
import type { Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import type { LoadedCalls } from './load-calls.ts';
import { pick, type Recorded } from './recorded.ts';
import { saveCalls } from './save-calls.ts';
import { saveContacts } from './save-contacts.ts';
import { saveLeads } from './save-leads.ts';
import { saveRecordings } from './save-recordings.ts';
import { saveStreams } from './save-streams.ts';
import { saveToolEffects, saveTurns } from './save-turns.ts';

export async function project(
  trx: Transaction<Schema>,
  calls: LoadedCalls,
  recorded: readonly Recorded[],
): Promise<void> {
  if (recorded.length === 0) return;
  await saveContacts(trx, pick(recorded, 'call-opened'));
  await saveCalls(trx, calls, recorded);
  await saveStreams(trx, recorded);
  await saveTurns(trx, pick(recorded, 'turn'));
  await saveToolEffects(trx, pick(recorded, 'tool-effect'));
  await saveRecordings(trx, calls, recorded);
  await saveLeads(trx, calls, recorded);
}
