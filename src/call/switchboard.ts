/**
 * Every call of this process: opened by the webhook, taken up by the stream, connected again when the stream is lost,
 * and remembered for a while after its end so that Twilio's late questions get the right answer.
 */
import type { EndReason } from '../core/call-event.ts';
import type { CallNote } from '../core/call-note.ts';
import type { FactBody } from '../core/fact.ts';
import type { EndedRequest, ProviderUse } from '../providers/metered.ts';
import { textOf } from '../text/line.ts';
import { CallBook } from './call-book.ts';
import { stamp } from './call-facts.ts';
import {
  afterwardsOf,
  type CallRecord,
  callOf,
  isAhead,
  isResumable,
  isServedHere,
  nextAttempt,
  pastOf,
  type StreamEnd,
} from './call-record.ts';
import type { CallSession } from './call-session.ts';
import type { Audience } from './call-tap.ts';
import type { Afterwards, Command, Performed } from './cluster.ts';
import type {
  AfterStream,
  Attached,
  CallDesk,
  CarrierRecording,
  EndedStream,
  IncomingCall,
  Opened,
  StreamStart,
} from './desk.ts';
import { OPERATOR_COMMAND, type OperatorOutcome, parseOperatorRequest } from './operator-action.ts';
import type { OperatorSide } from './operator-side.ts';
import { Prewarm } from './prewarm.ts';
import { SessionFactory, type SessionFactoryOptions } from './session-factory.ts';
import type { StreamTicket, StreamTokens } from './stream-tokens.ts';
import type { MediaTransport } from './transport.ts';
import { within } from './within.ts';

export interface SwitchboardOptions extends SessionFactoryOptions {
  readonly mostCalls: number;
  /** When known, calls of other accounts are refused: a token may sign for subaccounts too. */
  readonly accountSid: string | undefined;
  readonly tokens: StreamTokens;
  /** Told of every stream, for whoever looks on. */
  readonly audience?: Audience | undefined;
}

type Refusal = Extract<Opened, { type: 'refused' }>['reason'];

const WATCH_EVERY_MS = 1_000;
/** How long a caller who still hears the ringing waits for the disk. With a slower one the fact is lost if we die then. */
export const KEEP_WAIT_MS = 1_500;

export class Switchboard implements CallDesk {
  readonly #o: SwitchboardOptions;
  readonly #book: CallBook;
  readonly #prewarm: Prewarm;
  readonly #factory: SessionFactory;
  readonly #sessions = new Map<CallSession, CallRecord>();
  #disarmWatch: (() => void) | undefined;
  #draining = false;
  #onEmpty: (() => void)[] = [];

  constructor(options: SwitchboardOptions) {
    this.#o = options;
    const { clock, facts, tokens } = options;
    this.#book = new CallBook({ clock, tokens, date: facts.date });
    this.#prewarm = new Prewarm(options);
    this.#factory = new SessionFactory(options);
    options.cluster.join({
      liveCalls: () => [...this.#sessions.values()].map(({ attempt, call }) => ({ attempt, callSid: call.callSid })),
      moved: (callSid) => this.#moved(callSid, 'taken-over'),
      afterwards: (callSid) => this.#afterwards(callSid),
      perform: (callSid, command) => this.#perform(callSid, command),
    });
  }

  get language(): string {
    return this.#o.agent.options.language;
  }

  get notReady(): string | undefined {
    return this.#draining ? 'draining' : this.#o.cluster.notReady;
  }

  get activeCalls(): number {
    return this.#sessions.size;
  }

  // A call begins

  async open(call: IncomingCall): Promise<Opened> {
    const known = this.#book.get(call.callSid);
    const refusal = known ? undefined : this.#refusal(call);
    if (refusal) return this.#refuse(call, refusal);
    const record = known ?? this.#book.add(call, 1);
    if (!known) record.opening = this.#admit(record);
    return (await record.opening) ?? { type: 'accepted', token: record.token };
  }

  /** Resolves, for Twilio's repeats as well, when the call may be answered; with the refusal, if it is one. */
  async #admit(record: CallRecord): Promise<Opened | undefined> {
    const { call } = record;
    this.#prewarm.begin(call.callSid, this.#factory.agentOf(record));
    const admitted = await this.#o.cluster.admit(call);
    if (admitted?.type === 'refused') {
      this.#book.remove(call.callSid);
      return this.#refuse(call, admitted.reason, admitted.limit);
    }
    this.#o.log.info('CALL_OPEN', { call_sid: call.callSid, pii: { from: call.from, to: call.to } });
    this.#watch();
    await this.#noteOpened(record);
    return undefined;
  }

