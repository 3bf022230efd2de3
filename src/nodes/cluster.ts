/**
 * A node among others, over the store: PostgreSQL for many, the embedded database for one that remembers the calls of the
 * process before it.
 */
import { randomUUID } from 'node:crypto';
import { nextAttempt } from '../call/call-record.ts';
import type {
  Admission,
  Afterwards,
  Claimed,
  Cluster,
  ClusterMember,
  Command,
  LiveCall,
  PastCall,
  Performed,
  Sent,
  StreamClaim,
} from '../call/cluster.ts';
import type { IncomingCall } from '../call/desk.ts';
import { pastFromFacts } from '../call/past-call.ts';
import { TOKEN_LIFETIME_MS } from '../call/stream-tokens.ts';
import { within } from '../call/within.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { type CallHolder, claimCall, findHolder, listFacts, lostCalls } from '../store/queries/claims.ts';
import { type CallLimits, freePlace, takePlaces } from '../store/queries/places.ts';
import type { Store } from '../store/store.ts';
import { Admissions } from './admissions.ts';
import { type Ask, createAsk } from './ask.ts';
import { NODES_CHANNEL } from './channel.ts';
import { NodeLease } from './lease.ts';
import { Post } from './post.ts';
import { SleepWatch } from './sleep-watch.ts';
import { HOLD_MS, Tidy } from './tidy.ts';

export interface ClusterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tenant: string;
  readonly node: string;
  /** Where this process runs, and whether another that is named so is surely dead. */
  readonly process: string;
  readonly isGone: (process: string) => boolean;
  readonly version: string;
  /** Nobody else can be there: the embedded database has one process. */
  readonly isAlone: boolean;
  readonly limits: CallLimits;
  /** This machine's wall-clock time. */
  readonly date: () => Date;
  /** Resolves when the facts that this node has told so far are in the store. */
  readonly settled: () => Promise<void>;
}

export interface OpenCluster extends Cluster {
  /** See `NodeLease.joined`. */
  readonly joined: Promise<void>;
  /** Wall-clock time that all nodes agree on. */
  date(): Date;
  /** Gives the name back. Idempotent. */
  close(): Promise<void>;
}

