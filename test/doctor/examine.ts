import { createRealClock } from '../../src/call/real-clock.ts';
import type { Clock } from '../../src/core/clock.ts';
import { CHECKS } from '../../src/doctor/checks/all.ts';
import type { Deployment } from '../../src/doctor/probe/deployment.ts';
import { Probe, type Target } from '../../src/doctor/probe/probe.ts';
import { type DoctorReport, runChecks } from '../../src/doctor/runner.ts';
import { createServerAddress } from '../../src/simulator/carrier/server-address.ts';
import { TOKEN } from './sample-server.ts';

/** Time that runs faster than the real one: whole calls in a second. */
export function createFastClock(factor: number): Clock {
  const real = createRealClock();
  return { now: () => real.now() * factor, at: (time, wake) => real.at(time / factor, wake) };
}

export interface Examination {
  readonly url: string;
  readonly publicUrl?: string;
  readonly factor?: number;
  readonly target?: Partial<Target>;
  readonly deployment?: Deployment;
}

export async function examine({ deployment, factor = 3, publicUrl, target, url }: Examination): Promise<DoctorReport> {
  const probe = new Probe({
    clock: factor === 1 ? createRealClock() : createFastClock(factor),
    deployment,
    target: {
      address: createServerAddress(url, publicUrl),
      webhookPath: '/voice',
      method: 'POST',
      authToken: TOKEN,
      accountSid: undefined,
      from: '+15551230001',
      to: '+15551230000',
      recordingPath: undefined,
      garbage: true,
      idleMs: undefined,
      ...target,
    },
  });
  return runChecks(CHECKS, probe);
}

/** What was found wrong, as `check verdict code title`; that a test's server is on loopback and plain is no news. */
export function troublesOf({ checks }: DoctorReport): string[] {
  return checks
    .filter(({ name }) => name !== 'dns')
    .flatMap(({ findings, name }) =>
      findings
        .filter(({ code, verdict }) => verdict === 'fail' || (verdict === 'warn' && code !== 31910))
        .map(({ code = '-', title, verdict }) => `${name} ${verdict} ${code} ${title}`),
    );
}