  #refusal({ accountSid }: IncomingCall): Refusal | undefined {
    if (this.#draining) return 'draining';
    if (this.#o.cluster.notReady !== undefined) return 'not-ready';
    if (this.#o.accountSid !== undefined && accountSid !== this.#o.accountSid) return 'other-account';
    return this.#sessions.size >= this.#o.mostCalls ? 'full' : undefined;
  }

  #refuse({ callSid }: IncomingCall, reason: Refusal, limit?: string): Opened {
    this.#o.log.warn('CALL_REFUSED', { call_sid: callSid, reason, ...(limit === undefined ? {} : { limit }) });
    return { type: 'refused', reason, text: textOf(this.#o.agent.options.lines.failure) };
  }

  /** The webhook is answered when its fact is kept, or when the disk is too slow for a caller who waits. */
  async #noteOpened(record: CallRecord): Promise<void> {
    const { clock, log } = this.#o;
    const { callSid, ...call } = record.call;
    const { language, name } = this.#factory.agentOf(record).options;
    const body: FactBody = { type: 'call-opened', ...call, agent: name, language };
    const kept = this.#keep(body, callSid).catch((error: unknown) => {
      log.error('LEDGER_ERROR', { call_sid: callSid, error: String(error) });
    });
    await within(kept, KEEP_WAIT_MS, clock);
  }

  recordingDone({ callSid, durationSec, ...recording }: CarrierRecording): Promise<void> {
    const length = durationSec === undefined ? {} : { durationSec };
    return this.#keep({ type: 'carrier-recording', ...recording, ...length }, callSid);
  }

