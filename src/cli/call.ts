import path from 'node:path';
import { createRealClock } from '../call/real-clock.ts';
import { ConfigError } from '../core/errors.ts';
import { createFlite } from '../providers/flite/client.ts';
import { createBabbleVoice } from '../simulator/babble-voice.ts';
import { createLiveView } from '../simulator/live-view.ts';
import { OrderedView } from '../simulator/ordered-view.ts';
import { placeCall } from '../simulator/place-call.ts';
import { createSpeak, prepareScenario, type Script } from '../simulator/prepare-scenario.ts';
import { renderReport } from '../simulator/render-report.ts';
import type { CallReport } from '../simulator/report.ts';
import { checkScenario, loadScenario, type Scenario, type ScenarioSource } from '../simulator/scenario.ts';
import { authTokensOf, parseEnvironment } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface CallOptions {
  readonly scenario?: string;
  readonly say?: readonly string[];
  readonly audio?: readonly string[];
  readonly voice: string;
  readonly from: string;
  readonly to: string;
  readonly account?: string;
  readonly token?: string;
  readonly journals?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Calls a server and prints what happened; exit 1 when an expectation failed or the server broke the protocol. */
export async function call(url: string, options: CallOptions): Promise<ExitCode> {
  const environment = parseEnvironment(process.env);
  const baseUrl = originOf(url);
  const token = options.token ?? (await authTokensOf(environment))[0]!;
  const journals = options.journals ?? path.resolve(environment.KAV_DATA_DIR, 'journals');
  const account = options.account ?? environment.TWILIO_ACCOUNT_SID;
  const script = await prepareScript(await scenarioOf(options));
  const view = createTerminalView();
  const report = await placeCall({
    clock: createRealClock(),
    baseUrl,
    authToken: token,
    ...(account === undefined ? {} : { accountSid: account }),
    from: options.from,
    to: options.to,
    script,
    recordDir: options.out,
    journalPath: (callSid) => path.join(journals, `${callSid}.jsonl`),
    ...(options.json ? {} : { view }),
  });
  view.end();
  console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderReport(report)}`);
  return exitCodeOf(report);
}

export const exitCodeOf = ({ ok }: CallReport): ExitCode => (ok ? EXIT.ok : EXIT.no);

export function createTerminalView(): OrderedView {
  const view = createLiveView({ write: (line) => console.log(line), color: process.stdout.isTTY });
  return new OrderedView(createRealClock(), view);
}

/** Speaks the caller's lines ahead of the call, in English with the local voice; no local voice speaks another language. */
export async function prepareScript(scenario: Scenario): Promise<Script> {
  const context = {
    clock: createRealClock(),
    env: process.env,
    warn: (note: string) => console.error(`note: ${note}`),
  };
  const language = scenario.caller.language ?? 'en-US';
  const isEnglish = new Intl.Locale(language).language === 'en';
  if (!isEnglish) console.error(`note: no local voice speaks ${language}; the caller babbles.`);
  const voice = isEnglish ? createFlite(context) : createBabbleVoice();
  try {
    return await prepareScenario(scenario, createSpeak(voice, scenario));
  } finally {
    await voice.close();
  }
}

async function scenarioOf({ scenario, say, audio, voice }: CallOptions): Promise<Scenario> {
  if (scenario !== undefined) return loadScenario(scenario);
  const utterances = [
    ...(audio ?? []).map((file) => ({ play: path.resolve(file) })),
    ...(say ?? []).map((text) => ({ say: text })),
  ];
  if (utterances.length === 0) {
    throw new ConfigError('kav call', 'the caller has nothing to say', 'Give --scenario, --say or --audio.');
  }
  const steps = utterances.flatMap((utterance) => ['wait-for-agent' as const, utterance]);
  const source: ScenarioSource = {
    name: 'command line',
    caller: { voice },
    steps: [...steps, 'wait-for-agent', 'hang-up'],
  };
  return checkScenario(source, 'kav call');
}

function originOf(url: string): string {
  const parsed = URL.parse(url.includes('://') ? url : `http://${url}`);
  if (!parsed) throw new ConfigError('kav call', `${url} is not a URL`, 'Give, for example, http://127.0.0.1:8080.');
  return parsed.origin;
}
