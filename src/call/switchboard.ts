/**
 * Every call of this process: opened by the webhook, taken up by the stream, remembered for a while after its end so
 * that Twilio's late questions get the right answer.
 */
import { FRAME_MS } from '../audio/frame.ts';
import type { EndReason } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { DetectorFactory } from '../vad/detector.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { CallSession } from './call-session.ts';
import type { AfterStream, Attached, CallDesk, IncomingCall, Opened, StreamStart } from './desk.ts';
import type { Journal, JournalHead } from './journal.ts';
import { PlayoutScheduler } from './playout-scheduler.ts';
import { Prewarm } from './prewarm.ts';
import { StreamTokens } from './stream-tokens.ts';
import type { MediaTransport } from './transport.ts';

export interface SwitchboardOptions {
  readonly clock: Clock;
  readonly agent: AgentRuntime;
  readonly journals: { open(head: JournalHead): Journal };
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  readonly detectors: DetectorFactory;
  /** The RMS below which nothing is speech (`VAD_RMS`). */
  readonly vadRms: number;
  readonly mostCalls: number;
  /** When known, calls of other accounts are refused: a token may sign for subaccounts too. */
  readonly accountSid: string | undefined;
  /** Wall-clock time for the journal's head. */
  readonly date: () => Date;
}

interface CallRecord {
  readonly call: IncomingCall;
  readonly openedAt: number;
  session?: CallSession;
  streamSid?: string;
  end?: { readonly reason: EndReason; readonly spoken: boolean };
}

const WATCH_EVERY_MS = 1_000;
/** How long an ended, or never started, call is remembered for late and repeated callbacks. */
const REMEMBER_MS = 10 * 60_000;
/** The longest message has 64 KiB, and base64 needs four characters for three bytes. */
const SCRATCH_BYTES = 48 * 1024;

export class Switchboard implements CallDesk {
  readonly #o: SwitchboardOptions;
  readonly #calls = new Map<string, CallRecord>();
  readonly #tokens = new StreamTokens();
  readonly #scheduler: PlayoutScheduler;
  readonly #prewarm: Prewarm;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  readonly #sessions = new Set<CallSession>();
  #disarmWatch: (() => void) | undefined;
  #draining = false;
  #onEmpty: (() => void)[] = [];

  constructor(options: SwitchboardOptions) {
    this.#o = options;
    this.#scheduler = new PlayoutScheduler(options.clock, (lateMs) => options.metrics.playoutLateness(lateMs));
    this.#prewarm = new Prewarm(options);
  }

  get language(): string {
    return this.#o.agent.options.language;
  }

  get notReady(): string | undefined {
    return this.#draining ? 'draining' : undefined;
  }

  get activeCalls(): number {
    return this.#sessions.size;
  }

