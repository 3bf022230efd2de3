/** Makes the session of a stream, with everything that is its own: detector, journal, facts. */
import { FRAME_MS } from '../audio/frame.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { DetectorFactory } from '../vad/detector.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { CallFacts, type FactSource } from './call-facts.ts';
import type { CallProviders } from './call-providers.ts';
import type { CallRecord, StreamEnd } from './call-record.ts';
import { CallSession } from './call-session.ts';
import type { Cluster } from './cluster.ts';
import type { Journal, JournalHead } from './journal.ts';
import { PlayoutScheduler } from './playout-scheduler.ts';
import type { MediaTransport } from './transport.ts';

export interface SessionFactoryOptions {
  readonly clock: Clock;
  readonly agent: AgentRuntime;
  readonly journals: { open(head: JournalHead): Journal };
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  readonly detectors: DetectorFactory;
  /** The RMS below which nothing is speech (`VAD_RMS`). */
  readonly vadRms: number;
  readonly facts: FactSource;
  readonly cluster: Cluster;
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
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

  constructor(options: SessionFactoryOptions) {
    this.#o = options;
    this.#scheduler = new PlayoutScheduler(options.clock, (lateMs) => options.metrics.playoutLateness(lateMs));
  }

  create({ record, ...session }: NewSession): CallSession {
    const { agent, clock, cluster, detectors, journals, log, metrics, vadRms } = this.#o;
    const { callSid } = record.call;
    const { settings } = agent.options;
    return new CallSession({
      ...session,
      clock,
      scheduler: this.#scheduler,
      agent,
      settings,
      vad: detectors.open({ rmsFloor: vadRms, sustainFrames: Math.round(settings.bargeInMs / FRAME_MS) }),
      callSid,
      journal: journals.open(this.#headOf(record, session.streamSid)),
      facts: this.#factsOf(record, session.streamSid),
      mayAct: () => cluster.mayAct(callSid),
      past: record.past,
      log: log.child({ sid: session.streamSid, call_sid: callSid }),
      metrics,
      scratch: this.#scratch,
    });
  }

  #factsOf({ attempt, call, past }: CallRecord, streamSid: string): CallFacts {
    const { elapsedMs = 0, outcomes = 0, recordedTurns = 0, tools = [], turns = [] } = past ?? {};
    const used = tools.reduce((sum, { exchanges }) => sum + exchanges.length, 0);
    const before = { turns: recordedTurns, untold: turns.slice(recordedTurns), outcomes, tools: used, elapsedMs };
    return new CallFacts({ ...this.#o.facts, callSid: call.callSid, streamSid, attempt, ...before });
  }

  #headOf({ attempt, call }: CallRecord, streamSid: string): JournalHead {
    const { agent, facts, version } = this.#o;
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
