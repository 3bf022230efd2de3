/** A caller's end of a stream: speaks when told to, and notes what it has heard to its end. */
import { createRealClock } from '../../../src/call/real-clock.ts';
import { createServerAddress } from '../../../src/simulator/carrier/server-address.ts';
import { Phone, type PhoneLink } from '../../../src/simulator/phone.ts';
import { readServerMessage } from '../../../src/simulator/stream/server-message.ts';
import { openWebSocketLink } from '../../../src/simulator/websocket-link.ts';
import { Talker } from '../../torture/talker.ts';
import { lineOf } from '../../torture/words.ts';
import { ACCOUNT, AUTH_TOKEN } from './served.ts';

export interface LineOptions {
  readonly url: string;
  readonly twiml: string;
  readonly callSid: string;
  readonly streamSid: string;
}

export class TalkingLine {
  readonly talker = new Talker();
  readonly heard: string[] = [];
  readonly closed: Promise<void>;
  readonly #closed = Promise.withResolvers<void>();
  readonly #options: LineOptions;
  readonly #playing = new Set<string>();
  #phone: Phone | undefined;
  #look: () => void = () => {};

  constructor(options: LineOptions) {
    this.#options = options;
    this.closed = this.#closed.promise;
  }

  async open(): Promise<this> {
    const { twiml, url } = this.#options;
    const problem = await openWebSocketLink({
      url: /<Stream[^>]* url="([^"]+)"/.exec(twiml)?.[1] ?? '',
      address: createServerAddress(url),
      authToken: AUTH_TOKEN,
      onOpen: (link) => this.#begin(link),
      onText: (text) => this.#receive(text),
      onBinary: () => {},
      onClose: (code, reason) => {
        this.#phone?.linkClosed(code, reason);
        this.#closed.resolve();
      },
    });
    if (problem) throw new Error(JSON.stringify(problem));
    return this;
  }

  /** Resolves when such a line has been heard to its end. */
  hears(line: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.heard.some((each) => line.test(each))) resolve();
      };
      this.#look();
    });
  }

  hangUp(): void {
    this.#phone?.stop();
  }

  #begin(link: PhoneLink): void {
    const { callSid, streamSid, twiml } = this.#options;
    const token = /name="token" value="([^"]+)"/.exec(twiml)?.[1] ?? '';
    const identity = {
      ...{ callSid, streamSid, accountSid: ACCOUNT, from: '+15551230001', to: '+15551230000' },
      customParameters: { call_sid: callSid, token },
    };
    const watched: PhoneLink = {
      send: (text) => {
        if (text.startsWith('{"event":"mark"') && text.includes(':last')) this.#played();
        link.send(text);
      },
      close: (code, reason) => link.close(code, reason),
    };
    this.#phone = new Phone({ clock: createRealClock(), link: watched, identity, source: this.talker, record: false });
    this.#phone.start();
  }

  #receive(text: string): void {
    const message = readServerMessage(text, this.#options.streamSid);
    const line = message.type === 'media' ? lineOf(message.audio) : undefined;
    if (line !== undefined) this.#playing.add(line);
    this.#phone?.receive(text);
  }

  #played(): void {
    this.heard.push(...this.#playing);
    this.#playing.clear();
    queueMicrotask(() => this.#look());
  }
}
