/** The job after a call: asks the model that the call's agent has, and keeps what came of it. */
import type { CallName } from '../../core/fact.ts';
import type { Brain } from '../../providers/contracts.ts';
import { keepNotes, type NotedCall, readCallToNote } from '../../store/after-calls/notes.ts';
import type { Db } from '../../store/schema.ts';
import type { Attempt } from '../run-job.ts';
import { retry, type WorkResult } from '../work-result.ts';
import type { LeadField } from './lead-fields.ts';
import { type CallNotes, noteCall } from './note-call.ts';

export interface SummariseOptions {
  readonly db: Db;
  /** The agent's chain; undefined while the agent could not be loaded, or has no model. */
  readonly brain: () => Brain | undefined;
  readonly fields: readonly LeadField[];
  /** For calls that never said theirs. */
  readonly language: string;
  readonly date: () => Date;
}

export async function summariseCall(options: SummariseOptions, name: CallName, attempt: Attempt): Promise<WorkResult> {
  const { db, fields } = options;
  const call = await readCallToNote(db, name.tenant, name.callSid);
  if (call === undefined) return { status: 'done', note: 'no such call' };
  if (call.isNoted) return { status: 'done', note: 'is noted already' };
  const result = await noteCall({ brain: options.brain(), fields }, storyOf(options, call), attempt.signal);
  if (result.status === 'model-away' && !attempt.isLast) return retry(`the model is away: ${result.code}`);
  await keep(options, name, result.notes);
  return result.status === 'model-away' ? { status: 'done', note: 'without the model' } : { status: 'done' };
}

function storyOf({ language }: SummariseOptions, call: NotedCall) {
  const { callSid, turns, gathered } = call;
  return { callSid, turns, outcome: gathered, language: call.language ?? language };
}

async function keep({ db, date }: SummariseOptions, { tenant, callSid }: CallName, notes: CallNotes): Promise<void> {
  const { summary, lead } = notes;
  const fields = Object.fromEntries(lead.byModel.map((name) => [name, lead.fields[name]!]));
  await keepNotes(db, tenant, callSid, { summary, fields }, date());
}