  open(call: IncomingCall): Opened {
    const { agent, clock, log } = this.#o;
    if (!this.#calls.has(call.callSid)) {
      const reason = this.#refusal(call);
      if (reason) {
        log.warn('CALL_REFUSED', { call_sid: call.callSid, reason });
        return { type: 'refused', reason, text: agent.options.lines.failure };
      }
      this.#calls.set(call.callSid, { call, openedAt: clock.now() });
      log.info('CALL_OPEN', { call_sid: call.callSid, pii: { from: call.from, to: call.to } });
      this.#prewarm.begin(call.callSid);
      this.#watch();
    }
    return { type: 'accepted', token: this.#tokens.issue(call.callSid, clock.now()) };
  }

  #refusal({ accountSid }: IncomingCall): 'draining' | 'other-account' | 'full' | undefined {
    if (this.#draining) return 'draining';
    if (this.#o.accountSid !== undefined && accountSid !== this.#o.accountSid) return 'other-account';
    return this.#sessions.size >= this.#o.mostCalls ? 'full' : undefined;
  }

  attach(start: StreamStart, transport: MediaTransport): Attached {
    const record = this.#calls.get(start.callSid);
    const verdict = this.#tokens.redeem(start.token, start.callSid, this.#o.clock.now());
    if (verdict !== 'good') return { type: 'refused', reason: verdict };
    if (!record || record.call.accountSid !== start.accountSid)
      return { type: 'refused', reason: 'token-of-other-call' };
    if (record.session) return { type: 'refused', reason: 'call-busy' };
    const session = this.#createSession(record, start, transport);
    record.session = session;
    record.streamSid = start.streamSid;
    this.#sessions.add(session);
    this.#watch();
    session.start();
    return { type: 'attached', receiver: session };
  }

  streamFailed(callSid: string, streamSid: string): void {
    const record = this.#calls.get(callSid);
    if (record?.streamSid === streamSid) record.session?.streamLost();
  }

  /** Also tells us that the stream is over: a session that has not noticed has lost its socket. */
  afterStream(callSid: string): AfterStream {
    const record = this.#calls.get(callSid);
    if (!record) return { type: 'done' };
    const { session } = record;
    const isExpected = session?.reason !== undefined;
    if (session && !isExpected) session.streamLost();
    const end =
      record.end ??
      (session && { reason: session.reason ?? 'socket-lost', spoken: isExpected && !session.isSpeechless });
    if (!end || end.spoken) return { type: 'done' };
    return { type: 'apologise', text: this.#o.agent.options.lines.failure, language: this.language };
  }

  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  /** Apologises to every caller and hangs up; resolves when they have gone. */
  endCalls(): Promise<void> {
    for (const session of this.#sessions) session.requestEnd('draining');
    return this.drain();
  }

  async close(): Promise<void> {
    this.#draining = true;
    const empty = this.drain();
    for (const session of this.#sessions) session.streamLost();
    await Promise.all([empty, this.#prewarm.close()]);
    this.#disarmWatch?.();
    this.#disarmWatch = undefined;
    this.#calls.clear();
  }

  #createSession(record: CallRecord, { callSid, streamSid }: StreamStart, transport: MediaTransport): CallSession {
    const { agent, clock, detectors, journals, log, metrics, vadRms } = this.#o;
    const { settings } = agent.options;
    const callLog = log.child({ sid: streamSid, call_sid: callSid });
    const session: CallSession = new CallSession({
      clock,
      scheduler: this.#scheduler,
      agent,
      providers: this.#prewarm.claim(callSid),
      settings,
      vad: detectors.open({ rmsFloor: vadRms, sustainFrames: Math.round(settings.sustainMs / FRAME_MS) }),
      callSid,
      streamSid,
      transport,
      journal: journals.open(this.#headOf(record.call, streamSid)),
      log: callLog,
      metrics,
      scratch: this.#scratch,
      onEnd: (end) => this.#onEnd(record, session, end),
    });
    return session;
  }

  #headOf({ callSid, from, to }: IncomingCall, streamSid: string) {
    const { agent, date, version } = this.#o;
    const { name, language, settings, stt, brain, tts } = agent.options;
    const providers = { stt: stt.name, brain: brain.name, tts: tts.name };
    const startedAt = date().toISOString();
    const { caveats } = agent;
    return {
      journal: 1,
      version,
      callSid,
      streamSid,
      from,
      to,
      agent: name,
      language,
      providers,
      caveats,
      startedAt,
      settings,
    } as const;
  }

  #onEnd(
    record: CallRecord,
    session: CallSession,
    end: { readonly reason: EndReason; readonly spoken: boolean },
  ): void {
    record.end = end;
    delete record.session;
    this.#sessions.delete(session);
    this.#o.log.info('CALL_END', { call_sid: record.call.callSid, reason: end.reason });
    if (this.#sessions.size > 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** One timer for all calls, while there are any to look after or to remember. */
  #watch(): void {
    const { clock } = this.#o;
    this.#disarmWatch ??= clock.at(clock.now() + WATCH_EVERY_MS, () => {
      this.#disarmWatch = undefined;
      for (const session of this.#sessions) session.watch();
      this.#forgetOld(clock.now() - REMEMBER_MS);
      if (this.#calls.size > 0) this.#watch();
    });
  }

  /** Calls are kept in the order of opening, so the old ones come first. */
  #forgetOld(before: number): void {
    for (const [callSid, { openedAt, session }] of this.#calls) {
      if (openedAt > before) return;
      if (session) continue;
      this.#calls.delete(callSid);
      this.#tokens.forget(callSid);
    }
  }
}
