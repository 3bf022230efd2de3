/** `kav erase`: one person, in every place that Kav reaches, with the proof. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../core/errors.ts';
import { type ErasureProof, isProven } from '../jobs/erasure/proof.ts';
import { parseEnvironment, type RawEnvironment } from './config.ts';
import { STORE_FOLDER } from './data-layout.ts';
import type { Environment } from './environment.ts';
import { E164 } from './errands/errand.ts';
import { commandActor, type ErrandRun, runErrand } from './errands/run-errand.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface EraseOptions {
  readonly tenant?: string;
  readonly json?: boolean;
}

/** As it comes back through JSON. */
type PrintedProof = Omit<ErasureProof, 'requestedAt' | 'doneAt' | 'nodes'> & {
  readonly requestedAt: string;
  readonly doneAt?: string;
  readonly nodes: readonly (Omit<ErasureProof['nodes'][number], 'at'> & { readonly at: string })[];
};

/** Exit 0 when all of it is gone, 1 when something is still under way, or was refused. */
export async function erase(
  number: string,
  { json = false, tenant }: EraseOptions,
  raw: RawEnvironment = process.env,
): Promise<ExitCode> {
  const environment = parseEnvironment(raw);
  if (!E164.test(number)) {
    throw new ConfigError(
      'kav erase',
      'the number is not in E.164',
      'Give it as it is dialled from abroad: +972521234567.',
    );
  }
  const run = await runErrand(environment, {
    kind: 'erase',
    tenant: tenant ?? environment.KAV_TENANT,
    number,
    actor: commandActor(),
  });
  if (!run.answer) {
    console.error(
      'kav: a server has this database and has not answered yet; what is asked waits in KAV_DATA_DIR/errands until it has.',
    );
    return EXIT.no;
  }
  if (!run.answer.ok) {
    console.error(`kav: ${run.answer.problem}`);
    return EXIT.no;
  }
  const proof = JSON.parse(JSON.stringify(run.answer.result)) as PrintedProof;
  const isDone = isProven(proof);
  const beyond = beyondReach(environment);
  if (json) console.log(JSON.stringify({ done: isDone, by: run.by, ...proof, beyondReach: beyond }, undefined, 2));
  else print(proof, { isDone, by: run.by, beyond });
  return isDone ? EXIT.ok : EXIT.no;
}

function print(
  proof: PrintedProof,
  {
    beyond,
    by,
    isDone,
  }: { readonly isDone: boolean; readonly by: ErrandRun['by']; readonly beyond: readonly string[] },
): void {
  const { calls, doneAt, erased, erasureId, leftAtTwilio, mentionedIn, nodes, subjectHash, tenant, waitingFor } = proof;
  console.log(
    `${isDone ? 'Erased' : 'Not all is erased yet'}: ${calls} calls of the person, tenant ${tenant}, by ${by}.`,
  );
  for (const [what, number] of Object.entries(erased).sort()) {
    console.log(`  ${what.replaceAll('_', ' ').padEnd(28)} ${number}`);
  }
  if (mentionedIn > 0)
    console.log(`  The number was said in ${mentionedIn} calls of others, and was taken out of them.`);
  for (const { files, node, report } of nodes) {
    const more = Object.entries(report).map(([what, number]) => `, ${number} ${what.replaceAll('_', ' ')}`);
    console.log(`  node ${node}: ${files} files${more.join('')}`);
  }
  if (doneAt === undefined) console.log('  still under way: it is tried again for a week');
  if (leftAtTwilio > 0) console.log(`  still at Twilio: ${leftAtTwilio} recordings`);
  for (const node of waitingFor) console.log(`  node ${node} has not looked yet`);
  console.log(`Proof: erasure ${erasureId}, person ${subjectHash}, and the line erasure-done in the audit.`);
  console.log('Beyond reach:');
  for (const place of beyond) console.log(`  ${place}`);
}

/** What may still hold something, in this deployment. */
function beyondReach({ DATABASE_URL, KAV_CRM_URL, KAV_DATA_DIR, LOG_PII }: Environment): readonly string[] {
  const hasOldStore = DATABASE_URL !== undefined && existsSync(path.resolve(KAV_DATA_DIR, STORE_FOLDER));
  return [
    ...(KAV_CRM_URL === undefined ? [] : ['your CRM: it is told call.erased for each call, and must erase by itself']),
    ...(LOG_PII ? ['log lines: LOG_PII is on, so they hold numbers and words'] : []),
    ...(hasOldStore ? ['KAV_DATA_DIR/store: an embedded database of before DATABASE_URL; remove it'] : []),
    'backups and copies that you made of the database and of KAV_DATA_DIR',
    'recordings of other calls in which the number was spoken, and numbers that were said or written in words',
    'log lines written while LOG_PII was on, and what model, speech and telephone vendors keep by their own terms',
  ];
}
