/** The composition root: everything a running Kav is made of is put together here, and nowhere else. */
import path from 'node:path';
import type { Agent } from '../call/agent.ts';
import type { AgentRuntime } from '../call/agent-runtime.ts';
import { createRealClock } from '../call/real-clock.ts';
import type { Switchboard } from '../call/switchboard.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import { type CallSettings, defaultSettings } from '../core/settings.ts';
import { createMetrics, type Metrics } from '../observe/metrics.ts';
import { createLog, type FlushableLog } from '../observe/pino-log.ts';
import type { Brain, ProviderContext, SpeechToText, TextToSpeech } from '../providers/contracts.ts';
import type { Flow } from '../providers/flow/definition.ts';
import { type HttpServer, openHttpServer } from '../server/http-server.ts';
import { authTokensOf, parseEnvironment, publicOriginOf, type RawEnvironment } from './config.ts';
import type { Environment } from './environment.ts';
import { VERSION } from './version.ts';

export interface Kav {
  readonly url: string;
  readonly port: number;
  readonly authToken: string;
  /** Where the journals of calls are. */
  readonly journalFolder: string;
  /** Resolves when the agent can take calls. Rejects, mostly with `ConfigError`, when it never will. */
  readonly ready: Promise<ReadyAgent>;
  /** Refuses new calls; resolves when the running ones have ended. */
  drain(): Promise<void>;
  /** Apologises to the callers that are left; resolves when they have gone. */
  endCalls(): Promise<void>;
  /** Ends what is left and lets go of everything. Idempotent. */
  close(): Promise<void>;
}

export interface ReadyAgent {
  readonly name: string;
  readonly language: string;
  readonly providers: { readonly stt: string; readonly brain: string; readonly tts: string };
  /** What was passed over or is not the real thing, one plain line each. */
  readonly remarks: readonly string[];
}

/** Listens first, then loads the agent and its providers. Throws `ConfigError` for a wrong environment. */
export async function openKav(raw: RawEnvironment, isTerminal: boolean): Promise<Kav> {
  const environment = parseEnvironment(raw);
  const clock = createRealClock();
  const metrics = createMetrics();
  const pretty = environment.LOG_FORMAT === undefined ? isTerminal : environment.LOG_FORMAT === 'pretty';
  const log = createLog({ level: environment.LOG_LEVEL, pretty, pii: environment.LOG_PII });
  const publicOrigin = publicOriginOf(environment);
  const authTokens = await authTokensOf(environment);
  const journalFolder = path.resolve(environment.KAV_DATA_DIR, 'journals');
  const parts: Parts = { environment, raw, clock, metrics, log, journalFolder };
  const loading = loadDesk(parts);
  loading.catch(() => {}); // reported through `ready`; a desk that never comes is answered for by the server
  const server = await openHttpServer({
    port: environment.PORT,
    host: environment.HOST,
    ...(publicOrigin === undefined ? {} : { publicOrigin }),
    trustedProxies: environment.TRUSTED_PROXIES.split(',').map((proxy) => proxy.trim()),
    authTokens: () => authTokens,
    desk: loading.then(({ desk }) => desk),
    log,
    metrics,
    clock,
    deployId: environment.DEPLOY_ID,
    version: VERSION,
  });
  return {
    url: server.url,
    port: server.port,
    authToken: authTokens[0]!,
    journalFolder,
    ready: loading.then(({ ready }) => ready),
    drain: () => server.startDrain(),
    endCalls: async () => (await loading).desk.endCalls(),
    close: once(() => closeAll(server, loading, parts)),
  };
}

interface Parts {
  readonly environment: Environment;
  readonly raw: RawEnvironment;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: FlushableLog;
  readonly journalFolder: string;
}

interface LoadedDesk {
  readonly desk: Switchboard;
  readonly runtime: AgentRuntime;
  readonly ready: ReadyAgent;
}

/** The heavy half of the start: the agent's file, its providers and its first words. */
async function loadDesk({ environment, raw, clock, metrics, log, journalFolder }: Parts): Promise<LoadedDesk> {
  const [{ loadAgent }, { AgentRuntime }, { Switchboard }, { JournalFolder }] = await Promise.all([
    import('./agent-file.ts'),
    import('../call/agent-runtime.ts'),
    import('../call/switchboard.ts'),
    import('../call/journal.ts'),
  ]);
  const agent = await loadAgent(environment.KAV_AGENT);
  const chosen = await chooseProviders(agent, environment, { clock, env: raw });
  const { stt, brain, tts, greetingAudio, passedOver } = chosen;
  const runtime = new AgentRuntime({
    name: agent.name,
    language: agent.language,
    ...(agent.voice === undefined ? {} : { voice: agent.voice }),
    greeting: agent.greeting ?? '',
    ...(greetingAudio === undefined ? {} : { greetingAudio }),
    lines: agent.lines,
    settings: settingsOf(environment, agent),
    stt,
    brain,
    tts,
  });
  const journals = new JournalFolder({
    folder: journalFolder,
    clock,
    onError: (error, callSid) => log.error('JOURNAL_ERROR', { call_sid: callSid, error: String(error) }),
  });
  const desk = new Switchboard({
    clock,
    agent: runtime,
    journals,
    log,
    metrics,
    version: VERSION,
    vadRms: environment.VAD_RMS,
    mostCalls: environment.KAV_MAX_CALLS,
    accountSid: environment.TWILIO_ACCOUNT_SID,
    date: () => new Date(),
  });
  // Calls may come before the lines are spoken; they then wait for the voice, as every other sentence does.
  runtime.prepare().catch((error: unknown) => log.error('TTS_ERROR', { message: String(error) }));
  const providers = { stt: stt.name, brain: brain.name, tts: tts.name };
  const remarks = [...passedOver, ...runtime.caveats];
  return { desk, runtime, ready: { name: agent.name, language: agent.language, providers, remarks } };
}

