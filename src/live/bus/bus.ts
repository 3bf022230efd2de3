/**
 * Looking on across nodes, by notifications alone: a node that has onlookers says every few seconds what they want, and
 * the others tell of their calls for as long as they hear that. Nothing is written down, and with nobody looking on
 * nothing is said.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Store } from '../../store/store.ts';
import type { LiveNews, Wants } from '../live-call.ts';
import type { Stage } from '../stage.ts';
import { cutMessage, PartReader } from './framing.ts';
import { type BusMessage, parseBusMessage, serializeBusMessage, type Voice } from './messages.ts';

/** A line on which every node hears what every node says, its own words too. A message may be lost. */
export interface BusRaw {
  send(payload: string): void;
  listen(onPayload: (payload: string) => void): () => void;
}

/** The nodes of one tenant, over their database. */
export function storeBus(store: Pick<Store, 'listen' | 'notify'>, tenant: string): BusRaw {
  const channel = `kav_live_${createHash('sha256').update(tenant).digest('hex').slice(0, 16)}`;
  return {
    send: (payload) => store.notify(channel, payload),
    // What a broken line has lost comes with the next round.
    listen: (onPayload) => store.listen(channel, { onPayload, onGap: () => {} }),
  };
}

export interface LiveBusOptions {
  readonly clock: Clock;
  readonly node: string;
  readonly bus: BusRaw;
  readonly stage: Stage;
  readonly onNews: (news: LiveNews) => void;
  readonly onVoice: (voice: Voice) => void;
}

const WANT_EVERY_MS = 3_000;
/** What a node wanted is not wanted any more when it has not been said for so long. */
const WANTED_FOR_MS = 8_000;
/** All calls are told again so often: whatever was lost is made good. */
const TELL_ALL_EVERY_MS = 5_000;

interface Asker {
  readonly wants: Wants;
  readonly until: number;
}

export class LiveBus {
  readonly #o: LiveBusOptions;
  readonly #from: string;
  readonly #parts = new PartReader();
  readonly #askers = new Map<string, Asker>();
  readonly #unlisten: () => void;
  #sent = 0;
  #wants: Wants | undefined;
  #disarmWant: (() => void) | undefined;
  #disarmRound: (() => void) | undefined;
  #toldAllAt = 0;
  #isClosed = false;

  constructor(options: LiveBusOptions) {
    this.#o = options;
    this.#from = `${options.node}/${randomUUID().slice(0, 8)}`;
    options.stage.addOutlet((news) => {
      if (this.#isWanted(news)) this.#send({ type: 'news', from: this.#from, news });
    });
    this.#unlisten = options.bus.listen((payload) => this.#receive(payload));
  }

  /** What those who look on from this node want, from now on. */
  want(wants: Wants): void {
    const isWanted = wants.list || wants.follow.size > 0 || wants.listen.size > 0;
    if (!isWanted && !this.#wants) return;
    const isSame = this.#wants !== undefined && isWanted && nameOf(this.#wants) === nameOf(wants);
    this.#wants = isWanted ? wants : undefined;
    if (!isSame) this.#sayWants(wants);
  }

  speak(voice: Voice): void {
    this.#send({ type: 'voice', from: this.#from, voice });
  }

  close(): void {
    this.#isClosed = true;
    this.#unlisten();
    this.#disarmWant?.();
    this.#disarmRound?.();
  }

  #sayWants(wants: Wants): void {
    if (this.#isClosed) return;
    this.#send({ type: 'want', from: this.#from, wants });
    this.#disarmWant?.();
    this.#disarmWant = undefined;
    if (!this.#wants) return;
    const { clock } = this.#o;
    this.#disarmWant = clock.at(clock.now() + WANT_EVERY_MS, () => {
      if (this.#wants) this.#sayWants(this.#wants);
    });
  }

  #send(message: BusMessage): void {
    if (this.#isClosed) return;
    const text = serializeBusMessage(message, ++this.#sent);
    for (const part of cutMessage(text, `${this.#from.slice(-8)}-${this.#sent}`)) this.#o.bus.send(part);
  }

  #receive(payload: string): void {
    const text = this.#parts.take(payload);
    const message = text === undefined ? undefined : parseBusMessage(text);
    if (!message || message.from === this.#from || this.#isClosed) return;
    if (message.type === 'news') this.#o.onNews(message.news);
    else if (message.type === 'voice') this.#o.onVoice(message.voice);
    else this.#asked(message.from, message.wants);
  }

  // Others who look on

  #asked(from: string, wants: Wants): void {
    const { clock, stage } = this.#o;
    this.#askers.set(from, { wants, until: clock.now() + WANTED_FOR_MS });
    stage.want(from, wants);
    this.#round();
  }

  #round(): void {
    const { clock } = this.#o;
    this.#disarmRound ??= clock.at(clock.now() + 1_000, () => {
      this.#disarmRound = undefined;
      this.#look();
      if (this.#askers.size > 0) this.#round();
    });
  }

  #look(): void {
    const { clock, stage } = this.#o;
    const now = clock.now();
    for (const [from, { until, wants }] of this.#askers) {
      if (until > now && (wants.list || wants.follow.size > 0 || wants.listen.size > 0)) continue;
      this.#askers.delete(from);
      stage.want(from, { list: false, follow: new Set(), listen: new Set() });
    }
    if (now - this.#toldAllAt < TELL_ALL_EVERY_MS || ![...this.#askers.values()].some(({ wants }) => wants.list))
      return;
    this.#toldAllAt = now;
    stage.tellAll();
  }

  #isWanted(news: LiveNews): boolean {
    for (const { wants } of this.#askers.values()) {
      if (news.type === 'lines' && wants.follow.has(news.callSid)) return true;
      if (news.type === 'audio' && wants.listen.has(news.callSid)) return true;
      if ((news.type === 'calls' || news.type === 'gone') && wants.list) return true;
    }
    return false;
  }
}

const nameOf = ({ follow, list, listen }: Wants): string =>
  JSON.stringify([list, [...follow].sort(), [...listen].sort()]);
