/**
 * A vendor's bad day, as a caller hears it: each fault is played as a whole call through the real server and the real
 * adapters. `npm run bench:faults -- --only voice`, `--json`, `--markdown`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Fault } from './faults/fault.ts';
import type { Finding } from './faults/findings.ts';
import { playFault } from './faults/play.ts';
import { prepareSpeech } from './faults/prepared-speech.ts';
import { renderMarkdown, renderText } from './faults/render.ts';
import { FAULTS } from './faults/table-of-faults.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});

/** What nobody caught belongs to some call of this run, but cannot say to which. */
const uncaught: string[] = [];
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error) => uncaught.push(`${event}: ${error instanceof Error ? error.stack : String(error)}`));
}

const pattern = new RegExp(values.only, 'i');
const faults = FAULTS.filter(({ name, kind }) => pattern.test(`${kind} ${name}`));
const findings = await playAll(faults, Number(values['at-once']));

if (values.json) console.log(JSON.stringify({ findings, uncaught }, undefined, 2));
else console.log(values.markdown ? renderMarkdown(findings) : renderText(findings));
for (const line of uncaught) console.error(`nobody caught: ${line}`);
const failed = findings.filter(({ problems }) => problems.length > 0);
const verdict = failed.length === 0 && uncaught.length === 0 ? 'PASS' : 'FAIL';
if (!values.json)
  console.log(`\n${verdict}: ${findings.length - failed.length} of ${findings.length} within the limits`);
if (!values.json) for (const line of judgeRca(findings)) console.log(line);
process.exitCode = verdict === 'PASS' ? 0 : 1;

/** So many calls at a time, each with a server and vendors of its own. Findings are in the order of the faults. */
async function playAll(all: readonly Fault[], atOnce: number): Promise<readonly Finding[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-faults-'));
  const done = new Map<Fault, Finding>();
  const waiting = all.values();
  const worker = async (): Promise<void> => {
    for (const fault of waiting) {
      const finding = await playFault(fault, dataDir);
      done.set(fault, finding);
      const mark = finding.problems.length === 0 ? 'ok  ' : 'FAIL';
      const { isNamed, problems, rca } = finding;
      const told = `rca${isNamed ? '' : ' WRONG'}: ${rca.join(', ') || 'nothing found'}`;
      console.error(`${mark} ${done.size}/${all.length} ${fault.name} ${[...problems, told].join('; ')}`);
    }
  };
  try {
    await prepareSpeech(dataDir, ['google', 'azure']);
    await Promise.all(Array.from({ length: atOnce }, worker));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
  return all.flatMap((fault) => done.get(fault) ?? []);
}

/** Whether `kav rca` names, from the journals alone, whose fault each call had. */
function judgeRca(all: readonly Finding[]): readonly string[] {
  const good = all.filter(({ kind }) => kind === 'none');
  const bad = all.filter(({ kind }) => kind !== 'none');
  const named = (some: readonly Finding[]): number => some.filter(({ isNamed }) => isNamed).length;
  const stalled = all.filter(({ rca }) => rca.some((cause) => cause.startsWith('stall ')));
  const first = bad.filter(({ kind, rca }) => rca[0]?.split(' ', 1)[0] === kind);
  return [
    `kav rca: named ${named(bad)} of ${bad.length} faults (${first.length} as the worst), and nothing of ${named(good)} of ${good.length} good calls`,
    ...(stalled.length > 0 ? [`  this machine was late in ${stalled.length} of the calls, and that is named too`] : []),
    ...all
      .filter(({ isNamed }) => !isNamed)
      .map(({ name, rca }) => `  not named: ${name}: ${rca.join(', ') || 'nothing found'}`),
  ];
}
