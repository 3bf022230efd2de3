/**
 * Speech that is the same in every call of an agent: the greeting and the fixed lines, as µ-law. It is spoken once and
 * kept, so that the first frame of a call waits for nobody and an apology needs no voice that works right now.
 */
import type { TextToSpeech, TextToSpeechOptions } from '../providers/contracts.ts';
import { speakAloud } from '../text/aloud.ts';
import { encodeSpeech } from './encode-speech.ts';
import type { SpeechKey, SpeechStore } from './speech-store.ts';

export interface LineCacheOptions {
  /** The agent's own voice: what it speaks is kept. */
  readonly voice: TextToSpeech;
  /** Whoever speaks when it cannot; that serves until the process ends. */
  readonly standIn: TextToSpeech;
  readonly speech: Omit<TextToSpeechOptions, 'callSid'>;
  readonly store?: SpeechStore | undefined;
  /** The store failed: the lines are there all the same. */
  readonly onStoreError: (error: unknown) => void;
}

export class LineCache {
  readonly #options: LineCacheOptions;
  readonly #spoken = new Map<string, Uint8Array>();

  constructor(options: LineCacheOptions) {
    this.#options = options;
  }

  /** The audio of a text spoken before; undefined while it is not there. */
  get(text: string): Uint8Array | undefined {
    return this.#spoken.get(text);
  }

  /** Keeps audio that came from elsewhere, such as a recorded greeting. */
  set(text: string, audio: Uint8Array): void {
    this.#spoken.set(text, audio);
  }

  /**
   * Gets each text that is not there yet, from the store or from a voice. Throws `ProviderError` when no voice can speak;
   * what was spoken by then stays.
   */
  async prepare(texts: readonly string[], signal: AbortSignal): Promise<void> {
    for (const text of texts) {
      if (this.#spoken.has(text)) continue;
      const audio = (await this.#fromStore(text)) ?? (await this.#fromVoice(text, signal));
      if (audio.length > 0) this.#spoken.set(text, audio);
    }
  }

  async #fromVoice(text: string, signal: AbortSignal): Promise<Uint8Array> {
    const { standIn, voice } = this.#options;
    try {
      const audio = await this.#speak(voice, text, signal);
      await this.#toStore(text, audio);
      return audio;
    } catch (error) {
      if (signal.aborted || standIn === voice) throw error;
      return this.#speak(standIn, text, signal);
    }
  }

  async #speak(voice: TextToSpeech, text: string, signal: AbortSignal): Promise<Uint8Array> {
    const { speech } = this.#options;
    const session = voice.open({ ...speech, callSid: '' });
    try {
      const pieces: Uint8Array[] = [];
      const chunks = session.synthesize(speakAloud(text, speech.language), signal);
      for await (const audio of encodeSpeech(chunks)) pieces.push(audio);
      return new Uint8Array(Buffer.concat(pieces));
    } finally {
      await session.close();
    }
  }

  #keyOf(text: string): SpeechKey {
    const { speech, voice } = this.#options;
    return { provider: voice.name, voice: speech.voice, language: speech.language, text };
  }

  async #fromStore(text: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#options.store?.read(this.#keyOf(text));
    } catch (error) {
      this.#options.onStoreError(error);
      return undefined;
    }
  }

  async #toStore(text: string, audio: Uint8Array): Promise<void> {
    if (audio.length === 0) return;
    try {
      await this.#options.store?.write(this.#keyOf(text), audio);
    } catch (error) {
      this.#options.onStoreError(error);
    }
  }
}
