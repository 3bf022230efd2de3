/** `kav setup number +972…`: leads the calls of a number to this server, after showing what would change. */
import { ConfigError } from '../core/errors.ts';
import type { TwilioAccess } from '../doctor/probe/deployment.ts';
import { setUpNumber } from '../doctor/twilio/set-up-number.ts';
import { httpUrl } from '../twilio/public-origin.ts';
import { parseEnvironment, publicOriginOf } from './config.ts';
import { twilioAccess } from './deployment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface SetupOptions {
  readonly yes?: boolean;
  readonly webhook: string;
}

const E164 = /^\+[1-9]\d{6,14}$/;

export async function setup(number: string, { webhook, yes }: SetupOptions): Promise<ExitCode> {
  const environment = parseEnvironment(process.env);
  if (!E164.test(number))
    throw new ConfigError('kav setup number', `${number} is not a number in E.164`, 'Write it as +972501234567.');
  if (!webhook.startsWith('/')) throw new ConfigError('--webhook', `${webhook} is no path`, 'Begin it with a slash.');
  const origin = publicOriginOf(environment);
  if (!origin)
    throw new ConfigError('PUBLIC_HOST', 'is not set', 'Set it to the name by which Twilio reaches this server.');
  const access = twilioAccess(environment, number);
  if (!access)
    throw new ConfigError('TWILIO_AUTH_TOKEN', 'or TWILIO_ACCOUNT_SID is not set', 'Copy both from the console.');
  return setNumber(access, httpUrl(origin, webhook as `/${string}`), yes ?? false);
}

export async function setNumber(
  access: TwilioAccess,
  webhookUrl: string,
  yes: boolean,
  print: (line: string) => void = console.log,
): Promise<ExitCode> {
  let isPlanned = false;
  const { done, problem } = await setUpNumber({
    access,
    webhookUrl,
    confirm: async ({ changes }) => {
      isPlanned = true;
      print(`${access.number}:`);
      for (const { field, from, to } of changes) print(`  ${field.padEnd(12)} ${from} → ${to}`);
      return yes;
    },
  });
  if (done) print(isPlanned ? `Done. Calls to ${access.number} come here.` : `${access.number} leads here already.`);
  else print(isPlanned && !yes ? 'Nothing is changed yet: --yes does it.' : `Not done: ${problem}.`);
  return done || (isPlanned && !yes) ? EXIT.ok : EXIT.no;
}
