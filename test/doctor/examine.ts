import type { Clock } from '../../src/core/clock.ts';
import { CHECKS } from '../../src/doctor/checks/all.ts';
import type { Deployment } from '../../src/doctor/probe/deployment.ts';
import { Probe, type Target } from '../../src/doctor/probe/probe.ts';
import { type DoctorReport, runChecks } from '../../src/doctor/runner.ts';
import { createServerAddress } from '../../src/simulator/carrier/server-address.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { TOKEN } from './sample-server.ts';

/**
 * Time for servers of this process: one millisecond passes with each turn of the event loop. What a turn brings over
 * loopback comes at once, however busy the machine is, and whole calls take a second.
 */
export function createLoopClock(): Clock & Disposable {
  const clock = new VirtualClock();
  let isOpen = true;
  const turn = (): void => {
    if (!isOpen) return;
    clock.advanceTo(clock.now() + 1);
    setImmediate(turn);
  };
  setImmediate(turn);
  return {
    now: () => clock.now(),
    at: (time, wake) => clock.at(time, wake),
    [Symbol.dispose]: () => {
      isOpen = false;
    },
  };
}

export interface Examination {
  readonly url: string;
  readonly publicUrl?: string;
  readonly clock: Clock;
  readonly target?: Partial<Target>;
  readonly deployment?: Deployment;
}

export const examine = (examination: Examination): Promise<DoctorReport> => runChecks(CHECKS, probeOf(examination));

export function probeOf({ clock, deployment, publicUrl, target, url }: Examination): Probe {
  return new Probe({
    clock,
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
