/** The deployment that a command runs in, for the doctor: read as far as it can be, whatever is wrong with it. */
import { createRealClock } from '../call/real-clock.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import type { Deployment, ProvidersUnderTest, SettingProblem, TwilioAccess } from '../doctor/probe/deployment.ts';
import { ProviderHealth } from '../providers/resilience/health.ts';
import type { ProviderNews } from '../providers/resilience/news.ts';
import { checkAfterCallsSettings } from './after-calls-settings.ts';
import { loadAgent } from './agent-file.ts';
import { parseEnvironment, publicOriginOf, type RawEnvironment, recordingKeysFor } from './config.ts';
import { type Environment, VARIABLES } from './environment.ts';
import { chooseProviders } from './providers.ts';

export interface DeploymentOptions {
  readonly number: string | undefined;
  readonly clock?: Clock;
}

/** https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region */
const TWILIO_URLS = {
  apiUrl: 'https://api.twilio.com',
  monitorUrl: 'https://monitor.twilio.com',
  voiceUrl: 'https://voice.twilio.com',
  routesUrl: 'https://routes.twilio.com',
  regionUrls: {
    us1: 'https://api.ashburn.us1.twilio.com',
    ie1: 'https://api.dublin.ie1.twilio.com',
    au1: 'https://api.sydney.au1.twilio.com',
  },
} as const;

const SECRET = /(?:KEY|TOKEN|SECRET|PASSWORD|JSON|DATABASE_URL)/;

export function deploymentOf(
  raw: RawEnvironment,
  { clock = createRealClock(), number }: DeploymentOptions,
): { readonly deployment: Deployment; readonly environment: Environment } {
  const { environment, good, problems } = readWhatCan(raw);
  const variables = setVariables(raw);
  return {
    environment,
    deployment: {
      secrets: Object.entries(variables).flatMap(([name, value]) => (SECRET.test(name) ? value.split(',') : [])),
      variables,
      problems,
      dataDir: environment.KAV_DATA_DIR,
      deployId: environment.DEPLOY_ID,
      hasPublicOrigin: environment.PUBLIC_BASE_URL !== undefined || environment.PUBLIC_HOST !== undefined,
      openProviders: () => openProviders(environment, good, clock),
      twilio: twilioAccess(environment, number),
    },
  };
}

/** Takes out one variable after another, until what is left is right. */
function readWhatCan(raw: RawEnvironment): {
  readonly environment: Environment;
  readonly good: RawEnvironment;
  readonly problems: readonly SettingProblem[];
} {
  const problems: SettingProblem[] = [];
  const good: Record<string, string | undefined> = { ...raw };
  for (;;) {
    try {
      const environment = parseEnvironment(good);
      for (const check of [
        () => publicOriginOf(environment),
        () => checkAfterCallsSettings(environment, createRealClock()),
      ])
        problems.push(...problemOf(check));
      if (problems.some(({ name }) => name.startsWith('PUBLIC_'))) {
        return { environment: { ...environment, PUBLIC_BASE_URL: undefined, PUBLIC_HOST: undefined }, good, problems };
      }
      return { environment, good, problems };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const written = spellingsOf(error.key).filter((name) => good[name] !== undefined);
      if (written.length === 0) throw error;
      problems.push({ name: error.key, problem: error.problem, remedy: error.remedy });
      for (const name of written) good[name] = undefined;
    }
  }
}

/** `EoU_MS` is read too. */
const spellingsOf = (name: string): readonly string[] => (name === 'EOU_MS' ? [name, 'EoU_MS'] : [name]);

function problemOf(check: () => unknown): SettingProblem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ name: error.key, problem: error.problem, remedy: error.remedy }];
  }
}

function setVariables(raw: RawEnvironment): Record<string, string> {
  const names = new Set([
    ...VARIABLES.map(({ name }) => name),
    ...Object.keys(raw).filter((name) => /^TWILIO_.*NUMBER$/.test(name)),
  ]);
  return Object.fromEntries([...names].flatMap((name) => (raw[name]?.trim() ? [[name, raw[name].trim()]] : [])));
}

export function twilioAccess(environment: Environment, number: string | undefined): TwilioAccess | undefined {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: tokens } = environment;
  const authToken = tokens?.split(',')[0]?.trim();
  if (accountSid === undefined || !authToken) return undefined;
  return { accountSid, authToken, number, ...TWILIO_URLS };
}

/** As the server opens them: the agent's chains, and the settings of the environment. */
async function openProviders(environment: Environment, env: RawEnvironment, clock: Clock): Promise<ProvidersUnderTest> {
  const agent = await loadAgent(environment.KAV_AGENT);
  recordingKeysFor(agent, environment);
  const news: ProviderNews[] = [];
  const onNews = (one: ProviderNews): void => void news.push(one);
  const health = new ProviderHealth({ clock, onNews });
  const notes: string[] = [];
  const context = { clock, env, warn: (line: string) => void notes.push(line) };
  const meter = { clock, onUse: () => {}, onFirst: () => {}, onEnd: () => {} };
  const choosing = { environment, context, health, onNews, meter };
  const { brain, passedOver, serving, stt, tts, voice } = await chooseProviders(agent, choosing);
  let closing: Promise<void> | undefined;
  return {
    language: agent.language,
    voice,
    instructions: agent.instructions,
    stt,
    brain,
    tts,
    passedOver,
    serving,
    context,
    news: () => [...notes, ...news.flatMap(tell)],
    close: () => {
      closing ??= Promise.all([stt.close(), brain.close(), tts.close()]).then(() => health.close());
      return closing;
    },
  };
}

function tell(news: ProviderNews): string[] {
  if (news.type === 'failed') return [`${news.provider} ${news.operation}: ${news.message}`];
  return news.type === 'switched' ? [`${news.operation}: ${news.to} stands in for ${news.from}`] : [];
}
