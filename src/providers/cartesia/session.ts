import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import type { Clock } from '../../core/clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { isSpeakable } from '../../text/speakable.ts';
import { BUDGETS } from '../budgets.ts';
import type { AudioChunk, TextToSpeechSession } from '../contracts.ts';
import { brokenAnswer, tooSlow } from '../vendor-error.ts';
import { decodeBase64 } from '../wire/base64.ts';
import type { InboxWait } from '../wire/inbox.ts';
import { MulawAudio } from '../wire/mulaw-audio.ts';
import { type Generation, serializeGeneration } from './codec.ts';
import { ContextSocket, type SpokenSentence } from './context-socket.ts';
import { type CartesiaOptions, WHO } from './options.ts';
import { SpokenCharacters } from './spoken.ts';

/** What a call settles. */
export type VoiceChoice = Pick<Generation, 'voice' | 'language'>;

/** A call's voice on one warm socket; another one is made for the next sentence when it has died. */
export class CartesiaSession implements TextToSpeechSession {
  readonly #options: CartesiaOptions;
  readonly #choice: VoiceChoice;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  /** The last one takes the next sentence; those before it finish theirs. */
  #sockets: ContextSocket[] = [];

  constructor(options: CartesiaOptions, choice: VoiceChoice, clock: Clock) {
    this.#options = options;
    this.#choice = choice;
    this.#clock = clock;
    this.#freshSocket();
  }

  async *synthesize(text: string, callerSignal: AbortSignal): AsyncGenerator<AudioChunk> {
    const signal = AbortSignal.any([callerSignal, this.#closing.signal]);
    signal.throwIfAborted();
    if (!isSpeakable(text)) return;
    const firstByteBy = this.#clock.now() + BUDGETS.ttsFirstByteMs;
    for (let isSecond = false; ; isSecond = true) {
      const last = this.#sockets.at(-1);
      const socket = last?.isUsable ? last : this.#freshSocket();
      let isHeard = false;
      try {
        for await (const chunk of this.#speak(socket, text, { signal, firstByteBy })) {
          isHeard = true;
          yield chunk;
        }
        return;
      } catch (error) {
        if (isHeard || isSecond || !isStaleLine(error, socket)) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  async *#speak(socket: ContextSocket, text: string, limits: Limits): AsyncGenerator<AudioChunk> {
    const { model } = this.#options;
    const sentence = socket.speak((contextId) => serializeGeneration({ ...this.#choice, model, contextId, text }));
    try {
      yield* this.#listen(sentence, text, limits);
    } catch (error) {
      // The socket may be half-open: the next sentence should not wait for it again.
      if (error instanceof ProviderError && error.code === 'provider-timeout') socket.retire();
      throw error;
    } finally {
      sentence.leave();
    }
  }

  async *#listen({ inbox }: SpokenSentence, text: string, limits: Limits): AsyncGenerator<AudioChunk> {
    const audio = new MulawAudio(WHO);
    const spoken = new SpokenCharacters(text);
    let isHeard = false;
    for (;;) {
      const message = await inbox.take(this.#wait(limits, isHeard));
      if (!message) break;
      if (message.type === 'timestamps') {
        spoken.timed(message.words);
        continue;
      }
      const data = audio.take(decodeBase64(WHO, message.data));
      if (data.length === 0) continue;
      isHeard = true;
      const spokenCharacters = spoken.heard((data.length * 1000) / SAMPLE_RATE_HZ);
      yield { encoding: 'mulaw', data, ...(spokenCharacters === undefined ? {} : { spokenCharacters }) };
    }
    if (!isHeard) throw brokenAnswer(WHO, 'a sentence without audio');
  }

  #wait({ signal, firstByteBy }: Limits, isHeard: boolean): InboxWait {
    const clock = this.#clock;
    const idleMs = BUDGETS.ttsIdleMs;
    return isHeard
      ? { clock, signal, until: clock.now() + idleMs, late: () => tooSlow(WHO, `no further audio within ${idleMs} ms`) }
      : { clock, signal, until: firstByteBy, late: () => tooSlow(WHO, 'no audio in time') };
  }

  #freshSocket(): ContextSocket {
    const socket = new ContextSocket(this.#options, this.#clock);
    this.#sockets = [...this.#sockets.filter(({ isOver }) => !isOver), socket];
    return socket;
  }
}

interface Limits {
  readonly signal: AbortSignal;
  readonly firstByteBy: number;
}

/** The connection had died unnoticed, or dies under the sentence, and the vendor has no quarrel with the sentence. */
function isStaleLine(error: unknown, socket: ContextSocket): boolean {
  return error instanceof ProviderError && error.code === 'provider-unavailable' && socket.wasOpen;
}
