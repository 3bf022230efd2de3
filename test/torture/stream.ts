/** One media stream of a caller under torture: says as many things as it wants, and notes which answers it has heard. */
import { createRealClock } from '../../src/call/real-clock.ts';
import { createServerAddress } from '../../src/simulator/carrier/server-address.ts';
import { Phone, type PhoneLink, type StreamIdentity } from '../../src/simulator/phone.ts';
import { readServerMessage } from '../../src/simulator/stream/server-message.ts';
import { openWebSocketLink } from '../../src/simulator/websocket-link.ts';
import { AUTH_TOKEN } from './reign.ts';
import { Talker } from './talker.ts';
import { lineOf } from './words.ts';

export interface StreamOptions {
  readonly url: string;
  readonly streamUrl: string;
  readonly identity: StreamIdentity;
  /** How often the caller speaks before hanging up. */
  readonly turns: number;
  /** A line was heard to its end. */
  readonly onHeard: (line: string) => void;
}

export type StreamEnding =
  /** Its `stop` was read: the server closed in answer to our close. */
  | 'hung-up'
  /** The caller is still on the line. */
  | 'lost'
  | 'refused';

const clock = createRealClock();
/** A caller who is not answered for so long hangs up. */
const PATIENCE_MS = 8_000;

export function runStream(options: StreamOptions): Promise<StreamEnding> {
  return new TortureStream(options).run();
}

class TortureStream {
  readonly #options: StreamOptions;
  readonly #talker = new Talker();
  readonly #ended = Promise.withResolvers<StreamEnding>();
  readonly #linesAt = new Map<string, readonly string[]>();
  #lines = new Set<string>();
  #phone: Phone | undefined;
  #isClearing = false;
  #isHangingUp = false;
  #turnsLeft: number;
  #disarm: () => void = () => {};

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#turnsLeft = options.turns;
  }

  async run(): Promise<StreamEnding> {
    const { streamUrl, url } = this.#options;
    const problem = await openWebSocketLink({
      url: streamUrl,
      address: createServerAddress(url),
      authToken: AUTH_TOKEN,
      onOpen: (link) => this.#begin(link),
      onText: (text) => this.#receive(text),
      onBinary: () => {},
      onClose: (code, reason) => this.#closed(code, reason),
    });
    if (problem) return 'refused';
    return await this.#ended.promise;
  }

  #begin(link: PhoneLink): void {
    const watched: PhoneLink = {
      send: (text) => {
        if (text.startsWith('{"event":"mark"')) this.#played(JSON.parse(text).mark.name);
        link.send(text);
      },
      close: (code, reason) => link.close(code, reason),
    };
    const { identity } = this.#options;
    this.#phone = new Phone({ clock, link: watched, identity, source: this.#talker, record: false });
    this.#phone.start();
    this.#wait();
  }

  #receive(text: string): void {
    const message = readServerMessage(text, this.#options.identity.streamSid);
    if (message.type === 'media') {
      const line = lineOf(message.audio);
      if (line !== undefined) this.#lines.add(line);
    }
    if (message.type === 'mark') this.#linesAt.set(message.name, [...this.#lines]);
    this.#isClearing = message.type === 'clear';
    this.#phone?.receive(text);
    if (this.#isClearing) this.#lines = new Set();
    this.#isClearing = false;
  }

  /** The phone gives a mark back when what came before it was played, or, at a clear, thrown away. */
  #played(mark: string): void {
    if (this.#isClearing || !mark.endsWith(':last')) return;
    for (const line of this.#linesAt.get(mark) ?? []) {
      this.#lines.delete(line);
      this.#options.onHeard(line);
    }
    // Not from inside of the phone's own beat.
    queueMicrotask(() => this.#goOn());
  }

  #goOn(): void {
    if (this.#isHangingUp) return;
    if (this.#turnsLeft-- <= 0) return this.#hangUp();
    this.#talker.speak();
    this.#wait();
  }

  #wait(): void {
    this.#disarm();
    this.#disarm = clock.at(clock.now() + PATIENCE_MS, () => this.#hangUp());
  }

  #hangUp(): void {
    this.#isHangingUp = true;
    this.#phone?.stop();
  }

  #closed(code: number, reason: string): void {
    this.#disarm();
    this.#phone?.linkClosed(code, reason);
    this.#ended.resolve(this.#isHangingUp && code !== 1006 ? 'hung-up' : 'lost');
  }
}
