/** The heavy half of a server's start: the agent's file, its providers and its first words. */
import path from 'node:path';
import type { Agent } from '../call/agent.ts';
import { AgentRuntime } from '../call/agent-runtime.ts';
import { JournalFolder } from '../call/journal.ts';
import { createSpeechFolder } from '../call/speech-store.ts';
import { StreamTokens } from '../call/stream-tokens.ts';
import { Switchboard } from '../call/switchboard.ts';
import type { Clock } from '../core/clock.ts';
import type { CallSettings } from '../core/settings.ts';
import { type OpenCluster, openCluster } from '../nodes/cluster.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { FlushableLog } from '../observe/pino-log.ts';
import { ProviderHealth } from '../providers/resilience/health.ts';
import { loadAgent } from './agent-file.ts';
import { callSettingsOf, loadDetectors } from './call-settings.ts';
import { type RawEnvironment, recordingKeysFor } from './config.ts';
import type { Environment } from './environment.ts';
import { type Keeping, openKeeping } from './keeping.ts';
import { isProcessGone, nameProcess } from './process-name.ts';
import { createNewsDesk } from './provider-news.ts';
import { type ChosenProviders, chooseProviders } from './providers.ts';
import { VERSION } from './version.ts';

const NO_LIMIT = 1_000_000;

/** What the light half has made. */
export interface Parts {
  readonly environment: Environment;
  readonly raw: RawEnvironment;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: FlushableLog;
  readonly journalFolder: string;
  readonly authTokens: readonly string[];
}

export interface ReadyAgent {
  readonly name: string;
  readonly language: string;
  readonly providers: { readonly stt: string; readonly brain: string; readonly tts: string };
  /** What was passed over or is not the real thing, one plain line each. */
  readonly remarks: readonly string[];
}

export interface LoadedDesk {
  readonly desk: Switchboard;
  readonly runtime: AgentRuntime;
  readonly health: ProviderHealth;
  readonly keeping: Keeping;
  readonly cluster: OpenCluster;
  readonly ready: ReadyAgent;
}

/** Throws `ConfigError` when the agent, or everything in one of its chains, cannot be had. */
export async function loadDesk(parts: Parts): Promise<LoadedDesk> {
  const { clock, environment, journalFolder, log, metrics, raw } = parts;
  const agent = await loadAgent(environment.KAV_AGENT);
  recordingKeysFor(agent, environment); // throws when they are missing
  const onNews = createNewsDesk(log, metrics);
  const health = new ProviderHealth({ clock, onNews });
  const context = { clock, env: raw, warn: (note: string) => log.warn('PROVIDER_NOTE', { note }) };
  const chosen = await chooseProviders(agent, { environment, context, health, onNews });
  const runtime = await createRuntime(agent, chosen, parts);
  const detectors = await loadDetectors(environment.KAV_VAD);
  const limits = limitsOf(environment);
  const keeping = await openKeeping(parts);
  const cluster = openNodes(parts, keeping);
  try {
    await cluster.joined;
  } catch (error) {
    await cluster.close();
    await keeping.close();
    throw error;
  }
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
    detectors,
    vadRms: environment.VAD_RMS,
    mostCalls: Math.min(limits.node, limits.tenant, limits.total),
    accountSid: environment.TWILIO_ACCOUNT_SID,
    tokens: new StreamTokens(parts.authTokens),
    cluster,
    facts: { ...keeping.facts, date: () => cluster.date() },
  });
  // Calls may come before the lines are spoken; they then wait for the voice, as every other sentence does.
  runtime.prepare().catch((error: unknown) => log.error('TTS_ERROR', { message: String(error) }));
  const providers = { stt: chosen.stt.name, brain: chosen.brain.name, tts: chosen.tts.name };
  const remarks = [...chosen.passedOver, ...runtime.caveats];
  const ready = { name: agent.name, language: agent.language, providers, remarks };
  return { desk, runtime, health, keeping, cluster, ready };
}

function openNodes({ clock, environment, log, metrics }: Parts, { facts, settled, store }: Keeping): OpenCluster {
  return openCluster({
    store,
    clock,
    log,
    metrics,
    tenant: facts.tenant,
    node: facts.node,
    process: nameProcess(),
    isGone: isProcessGone,
    version: VERSION,
    isAlone: store.kind === 'embedded',
    limits: limitsOf(environment),
    date: facts.date,
    settled,
  });
}

function limitsOf({ KAV_MAX_CALLS, KAV_MAX_CALLS_TENANT, KAV_MAX_CALLS_TOTAL }: Environment) {
  return { node: KAV_MAX_CALLS, tenant: KAV_MAX_CALLS_TENANT ?? NO_LIMIT, total: KAV_MAX_CALLS_TOTAL ?? NO_LIMIT };
}

async function createRuntime(agent: Agent, chosen: ChosenProviders, parts: Parts): Promise<AgentRuntime> {
  const { environment, log } = parts;
  const { brain, ownVoice, stt, tts, voice } = chosen;
  const { greetingAudio, instructions } = agent;
  return new AgentRuntime({
    name: agent.name,
    language: agent.language,
    ...(voice === undefined ? {} : { voice }),
    ...(instructions === undefined ? {} : { instructions }),
    tools: agent.tools,
    greeting: agent.greeting ?? '',
    ...(greetingAudio === undefined ? {} : { greetingAudio: await loadGreeting(greetingAudio) }),
    lines: agent.lines,
    settings: settingsOf(environment, agent),
    stt,
    brain,
    tts,
    ownVoice,
    speechStore: createSpeechFolder(path.resolve(environment.KAV_DATA_DIR, 'speech')),
    onStoreError: (error) => log.warn('PROVIDER_NOTE', { note: `speech is not kept: ${error}` }),
  });
}

async function loadGreeting(file: string): Promise<Uint8Array> {
  const { loadRecordedAudio } = await import('../providers/recorded-audio.ts');
  return loadRecordedAudio(file);
}

function settingsOf(environment: Environment, { keysInterrupt, limits }: Agent): CallSettings {
  return {
    ...callSettingsOf(environment),
    ...(keysInterrupt === undefined ? {} : { keysInterrupt }),
    noInputMs: limits.noInputSeconds * 1000,
    noInputPrompts: limits.noInputPrompts,
    maxCallMs: limits.maxCallMinutes * 60_000,
  };
}
