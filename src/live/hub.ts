/** Where those who look on from this node are told of the calls of all nodes, and where they speak into them. */
import type { Clock } from '../core/clock.ts';
import type { LiveCall, LiveLine, LiveNews, Wants } from './live-call.ts';

/** What one who looks on is told. It must not wait. */
export interface LiveSink {
  calls(calls: readonly LiveCall[], isAll: boolean): void;
  gone(callSids: readonly string[]): void;
  lines(callSid: string, lines: readonly LiveLine[], isFirst: boolean): void;
  audio(news: Extract<LiveNews, { type: 'audio' }>): void;
}

export interface LiveWatch {
  /** Tells of all calls now, and of each change from then on. */
  list(): void;
  /** False for a call that nobody knows of. */
  follow(callSid: string): boolean;
  unfollow(callSid: string): void;
  /** One call at a time. False for a call that nobody knows of. */
  listen(callSid: string | undefined): boolean;
  /** Tells anew of all that this one wants: after it has missed something. */
  again(): void;
  close(): void;
}

export interface HubOptions {
  readonly clock: Clock;
  /** What those who look on from here want, together; told at each change. */
  readonly onWants: (wants: Wants) => void;
}

interface Watching {
  readonly sink: LiveSink;
  lists: boolean;
  readonly follow: Set<string>;
  listen: string | undefined;
}

interface Known {
  readonly call: LiveCall;
  readonly node: string;
}

const MOST_LINES = 300;
/** A node that says nothing for so long has no calls any more, as far as can be known. */
const SILENT_MS = 15_000;

export class LiveHub {
  readonly #o: HubOptions;
  readonly #watching = new Set<Watching>();
  readonly #calls = new Map<string, Known>();
  readonly #lines = new Map<string, LiveLine[]>();
  /** When each other node was last heard of. */
  readonly #heardOf = new Map<string, number>();
  #lingersUntil = Number.NEGATIVE_INFINITY;

  constructor(options: HubOptions) {
    this.#o = options;
  }

  get calls(): readonly LiveCall[] {
    return [...this.#calls.values()].map(({ call }) => call);
  }

  get size(): number {
    return this.#watching.size;
  }

  get wants(): Wants {
    const watching = [...this.#watching];
    return {
      list: this.#o.clock.now() < this.#lingersUntil || watching.some(({ lists }) => lists),
      follow: new Set(watching.flatMap(({ follow }) => [...follow])),
      listen: new Set(watching.flatMap(({ listen }) => (listen === undefined ? [] : [listen]))),
    };
  }

  /** Wants the list for a while although nobody watches: for whoever asks once. */
  linger(ms: number): void {
    this.#lingersUntil = this.#o.clock.now() + ms;
    this.review();
  }

  /** Tells what is wanted now. Without a list nothing that is known stays true. */
  review(): void {
    const { wants } = this;
    if (!wants.list) this.#calls.clear();
    this.#o.onWants(wants);
  }

  watch(sink: LiveSink): LiveWatch {
    const watching: Watching = { sink, lists: false, follow: new Set(), listen: undefined };
    this.#watching.add(watching);
    const tell = (): void => this.review();
    return {
      list: () => {
        watching.lists = true;
        tell();
        sink.calls(this.calls, true);
      },
      follow: (callSid) => {
        if (!this.#calls.has(callSid)) return false;
        const isKnown = this.#lines.has(callSid);
        watching.follow.add(callSid);
        if (isKnown) sink.lines(callSid, this.#lines.get(callSid)!, true);
        else tell();
        return true;
      },
      unfollow: (callSid) => {
        if (watching.follow.delete(callSid)) this.#forgetLines();
        tell();
      },
      listen: (callSid) => {
        if (callSid !== undefined && !this.#calls.has(callSid)) return false;
        watching.listen = callSid;
        tell();
        return true;
      },
      again: () => {
        if (watching.lists) sink.calls(this.calls, true);
        for (const callSid of watching.follow) {
          const lines = this.#lines.get(callSid);
          if (lines) sink.lines(callSid, lines, true);
        }
      },
      close: () => {
        if (!this.#watching.delete(watching)) return;
        this.#forgetLines();
        tell();
      },
    };
  }

  /** What a node tells of its calls, this one's among them. */
  take(news: LiveNews): void {
    switch (news.type) {
      case 'calls':
        return this.#takeCalls(news);
      case 'gone':
        this.#heardOf.set(news.node, this.#o.clock.now());
        return this.#drop(news.callSids.filter((callSid) => this.#calls.get(callSid)?.node === news.node));
      case 'lines':
        return this.#takeLines(news);
      case 'audio':
        for (const { listen, sink } of this.#watching) if (listen === news.callSid) sink.audio(news);
    }
  }

  /** Asked now and then: calls of nodes that are silent are gone. `own` is this node, which is never silent. */
  forgetSilent(own: string): void {
    const before = this.#o.clock.now() - SILENT_MS;
    const isLost = (node: string): boolean => node !== own && (this.#heardOf.get(node) ?? 0) < before;
    this.#drop([...this.#calls].flatMap(([callSid, { node }]) => (isLost(node) ? [callSid] : [])));
  }

  #takeCalls({ calls, isAll, node }: Extract<LiveNews, { type: 'calls' }>): void {
    this.#heardOf.set(node, this.#o.clock.now());
    const named = new Set(calls.map(({ callSid }) => callSid));
    const missing = isAll
      ? [...this.#calls].flatMap(([callSid, known]) => (known.node === node && !named.has(callSid) ? [callSid] : []))
      : [];
    // Most of what is told again is known.
    const fresh = isAll ? calls.filter((call) => !isSame(this.#calls.get(call.callSid)?.call, call)) : calls;
    for (const call of fresh) this.#calls.set(call.callSid, { call, node });
    if (fresh.length > 0) for (const { lists, sink } of this.#watching) if (lists) sink.calls(fresh, false);
    this.#drop(missing);
  }

  #takeLines({ callSid, isFirst, lines }: Extract<LiveNews, { type: 'lines' }>): void {
    const followers = [...this.#watching].filter(({ follow }) => follow.has(callSid));
    if (followers.length === 0) return;
    const known = this.#lines.get(callSid);
    // The beginning is on its way.
    if (!known && !isFirst) return;
    this.#lines.set(callSid, isFirst ? [...lines] : [...known!, ...lines].slice(-MOST_LINES));
    for (const { sink } of followers) sink.lines(callSid, lines, isFirst);
  }

  #drop(callSids: readonly string[]): void {
    if (callSids.length === 0) return;
    for (const callSid of callSids) {
      this.#calls.delete(callSid);
      this.#lines.delete(callSid);
    }
    for (const watching of this.#watching) {
      for (const callSid of callSids) watching.follow.delete(callSid);
      if (watching.listen !== undefined && callSids.includes(watching.listen)) watching.listen = undefined;
      if (watching.lists) watching.sink.gone(callSids);
    }
    this.review();
  }

  #forgetLines(): void {
    const { follow } = this.wants;
    for (const callSid of this.#lines.keys()) if (!follow.has(callSid)) this.#lines.delete(callSid);
  }
}

const isSame = (known: LiveCall | undefined, call: LiveCall): boolean => JSON.stringify(known) === JSON.stringify(call);
