import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { Inbox } from '../wire/inbox.ts';
import { VoiceSocket } from '../wire/voice-socket.ts';
import { parseServerMessage, type ServerMessage, serializeCancel } from './codec.ts';
import { type CartesiaOptions, WHO } from './options.ts';
import { errorOfAnswer, errorOfClose, errorOfFault } from './vendor-fault.ts';

export type SpeechMessage = Extract<ServerMessage, { type: 'chunk' | 'timestamps' }>;

/** What is said of one sentence; `leave` when nobody listens any more. */
export interface SpokenSentence {
  readonly inbox: Inbox<SpeechMessage>;
  leave(): void;
}

/** One connection and the contexts in it. The vendor ends it after five idle minutes, and has no message against that. */
export class ContextSocket {
  readonly #socket: VoiceSocket;
  /** The sentences that are being listened to. */
  readonly #contexts = new Map<string, Inbox<SpeechMessage>>();
  #made = 0;
  #isRetired = false;
  #closing: Promise<void> | undefined;

  constructor({ key, url }: CartesiaOptions, clock: Clock) {
    this.#socket = new VoiceSocket({
      who: WHO,
      clock,
      url,
      // The vendor also takes `api_key` in the query, where every log on the way would keep it.
      headers: { 'X-API-Key': key },
      onMessage: (message) => this.#heard(message),
      onDead: (error) => this.#fail(error),
      errorOf: errorOfAnswer,
      errorOfClose,
    });
  }

  /** Takes sentences. */
  get isUsable(): boolean {
    return !this.#socket.isDead && !this.#isRetired;
  }

  /** Closed, or closing: nobody needs to close it. */
  get isOver(): boolean {
    return this.#closing !== undefined;
  }

  /** The connection was there before it died: a sentence that was lost with it may be sent on another. */
  get wasOpen(): boolean {
    return this.#socket.wasOpen;
  }

  speak(serialize: (contextId: string) => string): SpokenSentence {
    const contextId = `kav-${++this.#made}`;
    const inbox = new Inbox<SpeechMessage>();
    this.#contexts.set(contextId, inbox);
    const takeBack = this.#socket.send(serialize(contextId));
    const leave = () => {
      // Not there any more: it is done.
      if (this.#contexts.delete(contextId) && !takeBack()) this.#socket.send(serializeCancel(contextId));
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
    this.#isRetired = true;
    this.#closing ??= this.#socket.close();
    return this.#closing;
  }

  #closeWhenUnheard(): void {
    if (this.#isRetired && this.#contexts.size === 0) void this.close();
  }

  #heard(text: string | undefined): void {
    const message = text === undefined ? undefined : parseServerMessage(text);
    switch (message?.type) {
      case 'chunk':
      case 'timestamps':
        // What comes for a context that is unknown, or was left, is dropped.
        this.#contexts.get(message.contextId)?.put(message);
        return;
      case 'done':
        this.#take(message.contextId)?.end();
        return;
      case 'error': {
        const error = errorOfFault({ status: message.status }, message.name);
        if (message.contextId === undefined) this.#fail(error);
        else this.#take(message.contextId)?.fail(error);
        return;
      }
      case 'other':
        return;
      default:
        this.#fail(brokenAnswer(WHO, 'a message that is none of its protocol'));
    }
  }

  #take(contextId: string): Inbox<SpeechMessage> | undefined {
    const inbox = this.#contexts.get(contextId);
    this.#contexts.delete(contextId);
    return inbox;
  }

  #fail(error: ProviderError): void {
    for (const inbox of this.#contexts.values()) inbox.fail(error);
    this.#contexts.clear();
    this.retire();
  }
}
