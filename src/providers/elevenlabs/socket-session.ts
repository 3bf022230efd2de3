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
import { ContextSocket, type SpeechMessage, type SpokenSentence } from './context-socket.ts';
import { type ElevenLabsOptions, type VoiceChoice, WHO } from './options.ts';
import { SpokenCharacters } from './spoken.ts';

/** Interrupted contexts end within a quarter of a second, or another socket takes the sentence. */
const ROOM_WAIT_MS = 250;

/** A call's voice on one warm socket; another one is made for the next sentence when it has died. */
export class SocketSession implements TextToSpeechSession {
  readonly #connect: () => ContextSocket;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  /** The last one takes the next sentence; those before it finish theirs. */
  #sockets: ContextSocket[] = [];

  constructor(options: ElevenLabsOptions, choice: VoiceChoice, clock: Clock) {
    this.#clock = clock;
    this.#connect = () => new ContextSocket(options, choice, clock);
    this.#freshSocket();
  }

  async *synthesize(text: string, callerSignal: AbortSignal): AsyncGenerator<AudioChunk> {
    const signal = AbortSignal.any([callerSignal, this.#closing.signal]);
    signal.throwIfAborted();
    if (!isSpeakable(text)) return;
    const firstByteBy = this.#clock.now() + BUDGETS.ttsFirstByteMs;
    for (let isSecond = false; ; isSecond = true) {
      const socket = await this.#socketWithRoom(signal);
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
    const sentence = socket.speak(text);
    try {
      yield* this.#listen(sentence, text, limits);
    } catch (error) {
      // The socket may be half-open: the next sentence should not wait for it again.
      if (error instanceof ProviderError && error.code !== 'provider-unavailable') socket.retire();
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
      const chunk = toChunk(message, audio, spoken);
      if (!chunk) continue;
      isHeard = true;
      yield chunk;
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

  async #socketWithRoom(signal: AbortSignal): Promise<ContextSocket> {
    const socket = this.#sockets.at(-1);
    if (!socket?.isUsable) return this.#freshSocket();
    if (socket.hasRoom) return socket;
    await socket.room(ROOM_WAIT_MS);
    signal.throwIfAborted();
    if (socket.isUsable && socket.hasRoom) return socket;
    socket.retire();
    return this.#freshSocket();
  }

  #freshSocket(): ContextSocket {
    const socket = this.#connect();
    this.#sockets = [...this.#sockets.filter(({ isOver }) => !isOver), socket];
    return socket;
  }
}

interface Limits {
  readonly signal: AbortSignal;
  readonly firstByteBy: number;
}

function toChunk(message: SpeechMessage, audio: MulawAudio, spoken: SpokenCharacters): AudioChunk | undefined {
  const data = audio.take(message.audio === undefined ? new Uint8Array(0) : decodeBase64(WHO, message.audio));
  const audioMs = (data.length * 1000) / SAMPLE_RATE_HZ;
  const spokenCharacters = spoken.heard(audioMs, message.alignment, message.normalizedAlignment);
  if (data.length === 0) return undefined;
  return { encoding: 'mulaw', data, ...(spokenCharacters === undefined ? {} : { spokenCharacters }) };
}

/** The connection had died unnoticed, or dies under the sentence, and the vendor has no quarrel with the sentence. */
function isStaleLine(error: unknown, socket: ContextSocket): boolean {
  return error instanceof ProviderError && error.code === 'provider-unavailable' && socket.wasOpen;
}
