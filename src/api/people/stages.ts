/** The stages of leads: the tenant's own, or those that everybody begins with. */

import { writeAudit } from '../../store/queries/audit.ts';
import { type LeadStage, listStages, setStages } from '../../store/queries/stages.ts';
import type { Db } from '../../store/schema.ts';
import { ApiRefusal, type Caller } from '../handler.ts';
import { refuseFields } from '../values.ts';
import type { PeopleDeps } from './deps.ts';

const KINDS = { new: 'open', contacted: 'open', won: 'won', lost: 'lost' } as const;
type DefaultStage = keyof typeof KINDS;

const ENGLISH: Readonly<Record<DefaultStage, string>> = {
  new: 'New',
  contacted: 'Contacted',
  won: 'Won',
  lost: 'Lost',
};
const HEBREW: Readonly<Record<DefaultStage, string>> = {
  new: 'חדש',
  contacted: 'בטיפול',
  won: 'נסגר בהצלחה',
  lost: 'לא רלוונטי',
};

export function defaultStages(language: string): readonly LeadStage[] {
  const labels = /^(?:he|iw)\b/iu.test(language) ? HEBREW : ENGLISH;
  const stages = Object.keys(KINDS) as readonly DefaultStage[];
  return stages.map((stage) => ({ stage, label: labels[stage], kind: KINDS[stage] }));
}

export async function stagesOf(
  { db, language }: Pick<PeopleDeps, 'db' | 'language'>,
  tenant: string,
): Promise<readonly LeadStage[]> {
  const own = await listStages(db, tenant);
  return own.length > 0 ? own : defaultStages(language());
}

/** New leads begin in the first stage. Throws `ApiRefusal` for stages that cannot be. */
export async function changeStages(db: Db, caller: Caller, stages: readonly LeadStage[]): Promise<void> {
  const labels = new Set(stages.map(({ label }) => label));
  const names = new Set(stages.map(({ stage }) => stage));
  if (names.size < stages.length) throw refuseFields({ stages: 'has a stage twice' });
  if (labels.size < stages.length) throw refuseFields({ stages: 'has a label twice' });
  if (stages[0]?.kind !== 'open') throw refuseFields({ stages: 'must begin with an open stage' });
  await db.transaction().execute(async (trx) => {
    const held = await setStages(trx, caller.tenant, stages);
    if (held.length > 0) {
      const fields = Object.fromEntries(held.map(({ leads, stage }) => [stage, `still holds ${leads} leads`]));
      throw new ApiRefusal(409, 'stage-in-use', 'A stage that still holds leads cannot go.', fields);
    }
    const details = { stages: stages.map(({ stage }) => stage) };
    await writeAudit(trx, caller.tenant, { actor: caller.actor, action: 'stages-set', details });
  });
}
