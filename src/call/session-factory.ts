/** Makes the session of a stream, with everything that is its own: detector, journal, facts. */
import { FRAME_MS } from '../audio/frame.ts';
import type { Clock } from '../core/clock.ts';
import type { Prices } from '../core/cost.ts';
import type { EndpointingModel } from '../endpointing-model/contract.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { noTraces, type Traces } from '../observe/traces.ts';
import type { DetectorFactory } from '../vad/detector.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { CallFacts, type FactSource } from './call-facts.ts';
import type { CallProviders } from './call-providers.ts';
import type { CallRecord, StreamEnd } from './call-record.ts';
import { CallSession } from './call-session.ts';
import { TapSlot } from './call-tap.ts';
import type { Cluster } from './cluster.ts';
import type { Journal, JournalHead } from './journal.ts';
import { PlayoutScheduler } from './playout-scheduler.ts';
import { type Recorders, SessionRecording } from './session-recording.ts';
import type { MediaTransport } from './transport.ts';

export interface SessionFactoryOptions {
  readonly clock: Clock;
  readonly agent: AgentRuntime;
  /** The agent with the words of a version, or of the one that callers hear now; asked once for each call. */
  readonly agentFor?: ((version: number | undefined) => AgentRuntime) | undefined;
  readonly journals: { open(head: JournalHead): Journal };
  readonly log: Log;
  readonly metrics: Metrics;
  /** None when not given. */
  readonly traces?: Traces | undefined;
  readonly version: string;
  readonly detectors: DetectorFactory;
  /** The RMS below which nothing is speech (`VAD_RMS`). */
  readonly vadRms: number;
  /** Shared by all calls; whoever opened it closes it, after the switchboard. */
  readonly endpointingModel?: EndpointingModel | undefined;
  readonly facts: FactSource;
  /** There when the agent records. */
  readonly recorders?: Recorders | undefined;
  readonly cluster: Cluster;
  /** The operator's price list, when there is one. */
  readonly prices?: Prices | undefined;
}

export interface NewSession {
  readonly record: CallRecord;
  readonly streamSid: string;
  readonly transport: MediaTransport;
  readonly providers: CallProviders;
  readonly onEnd: (end: StreamEnd) => void;
  readonly onClosed: () => void;
}

/** The longest message has 64 KiB, and base64 needs four characters for three bytes. */
const SCRATCH_BYTES = 48 * 1024;

export class SessionFactory {
  readonly #o: SessionFactoryOptions;
  readonly #scheduler: PlayoutScheduler;
  #worstLateMs = 0;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

  constructor(options: SessionFactoryOptions) {
    this.#o = options;
    this.#scheduler = new PlayoutScheduler(options.clock, (lateMs) => {
      options.metrics.playoutLateness(lateMs);
      this.#worstLateMs = Math.max(this.#worstLateMs, lateMs);
    });
  }

  /** The latest that the sender of frames has woken since this was last asked. */
  takeWorstLateMs(): number {
    const worst = this.#worstLateMs;
    this.#worstLateMs = 0;
    return worst;
  }

  /** Who speaks in a call, from its announcement to its end. */
  agentOf(record: CallRecord): AgentRuntime {
    const { agent, agentFor } = this.#o;
    record.agent ??= agentFor?.(record.call.version) ?? agent;
    return record.agent;
  }

  create({ record, ...session }: NewSession): CallSession {
    const agent = this.agentOf(record);
    const { clock, cluster, detectors, endpointingModel, journals } = this.#o;
    const { log, metrics, traces = noTraces, vadRms } = this.#o;
    const { callSid } = record.call;
    const { settings } = agent.options;
    const facts = this.#factsOf(record, session.streamSid);
    const callLog = log.child({ sid: session.streamSid, call_sid: callSid });
    return new CallSession({
      ...session,
      clock,
      scheduler: this.#scheduler,
      agent,
      settings,
      vad: detectors.open({ rmsFloor: vadRms, sustainFrames: Math.round(settings.sustainMs / FRAME_MS) }),
      endpointingModel,
      callSid,
      journal: journals.open(this.#headOf(record, session.streamSid)),
      facts,
      recording: this.#recordingOf(record, facts, callLog),
      taps: new TapSlot(callLog),
      mayAct: () => cluster.mayAct(callSid),
      past: record.past,
      prices: this.#o.prices,
      log: callLog,
      metrics,
      traces,
      scratch: this.#scratch,
    });
  }

  #factsOf({ attempt, call, past }: CallRecord, streamSid: string): CallFacts {
    const {
      consent,
      acts = 0,
      consents = 0,
      consentLine,
      elapsedMs = 0,
      outcomes = 0,
      recordedTurns = 0,
      tools = [],
      turns = [],
    } = past ?? {};
    const used = tools.reduce((sum, { exchanges }) => sum + exchanges.length, 0);
    const told = { turns: recordedTurns, untold: turns.slice(recordedTurns) };
    const known = { ...told, outcomes, tools: used, consent, consents, consentLine, acts, elapsedMs };
    return new CallFacts({ ...this.#o.facts, callSid: call.callSid, streamSid, attempt, ...known });
  }

  /** A call that cannot be recorded is served all the same. */
  #recordingOf(record: CallRecord, facts: CallFacts, log: Log): SessionRecording | undefined {
    const { clock, recorders } = this.#o;
    const { announcedAt, call, past, startedAt } = record;
    const agent = this.agentOf(record);
    const { recording } = agent.options;
    if (!recorders || !recording) return undefined;
    try {
      const recorder = recorders.open({
        tenant: this.#o.facts.tenant,
        callSid: call.callSid,
        openedAt: new Date(announcedAt),
        startedAtMs: startedAt ?? clock.now(),
        segmentMs: recording.segmentSeconds * 1_000,
        onSegment: (fact) => {
          this.#o.metrics.recordingSegment('kept');
          facts.segment(fact);
        },
      });
      const { consent, isMuted } = past ?? {};
      const line = agent.consentLine;
      return new SessionRecording({ clock, log, facts, recorder, recorders, line, consent, isMuted });
    } catch (error) {
      log.error('RECORDING_ERROR', { error: String(error) });
      return undefined;
    }
  }

  #headOf(record: CallRecord, streamSid: string): JournalHead {
    const { attempt, call } = record;
    const { facts, version } = this.#o;
    const agent = this.agentOf(record);
    const { name, language, settings, stt, brain, tts } = agent.options;
    return {
      journal: 1,
      version,
      callSid: call.callSid,
      streamSid,
      ...(attempt > 1 ? { attempt } : {}),
      from: call.from,
      to: call.to,
      agent: name,
      language,
      providers: { stt: stt.name, brain: brain.name, tts: tts.name },
      caveats: agent.caveats,
      startedAt: facts.date().toISOString(),
      settings,
    };
  }
}
