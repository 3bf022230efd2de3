/**
 * Speech that is the same in every call of an agent: the greeting and the fixed lines, as µ-law. It is spoken once and
 * kept, so that the first frame of a call waits for nobody and an apology needs no voice that works right now.
 */
import type { TextToSpeech, TextToSpeechOptions } from '../providers/contracts.ts';
import { encodeSpeech } from './encode-speech.ts';

export class LineCache {
  readonly #tts: TextToSpeech;
  readonly #options: TextToSpeechOptions;
  readonly #spoken = new Map<string, Uint8Array>();

  constructor(tts: TextToSpeech, options: Omit<TextToSpeechOptions, 'callSid'>) {
    this.#tts = tts;
    this.#options = { ...options, callSid: '' };
  }

  /** The audio of a text spoken before; undefined while it is not there. */
  get(text: string): Uint8Array | undefined {
    return this.#spoken.get(text);
  }

  /** Keeps audio that came from elsewhere, such as a recorded greeting. */
  set(text: string, audio: Uint8Array): void {
    this.#spoken.set(text, audio);
  }

  /** Speaks each text that is not there yet, one after another. Throws `ProviderError` at the first that cannot be. */
  async prepare(texts: readonly string[], signal: AbortSignal): Promise<void> {
    const session = this.#tts.open(this.#options);
    try {
      for (const text of texts) {
        if (this.#spoken.has(text)) continue;
        const pieces: Uint8Array[] = [];
        for await (const audio of encodeSpeech(session.synthesize(text, signal))) pieces.push(audio);
        if (pieces.length > 0) this.#spoken.set(text, new Uint8Array(Buffer.concat(pieces)));
      }
    } finally {
      await session.close();
    }
  }
}