const ADMIT_MS = 700;
const CLAIM_MS = 1_000;
const PAST_MS = 500;
const PAST_AGAIN_MS = 100;
const LOOK_MS = 500;
/** Twilio waits for seconds; a caller who is connected again a little later is better off than with an apology. */
const OPEN_MS = 3_000;
const OWNER_ANSWERS_MS = 800;
const SETTLE_MS = 300;
const MAY_ACT_MS = 500;
/** Less than a tool has. */
const SURELY_MS = 5_000;
const AGAIN_MS = 100;
const AFTERWARDS = 'afterwards';
/** After these the caller may not have been told why, which only the node knows that served the call. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['replies-failed', 'recogniser-failed', 'internal-error']);

export const openCluster = (options: ClusterOptions): OpenCluster => new StoreCluster(options);

class StoreCluster implements OpenCluster {
  readonly #o: ClusterOptions;
  readonly #run = randomUUID();
  readonly #ask: Ask;
  readonly #admissions: Admissions;
  /** Neither is there for the one node of an embedded database. */
  readonly #lease: NodeLease | undefined;
  readonly #post: Post | undefined;
  readonly #tidy: Tidy;
  readonly #sleep: SleepWatch | undefined;
  readonly #unlisten: () => void;
  readonly #writing = new Set<Promise<void>>();
  #member: ClusterMember | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ClusterOptions) {
    this.#o = options;
    this.#ask = createAsk(options);
    const own = { ...options, run: this.#run };
    const { clock, limits, node, store, tenant } = options;
    const places = { node, run: this.#run, limits, holdMs: HOLD_MS };
    this.#admissions = new Admissions({
      clock,
      patienceMs: ADMIT_MS,
      take: (callSids) => takePlaces(store.db, tenant, { ...places, callSids }),
    });
    const isShared = !options.isAlone;
    this.#sleep = isShared ? new SleepWatch(options.clock) : undefined;
    this.#lease = isShared ? new NodeLease({ ...own, onRenewed: () => this.#look() }) : undefined;
    const perform = (callSid: string, command: Command) => this.#perform(callSid, command);
    this.#post = isShared ? new Post({ ...own, ask: this.#ask, perform }) : undefined;
    this.#tidy = new Tidy({ ...own, liveCallSids: () => this.#liveCalls().map(({ callSid }) => callSid) });
    this.#unlisten = isShared ? this.#listen() : () => {};
  }

  get node(): string {
    return this.#o.node;
  }

  get hasOthers(): boolean {
    return (this.#lease?.others ?? 0) > 0;
  }

  get notReady(): string | undefined {
    return this.#lease?.isRefused ? 'name-taken' : undefined;
  }

  get joined(): Promise<void> {
    return this.#lease?.joined ?? Promise.resolve();
  }

  date(): Date {
    return this.#lease?.date() ?? this.#o.date();
  }

  join(member: ClusterMember): void {
    this.#member = member;
  }

  drain(): void {
    this.#lease?.drain();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  // Places

  admit({ callSid }: IncomingCall): Promise<Admission> | undefined {
    return this.#lease ? this.#admit(callSid) : undefined;
  }

  async #admit(callSid: string): Promise<Admission> {
    const work = this.#admissions.take(callSid);
    const verdict = await this.#ask({ name: 'admit', callSid, withinMs: ADMIT_MS, work });
    if (verdict === undefined) return { type: 'unknown' };
    return verdict === 'admitted' ? { type: 'admitted' } : { type: 'refused', reason: 'full', limit: verdict };
  }

  release(callSid: string): void {
    const { store, tenant } = this.#o;
    // One that is lost is made good by the next tidying.
    const writing = freePlace(store.db, tenant, { callSid, run: this.#run })
      .catch(() => {})
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  // The owner of a call

  async claim(claim: StreamClaim): Promise<Claimed> {
    const { node, store, tenant } = this.#o;
    const { attempt, callSid, issuedAt, streamSid, wantsPast } = claim;
    const token = { issuedAt: new Date(issuedAt), lifetimeMs: TOKEN_LIFETIME_MS };
    const request = { attempt, callSid, streamSid, node, run: this.#run, ...token };
    const work = this.#opened().then(() => claimCall(store.db, tenant, request));
    const claimed = await this.#ask({ name: 'claim', callSid, withinMs: CLAIM_MS, work });
    if (!claimed) return { type: 'unknown' };
    const { nodeBefore, verdict } = claimed;
    if (verdict !== 'claimed') return { type: 'refused', reason: verdict };
    if (this.#post && nodeBefore !== null && nodeBefore !== node) store.notify(NODES_CHANNEL, nodeBefore);
    const past = wantsPast
      ? await this.#ask({ name: 'past', callSid, withinMs: PAST_MS, work: this.#pastOf(callSid) })
      : undefined;
    return past ? { type: 'claimed', past } : { type: 'claimed' };
  }

  /** The node that opened the call keeps its fact on its own disk first: it may be a moment until it is here. */
  async #pastOf(callSid: string): Promise<PastCall | undefined> {
    const { clock, settled, store, tenant } = this.#o;
    const until = clock.now() + PAST_MS - PAST_AGAIN_MS;
    await within(settled(), SETTLE_MS, clock);
    for (;;) {
      const past = pastFromFacts(await listFacts(store.db, tenant, callSid), this.date().getTime());
      if (past || clock.now() >= until) return past;
      await new Promise<void>((resolve) => clock.at(clock.now() + PAST_AGAIN_MS, resolve));
    }
  }

  mayAct(callSid: string): boolean | Promise<boolean> {
    if (!this.#lease) return true;
    if (this.#sleep?.isDazed) return this.#surelyHas(callSid);
    return this.#lease.isFresh || this.#probablyHas(callSid);
  }

  /** Without an answer, yes: it has been there all the time, and the database has not. */
  async #probablyHas(callSid: string): Promise<boolean> {
    return (await this.#stillHas(callSid)) ?? true;
  }

  /** Without an answer, no: it may be another's since long. A store that was lost over the sleep is back in a moment. */
  async #surelyHas(callSid: string): Promise<boolean> {
    const { clock } = this.#o;
    for (const until = clock.now() + SURELY_MS; clock.now() < until; ) {
      const answer = await this.#stillHas(callSid);
      if (answer !== undefined) return answer;
      await new Promise<void>((resolve) => clock.at(clock.now() + AGAIN_MS, resolve));
    }
    return false;
  }

  /** Undefined when the store does not answer. */
  async #stillHas(callSid: string): Promise<boolean | undefined> {
    const { node, store, tenant } = this.#o;
    const call = this.#liveCalls().find((live) => live.callSid === callSid);
    if (!call) return false;
    const work = lostCalls(store.db, tenant, { node, calls: [call] });
    const lost = await this.#ask({ name: 'may-act', callSid, withinMs: MAY_ACT_MS, work });
    if (!lost) return undefined;
    if (lost.includes(callSid)) this.#member?.moved(callSid);
    return !lost.includes(callSid);
  }

  // What follows a stream

  async afterwards(callSid: string): Promise<Afterwards | { readonly type: 'unknown' }> {
    const { clock, settled } = this.#o;
    await within(settled(), SETTLE_MS, clock);
    const found = await this.#holderOf(callSid);
    if (!found) return { type: 'unknown' };
    const { holder } = found;
    if (!holder) return nextAttempt(1);
    const isOthers = holder.isAlive && holder.node !== this.#o.node;
    const isOver = holder.state === 'ended';
    if (isOver && !(isOthers && OWN_FAULTS.has(holder.endReason ?? ''))) return { type: 'done' };
    const told = isOthers ? await this.#askOwner(callSid) : undefined;
    return told ?? (isOver ? { type: 'done' } : nextAttempt(Math.max(1, holder.fence)));
  }

  #holderOf(callSid: string): Promise<{ readonly holder: CallHolder | undefined } | undefined> {
    const { store, tenant } = this.#o;
    const work = this.#opened().then(async () => ({ holder: await findHolder(store.db, tenant, callSid) }));
    const withinMs = store.state.status === 'opening' ? OPEN_MS : LOOK_MS;
    return this.#ask({ name: 'afterwards', callSid, withinMs, work });
  }

  /** A process that has just been started again is asked about calls before its store is there. */
  async #opened(): Promise<void> {
    const { store } = this.#o;
    if (store.state.status === 'opening') await store.ready;
  }

  /** Undefined when it is dead, silent, or does not know the call. */
  async #askOwner(callSid: string): Promise<Afterwards | undefined> {
    const sent = await this.#post?.send(callSid, { name: AFTERWARDS, body: null }, OWNER_ANSWERS_MS);
    return sent?.type === 'done' ? (sent.answer as Afterwards) : undefined;
  }

  // Commands

  async send(callSid: string, command: Command, withinMs: number): Promise<Sent> {
    if (this.#isLive(callSid)) return this.#perform(callSid, command);
    return this.#post?.send(callSid, command, withinMs) ?? { type: 'gone' };
  }

  async #perform(callSid: string, command: Command): Promise<Performed> {
    const member = this.#member;
    if (command.name === AFTERWARDS) {
      const answer = member?.afterwards(callSid);
      if (!answer) return { type: 'refused', reason: 'no-such-call' };
      // Whoever asks will go on with the call, and needs what has just been told of it.
      await within(this.#o.settled(), SETTLE_MS, this.#o.clock);
      return { type: 'done', answer };
    }
    if (!member || !this.#isLive(callSid)) return { type: 'refused', reason: 'no-such-call' };
    return member.perform(callSid, command);
  }

  #isLive(callSid: string): boolean {
    return this.#liveCalls().some((live) => live.callSid === callSid);
  }

  #liveCalls() {
    return this.#member?.liveCalls() ?? [];
  }

  // News from the others

  #listen(): () => void {
    const { node, store } = this.#o;
    return store.listen(NODES_CHANNEL, {
      onPayload: (payload) => {
        if (payload === node) this.#look();
      },
      onGap: () => this.#look(),
    });
  }

  #look(): void {
    if (this.#closing) return;
    this.#post?.look();
    void this.#findLost();
  }

  /** Other nodes may have taken calls of ours: after a pause, or because Twilio connected them there. */
  async #findLost(): Promise<void> {
    const { clock, node, store, tenant } = this.#o;
    const calls = this.#liveCalls();
    const since = clock.now();
    if (calls.length === 0) return this.#sleep?.looked(since);
    const lost = await lostCalls(store.db, tenant, { node, calls }).catch(() => undefined); // looked for again in a moment
    if (!lost) return;
    for (const call of calls) if (lost.includes(call.callSid) && this.#has(call)) this.#member?.moved(call.callSid);
    this.#sleep?.looked(since);
  }

  /** While the store was asked, the call may have come back with another stream. */
  #has({ attempt, callSid }: LiveCall): boolean {
    return this.#liveCalls().some((live) => live.callSid === callSid && live.attempt === attempt);
  }

  async #close(): Promise<void> {
    this.#unlisten();
    this.#sleep?.close();
    await Promise.all([this.#post?.close(), this.#tidy.close(), ...this.#writing]);
    await this.#lease?.close();
  }
}
