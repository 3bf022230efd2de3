/** What the console asks of the doctor: this deployment seen from inside, by checks that make no call and cost nothing. */
import type { SetupFacts } from '../api/home/deps.ts';
import type { Clock } from '../core/clock.ts';
import { CHECKS } from '../doctor/checks/all.ts';
import type { TwilioAccess } from '../doctor/probe/deployment.ts';
import { Probe } from '../doctor/probe/probe.ts';
import { type CheckReport, runChecks } from '../doctor/runner.ts';
import { planNumber } from '../doctor/twilio/number-plan.ts';
import { TwilioRest } from '../doctor/twilio/rest.ts';
import { createServerAddress } from '../simulator/carrier/server-address.ts';
import { httpUrl } from '../twilio/public-origin.ts';
import { publicOriginOf, type RawEnvironment } from './config.ts';
import { deploymentOf, twilioAccess } from './deployment.ts';
import type { Environment } from './environment.ts';

const WEBHOOK_PATH = '/webhook/incoming_call';
const ASKED = new Set(['settings', 'machine', 'dns', 'tls', 'health', 'twilio', 'permissions', 'region']);

export interface ConsoleChecksOptions {
  readonly raw: RawEnvironment;
  readonly environment: Environment;
  readonly clock: Clock;
  /** The port that this process listens on. */
  readonly port: number;
}

export function consoleChecks(options: ConsoleChecksOptions): () => Promise<readonly CheckReport[]> {
  const { clock, environment, port, raw } = options;
  const origin = originOf(environment);
  return async () => {
    const { deployment } = deploymentOf(raw, { number: undefined, clock });
    const target = {
      address: createServerAddress(origin ?? `http://127.0.0.1:${port}`),
      webhookPath: WEBHOOK_PATH,
      method: 'POST' as const,
      authToken: deployment.twilio?.authToken,
      accountSid: environment.TWILIO_ACCOUNT_SID,
      from: '+15005550006', // nobody's (Twilio's test credentials); no call is made
      to: '+15005550006',
      recordingPath: undefined,
      garbage: false,
      idleMs: undefined,
    };
    const checks = CHECKS.filter(({ name }) => ASKED.has(name));
    return (await runChecks(checks, new Probe({ clock, target, deployment }))).checks;
  };
}

/** Numbers and account, as Twilio's own API tells them; `access` is another in tests only. */
export function setupFacts(
  environment: Environment,
  providers: SetupFacts['providers'],
  access: TwilioAccess | undefined = twilioAccess(environment, undefined),
): SetupFacts {
  const origin = originOf(environment);
  const webhookUrl = origin === undefined ? undefined : `${origin}${WEBHOOK_PATH}`;
  return {
    publicOrigin: () => origin,
    hasAccount: access !== undefined,
    providers,
    readNumbers: async () => {
      if (!access) return { ok: false, isRefused: false, problem: 'no account is set' };
      const answer = await new TwilioRest(access).numbers();
      if (!answer.ok) {
        const isRefused = [401, 403, 404].includes(answer.status);
        return { ok: false, isRefused, problem: answer.message };
      }
      const numbers = answer.value.map((number) => ({
        number: number.phone_number,
        leadsHere: webhookUrl !== undefined && number.voice_url === webhookUrl,
        changes: webhookUrl === undefined ? [] : planNumber(number, webhookUrl).changes,
      }));
      return { ok: true, numbers };
    },
  };
}

function originOf(environment: Environment): string | undefined {
  const origin = publicOriginOf(environment);
  return origin && httpUrl(origin, '/').replace(/\/$/, '');
}
