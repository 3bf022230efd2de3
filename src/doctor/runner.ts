/** Asks every question as soon as what it builds on is answered; independent ones at the same time. */
import type { Clock } from '../core/clock.ts';
import type { Check } from './check.ts';
import { type Finding, fail, skipped } from './finding.ts';
import type { Probe } from './probe/probe.ts';
import { redactFinding } from './redact.ts';

export interface CheckReport {
  readonly name: string;
  readonly area: Check['area'];
  readonly title: string;
  readonly tookMs: number;
  readonly findings: readonly Finding[];
  /** The check whose failure kept this one from being tried. */
  readonly blockedBy?: string;
}

export interface DoctorReport {
  /** Nothing failed: a call can come. */
  readonly go: boolean;
  readonly target: string;
  readonly tookMs: number;
  readonly checks: readonly CheckReport[];
}

/** `onReport` is told of each check as it ends. Never rejects. */
export async function runChecks(
  checks: readonly Check[],
  probe: Probe,
  onReport: (report: CheckReport) => void = () => {},
): Promise<DoctorReport> {
  const { clock } = probe;
  const started = clock.now();
  const running = new Map<string, Promise<CheckReport>>();
  const start = (check: Check): Promise<CheckReport> => {
    const known = running.get(check.name);
    if (known) return known;
    const named = (names: readonly string[]) => checks.filter(({ name }) => names.includes(name));
    const needed = Promise.all(named(check.needs).map(start));
    const over = Promise.all(named(check.after ?? []).map(start));
    const report = Promise.all([needed, over]).then(([before]) => runCheck(check, before, probe));
    running.set(check.name, report);
    void report.then(onReport);
    return report;
  };
  const reports = await Promise.all(checks.map(start));
  const go = reports.every(({ findings }) => findings.every(({ verdict }) => verdict !== 'fail'));
  return {
    go,
    target: probe.target.address.publicUrl.href,
    tookMs: Math.round(clock.now() - started),
    checks: reports,
  };
}

async function runCheck(check: Check, before: readonly CheckReport[], probe: Probe): Promise<CheckReport> {
  const { clock } = probe;
  const { area, name, title } = check;
  const started = clock.now();
  const missing = before.find((report) => !hasPassed(report));
  if (missing) {
    const blockedBy = missing.blockedBy ?? missing.name;
    return {
      name,
      area,
      title,
      tookMs: 0,
      findings: [skipped(title, `not tried, because of ${blockedBy}`)],
      blockedBy,
    };
  }
  const findings = await within(clock, check.budgetMs, () => check.run(probe)).catch((error: unknown) => [
    faultOf(error),
  ]);
  const tookMs = Math.round(clock.now() - started);
  return { name, area, title, tookMs, findings: findings.map((finding) => redactFinding(finding, probe.secrets)) };
}

/** Nothing failed. A check that had nothing to ask stands in nobody's way; one that could not ask does. */
function hasPassed({ findings }: CheckReport): boolean {
  if (findings.some(({ verdict }) => verdict === 'fail')) return false;
  return findings.length === 0 || findings.some(({ verdict }) => verdict !== 'skipped');
}

function faultOf(error: unknown): Finding {
  const seen = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return fail('The check itself failed', { seen, remedy: 'Please report this with the line above.' });
}

function within<T extends readonly Finding[]>(
  clock: Clock,
  ms: number,
  run: () => Promise<T>,
): Promise<readonly Finding[]> {
  const late = Promise.withResolvers<readonly Finding[]>();
  const cancel = clock.at(clock.now() + ms, () =>
    late.resolve([fail('No result in time', { seen: `nothing after ${Math.round(ms / 1_000)} s` })]),
  );
  return Promise.race([run(), late.promise]).finally(cancel);
}
