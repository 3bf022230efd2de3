/** The report for a person: the answer first, then what to do, then the rest. */
import type { Finding, Verdict } from './finding.ts';
import type { CheckReport, DoctorReport } from './runner.ts';

const SIGNS: Readonly<Record<Verdict, string>> = { ok: '✓', warn: '!', fail: '✗', skipped: '–' };
const COLOURS: Readonly<Record<Verdict, number>> = { ok: 32, warn: 33, fail: 31, skipped: 90 };

interface Named {
  readonly check: CheckReport;
  readonly finding: Finding;
}

/** For programs. What a fix would write is left out: it may be a key. */
export function renderJson(report: DoctorReport): string {
  return JSON.stringify(report, (key, value: unknown) => (key === 'fix' ? undefined : value), 2);
}

export function renderDoctor(report: DoctorReport, { color }: { readonly color: boolean }): string {
  const paint = (verdict: Verdict, text: string): string =>
    color ? `\u001b[${COLOURS[verdict]}m${text}\u001b[0m` : text;
  const all = report.checks.flatMap((check) => check.findings.map((finding) => ({ check, finding })));
  const of = (verdict: Verdict): readonly Named[] => all.filter(({ finding }) => finding.verdict === verdict);
  const troubles = [...of('fail'), ...of('warn')];
  return [
    headline(report, of('fail').length, of('warn').length, paint),
    ...(troubles.length > 0 ? ['', ...troubles.flatMap((named) => renderTrouble(named, paint))] : []),
    '',
    ...report.checks.flatMap((check) => renderPassed(check, paint)),
    ...renderBlocked(report.checks, paint),
  ].join('\n');
}

type Paint = (verdict: Verdict, text: string) => string;

function headline({ go, target, tookMs }: DoctorReport, failures: number, warnings: number, paint: Paint): string {
  const verdict = go ? paint('ok', 'GO') : paint('fail', 'NO-GO');
  const counts = [count(failures, 'failure'), count(warnings, 'warning')].filter((text) => text !== '');
  return `${verdict}  ${target}  (${counts.join(', ') || 'nothing to mend'}; ${(tookMs / 1_000).toFixed(1)} s)`;
}

function count(n: number, noun: string): string {
  if (n === 0) return '';
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

function renderTrouble({ check, finding }: Named, paint: Paint): string[] {
  const { code, remedy, seen, title, verdict, why } = finding;
  const named = code === undefined ? title : `${title} [${code}]`;
  return [
    `${paint(verdict, SIGNS[verdict])} ${check.name.padEnd(11)} ${named}`,
    ...(seen === undefined ? [] : [`  seen        ${seen}`]),
    ...(why === undefined ? [] : [`  why         ${why}`]),
    ...(remedy === undefined ? [] : [`  remedy      ${remedy}`]),
  ];
}

function renderPassed({ blockedBy, findings, name }: CheckReport, paint: Paint): string[] {
  if (blockedBy !== undefined) return [];
  return findings
    .filter(({ verdict }) => verdict === 'ok' || verdict === 'skipped')
    .map(({ seen, title, verdict }) => {
      const line = `${paint(verdict, SIGNS[verdict])} ${name.padEnd(11)} ${title}`;
      return seen === undefined ? line : `${line}: ${seen}`;
    });
}

function renderBlocked(checks: readonly CheckReport[], paint: Paint): string[] {
  const causes = [...new Set(checks.flatMap(({ blockedBy }) => blockedBy ?? []))];
  return causes.map((cause) => {
    const names = checks.filter(({ blockedBy }) => blockedBy === cause).map(({ name }) => name);
    return `${paint('skipped', SIGNS.skipped)} not tried   because of ${cause}: ${names.join(', ')}`;
  });
}
