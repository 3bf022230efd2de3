/** A probe of a deployment whose server is not asked: for the checks that look at its settings, vendors and account. */
import { createRealClock } from '../../call/real-clock.ts';
import { createServerAddress } from '../../simulator/carrier/server-address.ts';
import type { Deployment } from './deployment.ts';
import { Probe, type ProbeOptions } from './probe.ts';

const TARGET = {
  address: createServerAddress('https://voice.example.com'),
  webhookPath: '/webhook/incoming_call',
  method: 'POST',
  authToken: undefined,
  accountSid: undefined,
  from: '+15551230001',
  to: '+15551230000',
  recordingPath: undefined,
  garbage: true,
  idleMs: undefined,
} as const;

export const probeOfDeployment = (deployment: ProbeOptions['deployment'], clock = createRealClock()): Probe =>
  new Probe({ clock, target: TARGET, deployment });

/** A deployment of which nothing is set. */
export const bareDeployment: Deployment = {
  secrets: [],
  variables: {},
  problems: [],
  dataDir: '.',
  deployId: undefined,
  hasPublicOrigin: true,
  openProviders: () => Promise.reject(new Error('not asked')),
  twilio: undefined,
};
