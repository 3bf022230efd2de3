/** `kav doctor`: GO or NO-GO for this deployment, or for any server that answers Twilio. */
import path from 'node:path';
import { createRealClock } from '../call/real-clock.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import { CHECKS } from '../doctor/checks/all.ts';
import { Probe, type Target } from '../doctor/probe/probe.ts';
import { renderDoctor, renderJson } from '../doctor/render.ts';
import { type DoctorReport, runChecks } from '../doctor/runner.ts';
import { createServerAddress, type ServerAddress } from '../simulator/carrier/server-address.ts';
import { authTokensOf, parseEnvironment, publicOriginOf, type RawEnvironment } from './config.ts';
import { deploymentOf } from './deployment.ts';
import { mend } from './doctor-fix.ts';
import type { Environment } from './environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface DoctorOptions {
  readonly webhook: string;
  readonly method: string;
  readonly token?: string;
  readonly account?: string;
  readonly from: string;
  readonly to: string;
  readonly public?: string;
  readonly recording?: string;
  readonly number?: string;
  readonly garbage: boolean;
  readonly idle?: boolean;
  readonly json?: boolean;
  readonly fix?: boolean;
  readonly envFile: string;
  readonly watch?: boolean;
}

const IDLE_MS = 75_000;
const OWN_RECORDING_PATH = '/webhook/recording_done';

export async function doctor(url: string | undefined, options: DoctorOptions): Promise<ExitCode> {
  const raw: RawEnvironment = process.env;
  const clock = createRealClock();
  if (options.watch) return watch(url, options, clock);
  const probe = url === undefined ? await ownProbe(raw, options, clock) : foreignProbe(url, options, clock);
  const progress = createProgress();
  const report = await runChecks(CHECKS, probe, progress.tell);
  progress.end();
  console.log(options.json ? renderJson(report) : renderDoctor(report, { color: process.stdout.isTTY }));
  if (options.fix) await mendAll(report, probe, options);
  return report.go ? EXIT.ok : EXIT.no;
}

async function watch(url: string | undefined, options: DoctorOptions, clock: Clock): Promise<ExitCode> {
  const { watchForeign, watchOwn } = await import('./doctor-watch.ts');
  const command = { json: options.json ?? false };
  if (url !== undefined) return watchForeign(foreignProbe(url, options, clock), command);
  return watchOwn(parseEnvironment(process.env).KAV_DATA_DIR, command);
}

interface Progress {
  readonly tell: (report: { readonly name: string }) => void;
  readonly end: () => void;
}

/** A terminal shows what has been asked, on a line that goes when the report comes. */
function createProgress(): Progress {
  const done: string[] = [];
  if (!process.stderr.isTTY) return { tell: () => {}, end: () => {} };
  return {
    tell: ({ name }) => {
      done.push(name);
      process.stderr.write(`\r\u001b[K${done.length} of ${CHECKS.length}: ${done.slice(-4).join(', ')} …`);
    },
    end: () => process.stderr.write('\r\u001b[K'),
  };
}

async function mendAll(report: DoctorReport, probe: Probe, { envFile, json }: DoctorOptions): Promise<void> {
  const fixes = report.checks.flatMap(({ findings }) => findings.flatMap(({ fix }) => (fix ? [fix] : [])));
  const print = json ? console.error : console.log;
  for (const line of await mend(fixes, { envFile: path.resolve(envFile), probe })) print(`fix: ${line}`);
  if (fixes.length === 0) print('fix: there is nothing that can be mended from here');
}

function foreignProbe(url: string, options: DoctorOptions, clock: Clock): Probe {
  const address = addressOf(url, options.public);
  const { account: accountSid, recording: recordingPath, token: authToken } = options;
  const target = { ...commonTarget(options), address, accountSid, authToken, recordingPath };
  return new Probe({ clock, target, deployment: undefined });
}

/** Faults of the environment are findings, not the end: what cannot be read is taken as not set. */
async function ownProbe(raw: RawEnvironment, options: DoctorOptions, clock: Clock): Promise<Probe> {
  const { deployment, environment } = deploymentOf(raw, { number: options.number, clock });
  const authToken = options.token ?? (await authTokensOf(environment))[0];
  const target = {
    ...commonTarget(options),
    address: ownAddress(environment, options.public),
    accountSid: options.account ?? environment.TWILIO_ACCOUNT_SID,
    authToken,
    recordingPath: options.recording ?? OWN_RECORDING_PATH,
  };
  return new Probe({ clock, target, deployment });
}

function commonTarget({
  from,
  garbage,
  idle,
  method,
  to,
  webhook,
}: DoctorOptions): Omit<Target, 'address' | 'accountSid' | 'authToken' | 'recordingPath'> {
  if (!webhook.startsWith('/')) throw new ConfigError('--webhook', `${webhook} is no path`, 'Begin it with a slash.');
  const verb = method.toUpperCase();
  if (verb !== 'POST' && verb !== 'GET')
    throw new ConfigError('--method', `${method} is not known`, 'Say POST or GET.');
  return { webhookPath: webhook, method: verb, from, to, garbage, idleMs: idle ? IDLE_MS : undefined };
}

/** With a public origin the whole way is tried, from its name on; without one, the port on this machine. */
function ownAddress(environment: Environment, behind: string | undefined): ServerAddress {
  const origin = publicOriginOf(environment);
  const local = `http://127.0.0.1:${environment.PORT}`;
  if (behind !== undefined) return addressOf(local, behind);
  return origin ? createServerAddress(`${origin.scheme}://${origin.host}`) : createServerAddress(local);
}

function addressOf(url: string, publicUrl: string | undefined): ServerAddress {
  const base = originOf(url);
  return publicUrl === undefined ? createServerAddress(base) : createServerAddress(base, originOf(publicUrl));
}

function originOf(url: string): string {
  const parsed = URL.parse(url.includes('://') ? url : `https://${url}`);
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed.origin;
  throw new ConfigError(
    'kav doctor',
    `${url} is not an http or https URL`,
    'Give, for example, https://voice.example.com.',
  );
}