function settingsOf(environment: Environment, agent: Agent): CallSettings {
  return {
    ...defaultSettings,
    endpointingMs: environment.EOU_MS,
    bargeIn: environment.BARGE_IN,
    dedupWindowMs: environment.DEDUP_WINDOW_SEC * 1000,
    playoutLeadMs: environment.PLAYOUT_LEAD_MS,
    noInputMs: agent.limits.noInputSeconds * 1000,
    noInputPrompts: agent.limits.noInputPrompts,
    maxCallMs: agent.limits.maxCallMinutes * 60_000,
  };
}

interface ChosenProviders {
  readonly stt: SpeechToText;
  readonly brain: Brain;
  readonly tts: TextToSpeech;
  readonly greetingAudio?: Uint8Array;
  readonly passedOver: readonly string[];
}

async function chooseProviders(
  agent: Agent,
  environment: Environment,
  context: ProviderContext,
): Promise<ChosenProviders> {
  const registry = await import('../providers/registry.ts');
  const passedOver: string[] = [];
  const stt = await firstOf(listOf(environment.KAV_STT) ?? agent.stt, 'KAV_STT', passedOver, (spec) =>
    registry.openSpeechToText(spec, context),
  );
  const tts = await firstOf(listOf(environment.KAV_TTS) ?? agent.tts, 'KAV_TTS', passedOver, (spec) =>
    registry.openTextToSpeech(spec, context),
  );
  const brain = await firstOf(brainsOf(agent, environment), 'KAV_BRAIN', passedOver, async (entry) => {
    if (typeof entry === 'string') return registry.openBrain(entry, context);
    const { flowBrain } = await import('../providers/flow/brain.ts');
    return { ok: true, provider: flowBrain(entry) };
  });
  const chosen = { stt, brain, tts, passedOver };
  if (agent.greetingAudio === undefined) return chosen;
  const { loadRecordedAudio } = await import('../providers/recorded-audio.ts');
  return { ...chosen, greetingAudio: await loadRecordedAudio(agent.greetingAudio) };
}

/** `flow` stands for the flow in the agent's file, so that it can be chosen over the agent's model. */
function brainsOf(agent: Agent, environment: Environment): readonly (string | Flow)[] {
  const flows = agent.brain.filter((entry) => typeof entry !== 'string');
  const names = listOf(environment.KAV_BRAIN);
  return names ? names.flatMap((name): (string | Flow)[] => (name === 'flow' ? flows : [name])) : agent.brain;
}

function listOf(value: string | undefined): readonly string[] | undefined {
  const names = value?.split(',').map((name) => name.trim());
  return names?.filter((name) => name !== '');
}

type Offer<P> = { readonly ok: true; readonly provider: P } | { readonly ok: false; readonly reason: string };

/** The first provider of a chain that can be had; the ones before it are named, because nobody should wonder. */
async function firstOf<Entry, P>(
  chain: readonly Entry[],
  key: string,
  passedOver: string[],
  open: (entry: Entry) => Promise<Offer<P>>,
): Promise<P> {
  const reasons: string[] = [];
  for (const entry of chain) {
    const offer = await open(entry).catch(refusalOf);
    if (!offer.ok) {
      reasons.push(offer.reason);
      continue;
    }
    passedOver.push(...reasons);
    return offer.provider;
  }
  const problem = reasons.length > 0 ? reasons.join('; ') : 'names nothing that the agent has';
  throw new ConfigError(key, problem, `Name a provider that this machine has; \`fake\` is always there.`);
}

/** A provider that is there but set up wrongly is passed over as well, and named with what is wrong. */
function refusalOf(error: unknown): { readonly ok: false; readonly reason: string } {
  if (error instanceof ConfigError) return { ok: false, reason: error.message };
  throw error;
}

async function closeAll(server: HttpServer, loading: Promise<LoadedDesk>, { log, metrics }: Parts): Promise<void> {
  const loaded = await loading.catch(() => undefined);
  await loaded?.desk.close();
  await server.close();
  await loaded?.runtime.close();
  metrics.close();
  log.flush();
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
