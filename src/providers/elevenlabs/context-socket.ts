import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { Inbox } from '../wire/inbox.ts';
import { VoiceSocket } from '../wire/voice-socket.ts';
import { type ElevenLabsOptions, socketUrl, type VoiceChoice, WHO } from './options.ts';
import {
  parseServerMessage,
  type ServerMessage,
  serializeCloseSocket,
  serializeKeepAlive,
  serializeSentence,
} from './socket-codec.ts';
import { errorOfAnswer, errorOfClose, errorOfName } from './vendor-fault.ts';

export type SpeechMessage = Extract<ServerMessage, { type: 'speech' }>;

/** What is said of one sentence; `leave` when nobody listens any more. */
export interface SpokenSentence {
  readonly inbox: Inbox<SpeechMessage>;
  leave(): void;
}

/** The vendor closes a socket with a sixth context (1008). The context that keep-alives live in is one of the five. */
const MAX_CONTEXTS = 4;
/** A third of the inactivity timeout that is asked for. */
const KEEP_ALIVE_MS = 60_000;

/** One connection and the contexts in it. */
export class ContextSocket {
  readonly #socket: VoiceSocket;
  readonly #clock: Clock;
  /** Contexts that the vendor has not yet called final. Without an inbox: nobody listens to it any more. */
  readonly #contexts = new Map<string, Inbox<SpeechMessage> | undefined>();
  readonly #roomWaiters = new Set<() => void>();
  #made = 0;
  #isRetired = false;
  #disarm: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(options: ElevenLabsOptions, choice: VoiceChoice, clock: Clock) {
    this.#clock = clock;
    this.#socket = new VoiceSocket({
      who: WHO,
      clock,
      url: socketUrl(options, choice),
      headers: { 'xi-api-key': options.key },
      onMessage: (message) => this.#heard(message),
      onDead: (error) => this.#fail(error),
      errorOf: errorOfAnswer,
      errorOfClose,
    });
    this.#keepAliveLater();
  }

  /** Takes sentences. */
  get isUsable(): boolean {
    return !this.#socket.isDead && !this.#isRetired;
  }

  /** Closed, or closing: nobody needs to close it. */
  get isOver(): boolean {
    return this.#closing !== undefined;
  }

  get hasRoom(): boolean {
    return this.#contexts.size < MAX_CONTEXTS;
  }

  /** The connection was there before it died: a sentence that was lost with it may be sent on another. */
  get wasOpen(): boolean {
    return this.#socket.wasOpen;
  }

  /** Resolves when a context ends, or the socket does, or the time is over. */
  async room(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const disarm = this.#clock.at(this.#clock.now() + waitMs, resolve);
    this.#roomWaiters.add(resolve);
    await promise;
    this.#roomWaiters.delete(resolve);
    disarm();
  }

  speak(text: string): SpokenSentence {
    const contextId = `kav-${++this.#made}`;
    const inbox = new Inbox<SpeechMessage>();
    this.#contexts.set(contextId, inbox);
    const takeBack = this.#socket.send(...serializeSentence(contextId, text));
    const leave = () => {
      if (takeBack()) this.#contexts.delete(contextId);
      else if (this.#contexts.has(contextId)) this.#contexts.set(contextId, undefined);
      this.#closeWhenUnheard();
    };
    return { inbox, leave };
  }

  /** No further sentence; it closes when the present ones are over. */
  retire(): void {
    this.#isRetired = true;
    this.#closeWhenUnheard();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isRetired = true;
    this.#disarm();
    this.#wakeWaiters();
    this.#socket.send(serializeCloseSocket());
    await this.#socket.close();
  }

  #closeWhenUnheard(): void {
    const isHeard = [...this.#contexts.values()].some((inbox) => inbox !== undefined);
    if (this.#isRetired && !isHeard) void this.close();
  }

  #heard(text: string | undefined): void {
    const message = text === undefined ? undefined : parseServerMessage(text);
    if (message?.type === 'speech') this.#deliver(message);
    else if (message?.type === 'error') this.#fail(errorOfName(message.name));
    else if (message === undefined) this.#fail(brokenAnswer(WHO, 'a message that is none of its protocol'));
  }

  /** What comes for a context that is unknown, or was left, is dropped. */
  #deliver(message: SpeechMessage): void {
    const inbox = this.#contexts.get(message.contextId);
    inbox?.put(message);
    if (!message.isFinal) return;
    inbox?.end();
    if (this.#contexts.delete(message.contextId)) this.#wakeWaiters();
  }

  #fail(error: ProviderError): void {
    this.#disarm();
    for (const inbox of this.#contexts.values()) inbox?.fail(error);
    this.#contexts.clear();
    this.retire();
    this.#wakeWaiters();
  }

  #wakeWaiters(): void {
    for (const wake of this.#roomWaiters) wake();
  }

  #keepAliveLater(): void {
    this.#disarm = this.#clock.at(this.#clock.now() + KEEP_ALIVE_MS, () => {
      this.#socket.send(serializeKeepAlive());
      this.#keepAliveLater();
    });
  }
}
