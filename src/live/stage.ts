/**
 * The calls of this process, for those who look on from here or from other nodes. It takes its seat in a call while
 * somebody wants to be told of it, and leaves it afterwards. Pictures and lines are gathered for a moment.
 */
import type { Audience, LookedOnCall } from '../call/call-tap.ts';
import type { Clock } from '../core/clock.ts';
import { CallAudio, PIECE_MS } from './call-audio.ts';
import { CallView } from './call-view.ts';
import type { Tell } from './lines.ts';
import { type LiveNews, NO_WANTS, type Wants } from './live-call.ts';

export interface StageOptions {
  readonly clock: Clock;
  /** This node's name. */
  readonly node: string;
  /** Wall-clock time. */
  readonly date: () => Date;
  readonly tell: Tell;
}

/** How long news of a call wait for company. */
const GATHER_MS = 200;
const GATHER_LINES_MS = 50;

interface Seat {
  readonly call: LookedOnCall;
  readonly startedAt: string;
  view?: CallView;
  audio?: CallAudio;
}

export class Stage implements Audience {
  readonly #o: StageOptions;
  /** By CallSid: the newest stream of each call. */
  readonly #seats = new Map<string, Seat>();
  readonly #askers = new Map<string, Wants>();
  readonly #outlets = new Set<(news: LiveNews) => void>();
  readonly #changed = new Set<CallView>();
  readonly #withLines = new Set<CallView>();
  #isListed = false;
  #disarmList: (() => void) | undefined;
  #disarmLines: (() => void) | undefined;
  #disarmAudio: (() => void) | undefined;

  constructor(options: StageOptions) {
    this.#o = options;
  }

  /** Where news go, whoever wants them. */
  addOutlet(outlet: (news: LiveNews) => void): void {
    this.#outlets.add(outlet);
  }

  /** From now on `asker` wants this; it is told at once of what it did not want before. */
  want(asker: string, wants: Wants): void {
    const before = this.#askers.get(asker) ?? NO_WANTS;
    if (!wants.list && wants.follow.size === 0 && wants.listen.size === 0) this.#askers.delete(asker);
    else this.#askers.set(asker, wants);
    this.#isListed = this.#askers.values().some(({ list }) => list);
    for (const seat of this.#seats.values()) this.#sit(seat);
    if (wants.list && !before.list) this.tellAll();
    for (const callSid of wants.follow) if (!before.follow.has(callSid)) this.#tellLines(callSid);
  }

  has(callSid: string): boolean {
    return this.#seats.has(callSid);
  }

  /** Tells of every call. */
  tellAll(): void {
    const calls = [...this.#seats.values()].flatMap(({ view }) => (view ? [view.picture] : []));
    this.#emit({ type: 'calls', node: this.#o.node, calls, isAll: true });
  }

  began(call: LookedOnCall): void {
    const { clock, date } = this.#o;
    const startedAt = new Date(date().getTime() - call.stream.callTime(clock.now())).toISOString();
    const seat: Seat = { call, startedAt };
    this.#leave(this.#seats.get(call.callSid));
    this.#seats.set(call.callSid, seat);
    this.#sit(seat);
    if (seat.view) this.#change(seat.view);
    if (seat.view?.isFollowed) this.#tellLines(call.callSid);
  }

  ended({ callSid, streamSid }: { readonly callSid: string; readonly streamSid: string }): void {
    const seat = this.#seats.get(callSid);
    if (seat?.call.streamSid !== streamSid) return;
    if (seat.view?.isFollowed) this.#flushLines();
    this.#leave(seat);
    this.#seats.delete(callSid);
    if (this.#isListed) this.#emit({ type: 'gone', node: this.#o.node, callSids: [callSid] });
  }

  close(): void {
    this.#askers.clear();
    this.#outlets.clear();
    for (const seat of this.#seats.values()) this.#leave(seat);
    this.#seats.clear();
    for (const disarm of [this.#disarmList, this.#disarmLines, this.#disarmAudio]) disarm?.();
  }

  // Seats

  #sit(seat: Seat): void {
    const { callSid, stream } = seat.call;
    const isFollowed = this.#askers.values().some(({ follow }) => follow.has(callSid));
    if (this.#isListed || isFollowed) {
      seat.view ??= this.#viewOf(seat);
      seat.view.isFollowed = isFollowed;
      stream.taps.tap = seat.view;
    } else {
      stream.taps.tap = undefined;
      delete seat.view;
    }
    const isHeard = this.#askers.values().some(({ listen }) => listen.has(callSid));
    if (!isHeard) {
      stream.taps.ears = undefined;
      delete seat.audio;
      return;
    }
    seat.audio ??= new CallAudio((at) => stream.callTime(at), this.#o.clock.now());
    stream.taps.ears = seat.audio;
    this.#armAudio();
  }

  #leave(seat: Seat | undefined): void {
    if (!seat) return;
    const { taps } = seat.call.stream;
    taps.tap = undefined;
    taps.ears = undefined;
    if (!seat.view) return;
    this.#changed.delete(seat.view);
    this.#withLines.delete(seat.view);
  }

  #viewOf({ call, startedAt }: Seat): CallView {
    const { clock, node, tell } = this.#o;
    return new CallView({
      call,
      node,
      startedAt,
      tell,
      now: () => clock.now(),
      onChange: (view) => this.#change(view),
      onLines: (view) => this.#hasLines(view),
    });
  }

  // News

  #change(view: CallView): void {
    this.#changed.add(view);
    const { clock, node } = this.#o;
    this.#disarmList ??= clock.at(clock.now() + GATHER_MS, () => {
      this.#disarmList = undefined;
      const calls = [...this.#changed].map(({ picture }) => picture);
      this.#changed.clear();
      if (calls.length > 0 && this.#isListed) this.#emit({ type: 'calls', node, calls });
    });
  }

  #hasLines(view: CallView): void {
    this.#withLines.add(view);
    const { clock } = this.#o;
    this.#disarmLines ??= clock.at(clock.now() + GATHER_LINES_MS, () => {
      this.#disarmLines = undefined;
      this.#flushLines();
    });
  }

  #flushLines(): void {
    for (const view of this.#withLines) {
      const lines = view.takeLines();
      if (lines.length > 0) this.#emit({ type: 'lines', callSid: view.callSid, isFirst: false, lines });
    }
    this.#withLines.clear();
  }

  /** What is gathered is part of it. */
  #tellLines(callSid: string): void {
    const view = this.#seats.get(callSid)?.view;
    if (!view) return;
    view.takeLines();
    this.#withLines.delete(view);
    this.#emit({ type: 'lines', callSid, isFirst: true, lines: view.linesSoFar });
  }

  #armAudio(): void {
    const { clock } = this.#o;
    this.#disarmAudio ??= clock.at(clock.now() + PIECE_MS, () => {
      this.#disarmAudio = undefined;
      let isHeard = false;
      for (const { audio, call } of this.#seats.values()) {
        if (!audio) continue;
        isHeard = true;
        for (const piece of audio.take(clock.now())) this.#emit({ type: 'audio', callSid: call.callSid, ...piece });
      }
      if (isHeard) this.#armAudio();
    });
  }

  #emit(news: LiveNews): void {
    for (const outlet of this.#outlets) outlet(news);
  }
}
