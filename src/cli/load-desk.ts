/** The heavy half of a server's start: the agent's file, its providers and its first words. */
import path from 'node:path';
import { Phones } from '../api/phone/phones.ts';
import type { Agent } from '../call/agent.ts';
import { AgentRuntime } from '../call/agent-runtime.ts';
import type { AgentVersions } from '../call/agent-versions.ts';
import { JournalFolder } from '../call/journal.ts';
import { createSpeechFolder } from '../call/speech-store.ts';
import { StreamTokens } from '../call/stream-tokens.ts';
import { Switchboard } from '../call/switchboard.ts';
import { watchedJournals } from '../call/watched-journals.ts';
import type { Clock } from '../core/clock.ts';
import type { CallSettings } from '../core/settings.ts';
import type { LoadedModel } from '../endpointing-model/endpointing-model.ts';
import { storeBus } from '../live/bus/bus.ts';
import { Live } from '../live/live.ts';
import { type OpenCluster, openCluster } from '../nodes/cluster.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { FlushableLog } from '../observe/pino-log.ts';
import type { Traces } from '../observe/traces.ts';
import type { WatchFeed } from '../observe/watch-feed.ts';
import { ProviderHealth } from '../providers/resilience/health.ts';
import type { RecordingKeys } from '../recording/keys.ts';
import { RECORDINGS_FOLDER } from '../recording/layout.ts';
import { Recordings } from '../recording/recordings.ts';
import { sentencesOf } from '../why/sentences.ts';
import { type AfterCallsWork, startAfterCalls } from './after-calls.ts';
import { checkAfterCallsSettings } from './after-calls-settings.ts';
import { loadAgent } from './agent-file.ts';
import { openAgentVersions } from './agent-versions.ts';
import { callSettingsOf, loadDetectors, loadEndpointingModel } from './call-settings.ts';
import { type RawEnvironment, recordingKeysFor } from './config.ts';
import type { Environment } from './environment.ts';
import { type Keeping, openKeeping } from './keeping.ts';
import { callNamedIn } from './log-fields.ts';
import { loadPrices } from './prices.ts';
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
  readonly traces: Traces;
  readonly log: FlushableLog;
  readonly watchFeed: WatchFeed;
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
  /** For those who look on at the calls, and step in. */
  readonly live: Live;
  /** Calls from browsers. */
  readonly phones: Phones;
  readonly runtime: AgentRuntime;
  /** What the agent says to those who call now, and what is being tried. */
  readonly versions: AgentVersions;
  readonly recordingKeys: RecordingKeys | undefined;
  readonly health: ProviderHealth;
  readonly keeping: Keeping;
  readonly afterCalls: AfterCallsWork;
  readonly recordings: Recordings | undefined;
  readonly endpointingModel: LoadedModel | undefined;
  readonly cluster: OpenCluster;
  readonly ready: ReadyAgent;
}

/** Throws `ConfigError` when the agent, or everything in one of its chains, cannot be had. */
export async function loadDesk(parts: Parts): Promise<LoadedDesk> {
  const { clock, environment, journalFolder, log, metrics, raw, traces } = parts;
  const agent = await loadAgent(environment.KAV_AGENT);
  const recordingKeys = recordingKeysFor(agent, environment);
  checkAfterCallsSettings(environment, clock);
  const prices = await loadPrices(environment.KAV_PRICES);
  let desk: Switchboard | undefined;
  const { meter, onNews } = createNewsDesk({ clock, log, metrics, calls: () => desk });
  const health = new ProviderHealth({ clock, onNews });
  const warn = (note: string): void => log.warn('PROVIDER_NOTE', { note });
  const context = { clock, env: raw, warn };
  const chosen = await chooseProviders(agent, { environment, context, health, onNews, meter });
  const runtime = await createRuntime(agent, chosen, parts);
  const detectors = await loadDetectors(environment.KAV_VAD);
  const endpointingModel = await loadEndpointingModel(environment, { clock, warn, onFate: metrics.endpointingModel });
  const limits = limitsOf(environment);
  const keeping = await openKeeping(parts);
  metrics.watchKeeping(() => ({
    ledger: keeping.ledger.stats(),
    storeReady: keeping.store.state.status === 'ready',
  }));
  const cluster = await joinNodes(parts, keeping);
  const recordings = recordingKeys && openRecordings(parts, recordingKeys);
  const journals = new JournalFolder({
    folder: journalFolder,
    clock,
    onError: (error, callSid) => log.error('JOURNAL_ERROR', { call_sid: callSid, error: String(error) }),
  });
  const versions = openAgentVersions({ file: runtime, keeping, clock, log });
  const live = new Live({
    clock,
    node: cluster.node,
    date: () => cluster.date(),
    tell: sentencesOf,
    operatorsOf: (callSid) => desk?.operatorsOf(callSid),
    bus: keeping.store.kind === 'postgres' ? storeBus(keeping.store, environment.KAV_TENANT) : undefined,
  });
  desk = new Switchboard({
    clock,
    audience: live.audience,
    agent: runtime,
    agentFor: (version) => versions.agentFor(version),
    journals: watchedJournals(journals, parts.watchFeed),
    log,
    metrics,
    traces,
    version: VERSION,
    detectors,
    endpointingModel,
    vadRms: environment.VAD_RMS,
    mostCalls: Math.min(limits.node, limits.tenant, limits.total),
    accountSid: environment.TWILIO_ACCOUNT_SID,
    tokens: new StreamTokens(parts.authTokens),
    cluster,
    facts: { ...keeping.facts, date: () => cluster.date() },
    recorders: recordings,
    prices,
  });
  // The work after calls is no caller's business: a server that answers is ready without it.
  const afterCalls = startAfterCalls({
    environment,
    keeping,
    brain: chosen.brain,
    language: agent.language,
    clock,
    log,
    metrics,
  });
  // Calls may come before the lines are spoken; they then wait for the voice, as every other sentence does.
  runtime.prepare().catch((error: unknown) => log.error('TTS_ERROR', { message: String(error) }));
  const providers = { stt: chosen.stt.name, brain: chosen.brain.name, tts: chosen.tts.name };
  const remarks = [...chosen.passedOver, ...runtime.caveats, ...(endpointingModel?.remarks ?? [])];
  const ready = { name: agent.name, language: agent.language, providers, remarks };
  const phones = new Phones({
    store: keeping.store,
    desk,
    tenant: environment.KAV_TENANT,
    accountSid: environment.TWILIO_ACCOUNT_SID,
    prepareVersion: async (version) => (await versions.runtimeFor(version)) !== undefined,
    log,
  });
  return {
    ...{ desk, live, phones, runtime, versions, health, keeping, cluster, afterCalls },
    ...{ recordings, recordingKeys, endpointingModel, ready },
  };
}

function openRecordings({ clock, environment, log, metrics }: Parts, keys: RecordingKeys): Recordings {
  return new Recordings({
    root: path.resolve(environment.KAV_DATA_DIR, RECORDINGS_FOLDER),
    keys,
    clock,
    onError: (error, { file, givenUp }) => {
      if (givenUp) metrics.recordingSegment('lost');
      log.error('RECORDING_ERROR', { ...callNamedIn(file), file, given_up: givenUp, error: String(error) });
    },
  });
}

async function joinNodes(parts: Parts, keeping: Keeping): Promise<OpenCluster> {
  const cluster = openNodes(parts, keeping);
  try {
    await cluster.joined;
    return cluster;
  } catch (error) {
    await cluster.close();
    await keeping.close();
    throw error;
  }
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
    ...(agent.recording ? { recording: agent.recording } : {}),
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
