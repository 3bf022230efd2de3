/** The benchmark's result for a person. */
import { loadavg } from 'node:os';
import type { OwnShare } from '../own-share.ts';
import type { Load, LoadPlan } from './load.ts';

export interface KavLoad extends Load, OwnShare {
  /** From the start of the process until it was at rest, its store open and copied. */
  readonly startMs: number;
  readonly startCpuMs: number;
  /** Resident memory at rest, without a call; and that of a Kav whose database is away. */
  readonly restMb: number;
  readonly restWithoutStoreMb: number;
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const mb = (value: number): string => `${value.toFixed(2)} MB`;
const each = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(' ');

function row(name: string, kav: string, echo: string, goal = ''): void {
  console.log(`${name.padEnd(38)} ${kav.padStart(12)} ${echo.padStart(12)}   ${goal}`.trimEnd());
}

export function printLoad({ calls, windowMs, windows }: LoadPlan, kav: KavLoad, echo: Load): void {
  const [load = 0] = loadavg();
  console.log(
    `\n${calls} calls, medians of ${windows} windows of ${windowMs / 1000} s; load average ${load.toFixed(1)}`,
  );
  row('', 'Kav', 'bare echo', 'goal');
  const ratio = (kav.cpuMsPerCallSecond / echo.cpuMsPerCallSecond).toFixed(2);
  row(
    'CPU per call-second',
    ms(kav.cpuMsPerCallSecond),
    ms(echo.cpuMsPerCallSecond),
    `ratio ${ratio} (3 at most; 1.5 with KAV_VAD=rms)`,
  );
  console.log(`  in each window, ms                   ${each(kav.cpuOfWindows)} | ${each(echo.cpuOfWindows)}`);
  row('outbound jitter p50', ms(kav.jitterP50Ms), ms(echo.jitterP50Ms));
  row('outbound jitter p99', ms(kav.jitterP99Ms), ms(echo.jitterP99Ms), '5 ms at most');
  row('  frame later than its time p99', `≤ ${kav.latenessP99Ms} ms`, '-', 'in the server itself');
  row('underruns heard, ramp and all', String(kav.underruns), '-', '0');
  row('  known to the server', String(kav.underrunsKnown), '-', '0');
  row("callers' own longest stall", ms(kav.callersStallMs), ms(echo.callersStallMs), 'past 200 ms they hear it');
  row('RSS per call, above rest', mb(kav.rssMbPerCall), mb(echo.rssMbPerCall), '0.5 MB at most');
  printTimes(kav);
  row('caller turns', String(kav.callers.turns), '-');
  row('interruptions answered', `${kav.callers.bargeInMs.length}/${kav.callers.interruptions}`, '-', 'all');
  if (kav.callers.refused > 0) row('calls refused', String(kav.callers.refused), '-', '0');
  printStart(kav);
  const warnings = kav.callers.warnings.filter((warning) => !warning.startsWith('speech was cut'));
  for (const warning of warnings) console.log(`  warning: ${warning}`);
}

function printTimes({ answerMs, callers, greetingMs }: KavLoad): void {
  row('barge-in, speech to clear p50', ms(quantile(callers.bargeInMs, 0.5)), '-');
  row('barge-in, speech to clear p95', ms(quantile(callers.bargeInMs, 0.95)), '-', '250 ms at most');
  row('end of turn to answer, own share p50', ms(quantile(answerMs, 0.5)), '-', '10 ms at most');
  row('  the same p99', ms(quantile(answerMs, 0.99)), '-', '30 ms at most');
  row('start to greeting p95', ms(quantile(greetingMs, 0.95)), '-', '300 ms at most');
}

/** Once per process, whatever the number of calls; not part of what is above. */
function printStart({ restMb, restWithoutStoreMb, startCpuMs, startMs }: KavLoad): void {
  row('start until at rest', `${(startMs / 1000).toFixed(1)} s`, '-');
  row('  its CPU', `${(startCpuMs / 1000).toFixed(1)} s`, '-');
  row('RSS at rest', `${restMb.toFixed(0)} MB`, '-');
  row('  of it the database', `${(restMb - restWithoutStoreMb).toFixed(0)} MB`, '-');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
