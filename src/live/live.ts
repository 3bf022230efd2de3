/** Looking on at calls, and speaking into them, from any node: this process's stage and hub, and the way to the others. */
import type { Audience } from '../call/call-tap.ts';
import type { OperatorSide } from '../call/operator-side.ts';
import type { Clock } from '../core/clock.ts';
import { type BusRaw, LiveBus } from './bus/bus.ts';
import { LiveHub, type LiveSink, type LiveWatch } from './hub.ts';
import type { Tell } from './lines.ts';
import type { LiveCall } from './live-call.ts';
import { Stage } from './stage.ts';

export interface LiveOptions {
  readonly clock: Clock;
  readonly node: string;
  /** Wall-clock time. */
  readonly date: () => Date;
  readonly tell: Tell;
  /** The operators' side of a call of this process. */
  readonly operatorsOf: (callSid: string) => OperatorSide | undefined;
  /** To the other nodes; without one this process is alone. */
  readonly bus?: BusRaw | undefined;
}

const LOCAL = 'here';
const ROUND_MS = 2_000;
/** Whoever asks once keeps the others telling for so long. */
const LINGER_MS = 10_000;
/** The others answer within it. */
const ASK_MS = 700;

export class Live {
  readonly #o: LiveOptions;
  readonly #stage: Stage;
  readonly #hub: LiveHub;
  readonly #bus: LiveBus | undefined;
  /** Operators of this node who are there, by the number of their sockets. */
  readonly #present = new Map<string, number>();
  #disarm: () => void = () => {};
  #isArmed = false;
  #isClosed = false;

  constructor(options: LiveOptions) {
    this.#o = options;
    const { bus, clock, node } = options;
    this.#stage = new Stage(options);
    this.#hub = new LiveHub({ clock, onWants: (wants) => this.#onWants(wants) });
    this.#stage.addOutlet((news) => this.#hub.take(news));
    if (!bus) return;
    this.#bus = new LiveBus({
      clock,
      node,
      bus,
      stage: this.#stage,
      onNews: (news) => this.#hub.take(news),
      onVoice: ({ audio, by, callSid }) => {
        const side = options.operatorsOf(callSid);
        if (audio) side?.speak(by, audio);
        else side?.present(by);
      },
    });
  }

  /** Who is to be told of every stream of this process. */
  get audience(): Audience {
    return this.#stage;
  }

  get watchers(): number {
    return this.#hub.size;
  }

  watch(sink: LiveSink): LiveWatch {
    return this.#hub.watch(sink);
  }

  /** All calls that go on, on all nodes that answer in time. */
  async calls(): Promise<readonly LiveCall[]> {
    const isWarm = this.#hub.wants.list;
    this.#hub.linger(LINGER_MS);
    const { clock } = this.#o;
    if (this.#bus && !isWarm) await new Promise<void>((resolve) => clock.at(clock.now() + ASK_MS, resolve));
    return this.#hub.calls;
  }

  /** A call that `by` has taken over, as far as the list tells. */
  takenBy(by: string): string | undefined {
    return this.#hub.calls.find(({ takenOverBy }) => takenOverBy === by)?.callSid;
  }

  /** The voice of an operator, for a call that `by` has taken over. Keeps `audio`. */
  speak(callSid: string, by: string, audio: Uint8Array): void {
    const side = this.#o.operatorsOf(callSid);
    if (side) side.speak(by, audio);
    else this.#bus?.speak({ callSid, by, audio });
  }

  /** `by` has a browser open here, until the returned function is called. */
  attend(by: string): () => void {
    this.#present.set(by, (this.#present.get(by) ?? 0) + 1);
    this.#arm();
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      const left = (this.#present.get(by) ?? 1) - 1;
      if (left > 0) this.#present.set(by, left);
      else this.#present.delete(by);
    };
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#disarm();
    this.#bus?.close();
    this.#stage.close();
  }

  #onWants(wants: LiveHub['wants']): void {
    this.#stage.want(LOCAL, wants);
    this.#bus?.want(wants);
    this.#arm();
  }

  /** One timer while anybody looks on. */
  #arm(): void {
    if (this.#isArmed || this.#isClosed) return;
    const { clock, node } = this.#o;
    this.#isArmed = true;
    this.#disarm = clock.at(clock.now() + ROUND_MS, () => {
      this.#isArmed = false;
      this.#hub.forgetSilent(node);
      this.#tellPresent();
      const { follow, list, listen } = this.#hub.wants;
      if (list || follow.size > 0 || listen.size > 0 || this.#present.size > 0) this.#arm();
      else this.#hub.review();
    });
  }

  /** Calls are given back by operators who are not heard of. */
  #tellPresent(): void {
    for (const { callSid, takenOverBy } of this.#hub.calls) {
      if (takenOverBy === null || !this.#present.has(takenOverBy)) continue;
      const side = this.#o.operatorsOf(callSid);
      if (side) side.present(takenOverBy);
      else this.#bus?.speak({ callSid, by: takenOverBy });
    }
  }
}