  #keep(body: FactBody, callSid: string): Promise<void> {
    const { facts } = this.#o;
    return facts.log.append(stamp(body, callSid, 0, facts));
  }

  // A stream begins

  attach(start: StreamStart, transport: MediaTransport): Attached | Promise<Attached> {
    const presented = this.#book.present(start);
    if (presented.type === 'refused') return presented;
    if (presented.type === 'foreign') return this.#attachForeign(presented, start, transport);
    const { record, ticket } = presented;
    const attached = this.#begin(record, start, transport);
    void this.#tellClaim(record, ticket, start);
    return attached;
  }

  /** Its own stream is not waited for; but if another node has used the token, that node has the call. */
  async #tellClaim(record: CallRecord, ticket: StreamTicket, { callSid, streamSid }: StreamStart): Promise<void> {
    const claimed = await this.#o.cluster.claim({ ...ticket, streamSid, wantsPast: false });
    if (claimed.type !== 'refused' || record.streamSid !== streamSid) return;
    this.#moved(callSid, claimed.reason);
  }

  /** Another node has it. */
  #moved(callSid: string, reason: string): void {
    const session = this.#book.get(callSid)?.session;
    if (!session) return;
    this.#o.log.warn('CALL_MOVED', { call_sid: callSid, reason });
    session.streamLost('moved');
  }

  async #attachForeign(
    { isLate, ticket }: { readonly isLate: boolean; readonly ticket: StreamTicket },
    start: StreamStart,
    transport: MediaTransport,
  ): Promise<Attached> {
    const { attempt, callSid } = ticket;
    const claimed = await this.#o.cluster.claim({ ...ticket, streamSid: start.streamSid, wantsPast: true });
    if (claimed.type === 'refused') return claimed;
    // Nobody can tell whether it was used: a fresh token is believed, since the upgrade was signed as well.
    if (claimed.type === 'unknown' && isLate) return { type: 'refused', reason: 'token-expired' };
    const known = this.#book.get(callSid);
    if (known && isAhead(known, attempt)) return { type: 'refused', reason: 'token-used' };
    const past = claimed.type === 'claimed' ? claimed.past : known?.past;
    const record = this.#book.add(past?.call ?? known?.call ?? callOf(ticket), attempt, past?.openedAt);
    record.used = true;
    if (past && past.streams > 0) record.past = past;
    return this.#begin(record, start, transport);
  }

  #begin(record: CallRecord, start: StreamStart, transport: MediaTransport): Attached {
    if (record.call.accountSid !== start.accountSid) return { type: 'refused', reason: 'token-of-other-call' };
    const { clock, log, metrics } = this.#o;
    record.startedAt ??= clock.now() - (record.past?.elapsedMs ?? 0);
    record.streamSid = start.streamSid;
    delete record.end;
    const providers = this.#prewarm.claim(start.callSid, this.#factory.agentOf(record));
    const session: CallSession = this.#factory.create({
      record,
      streamSid: start.streamSid,
      transport,
      providers,
      onEnd: (end) => this.#onEnd(record, session, end),
      onClosed: () => this.#onClosed(session),
    });
    record.session = session;
    this.#sessions.set(session, record);
    const { language, name } = this.#factory.agentOf(record).options;
    this.#o.audience?.began({ ...record.call, streamSid: start.streamSid, agent: name, language, stream: session });
    this.#watch();
    if (record.past) {
      metrics.callResumed();
      log.info('CALL_RESUME', { call_sid: start.callSid, attempt: record.attempt });
    }
    session.start();
    return { type: 'attached', receiver: session };
  }

  // Operators step in

  #perform(callSid: string, { body, name }: Command): Performed {
    const session = this.#book.get(callSid)?.session;
    if (name !== OPERATOR_COMMAND) return { type: 'refused', reason: 'unknown-command' };
    if (!session) return { type: 'refused', reason: 'no-such-call' };
    const request = parseOperatorRequest(body);
    const notUnderstood: OperatorOutcome = { type: 'refused', code: 'not-understood' };
    return { type: 'done', answer: request ? session.operators.act(request) : notUnderstood };
  }

  /** The operators' side of a call that this node serves. */
  operatorsOf(callSid: string): OperatorSide | undefined {
    return this.#book.get(callSid)?.session?.operators;
  }

  // A stream ends

  streamFailed(callSid: string, streamSid: string, code: number | undefined): void {
    const record = this.#book.get(callSid);
    if (record?.streamSid !== streamSid) return;
    record.session?.note({ type: 'stream-error', ...(code === undefined ? {} : { code }) });
    record.session?.streamLost('socket-lost');
  }

  // News that a call should know of

  /** For the journal of one call; without a CallSid, for those of all that go on. */
  note(callSid: string | undefined, note: CallNote): void {
    if (callSid !== undefined) return this.#book.get(callSid)?.session?.note(note);
    for (const session of this.#sessions.keys()) if (session.reason === undefined) session.note(note);
  }

  providerUsed(use: ProviderUse): void {
    this.#book.get(use.callSid)?.session?.meter.used(use);
  }

  providerEnded(request: EndedRequest): void {
    this.#book.get(request.callSid)?.session?.meter.provider(request);
  }

  async afterStream({ accountSid, callSid, callStatus, request }: EndedStream): Promise<AfterStream> {
    const record = this.#book.get(callSid);
    if (record?.asked && request !== '' && record.asked.request === request) {
      return this.#answer(record, record.asked.answer);
    }
    const { answer, isElsewhere } = await this.#judgeEnd(callSid);
    // A caller who has hung up is not connected again, whatever became of the stream.
    if (callStatus !== 'in-progress' || answer.type === 'done') return this.#conclude(callSid, { type: 'done' });
    if (answer.type === 'apologise') return this.#conclude(callSid, answer);
    const resumed = record ?? this.#book.add(callOf({ accountSid, callSid }), answer.attempt);
    if (isElsewhere) resumed.isElsewhere = true;
    this.#book.issue(resumed, answer.attempt);
    resumed.asked = { request, answer };
    this.#prewarm.begin(callSid, this.#factory.agentOf(resumed));
    this.#watch();
    return this.#answer(resumed, answer);
  }

  /** A node that has not served the newest stream asks the others first. */
  async #judgeEnd(callSid: string): Promise<{ readonly answer: Afterwards; readonly isElsewhere: boolean }> {
    const own = this.#afterwards(callSid);
    if (own) return { answer: own, isElsewhere: false };
    const told = await this.#o.cluster.afterwards(callSid);
    const record = this.#book.get(callSid);
    if (told.type === 'unknown') {
      return { answer: record ? afterwardsOf(record) : { type: 'apologise' }, isElsewhere: false };
    }
    // What we have offered already and nobody has taken is not offered again.
    const isOffered = told.type === 'resume' && record !== undefined && told.attempt <= record.attempt;
    return { answer: isOffered ? nextAttempt(record.attempt) : told, isElsewhere: true };
  }

  /** Being asked also tells us that the stream is over: a session that has not noticed has lost its socket. */
  #afterwards(callSid: string): Afterwards | undefined {
    const record = this.#book.get(callSid);
    if (!record || !isServedHere(record)) return undefined;
    if (record.session && record.session.reason === undefined) record.session.streamLost('socket-lost');
    return afterwardsOf(record);
  }

  #conclude(callSid: string, answer: Exclude<Afterwards, { type: 'resume' }>): AfterStream {
    const record = this.#book.get(callSid);
    if (record) this.#close(record, record.end?.reason ?? 'socket-lost');
    return this.#answer(record, answer);
  }

  #answer(record: CallRecord | undefined, answer: Afterwards): AfterStream {
    if (answer.type === 'done') return { type: 'done' };
    if (answer.type === 'resume' && record) return { type: 'resume', token: record.token };
    return { type: 'apologise', text: textOf(this.#o.agent.options.lines.failure), language: this.language };
  }

  #onEnd(record: CallRecord, session: CallSession, end: StreamEnd): void {
    record.end = end;
    this.#o.audience?.ended({ callSid: record.call.callSid, streamSid: session.streamSid });
    record.past = pastOf(record, session, this.#o.clock.now());
    delete record.session;
    this.#o.log.info('CALL_END', { call_sid: record.call.callSid, reason: end.reason });
    if (!isResumable(end.reason)) this.#close(record, end.reason);
  }

  #onClosed(session: CallSession): void {
    this.#sessions.delete(session);
    if (this.#sessions.size > 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** The call is over, once; unless another node goes on with it. */
  #close(record: CallRecord, reason: EndReason): void {
    if (record.isOver || reason === 'moved') return;
    record.isOver = true;
    const { cluster, facts } = this.#o;
    const { callSid } = record.call;
    facts.log.note(stamp({ type: 'call-ended', reason }, callSid, record.attempt, facts));
    cluster.release(callSid);
  }

  // The process ends

  async drain(): Promise<void> {
    this.#draining = true;
    this.#o.cluster.drain();
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  /** Gives every call to another node, at a border between its turns; resolves when they have gone. */
  handOver(withinMs: number): Promise<void> {
    for (const session of this.#sessions.keys()) session.handOver(withinMs);
    return this.drain();
  }

  /** Whether another node can take calls. */
  get hasOthers(): boolean {
    return this.#o.cluster.hasOthers;
  }

  /** Apologises to every caller and hangs up; resolves when they have gone. */
  endCalls(): Promise<void> {
    for (const session of this.#sessions.keys()) session.requestEnd('draining');
    return this.drain();
  }

  async close(): Promise<void> {
    this.#draining = true;
    const empty = this.drain();
    for (const session of this.#sessions.keys()) session.streamLost('socket-lost');
    await Promise.all([empty, this.#prewarm.close()]);
    this.#disarmWatch?.();
    this.#disarmWatch = undefined;
    this.#book.clear();
  }

  /** One timer for all calls, while there are any to look after or to remember. */
  #watch(): void {
    const { clock } = this.#o;
    const dueAt = clock.now() + WATCH_EVERY_MS;
    this.#disarmWatch ??= clock.at(dueAt, () => {
      this.#disarmWatch = undefined;
      const lateMs = Math.max(clock.now() - dueAt, this.#factory.takeWorstLateMs());
      for (const session of this.#sessions.keys()) session.watch(lateMs);
      this.#book.forgetOld();
      if (this.#book.size > 0) this.#watch();
    });
  }
}
