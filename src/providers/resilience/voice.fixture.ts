/** Voices that do as they are told, request by request, and chains of them. */

import { toneMulaw } from '../../audio/tone.ts';
import { ProviderError, type ProviderErrorDetails } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { settle } from '../conformance/settle.ts';
import type { AudioChunk, TextToSpeech, TextToSpeechOptions, TextToSpeechSession } from '../contracts.ts';
import { wait } from '../wait.ts';
import { ProviderHealth } from './health.ts';
import type { ProviderNews } from './news.ts';
import { createResilientVoice } from './voice.ts';
import type { ChainVoice } from './voice-session.ts';

export type VoiceAct =
  | { readonly kind: 'speak'; readonly firstByteMs?: number }
  | { readonly kind: 'fail'; readonly code?: ProviderErrorDetails['code']; readonly retryAfterMs?: number }
  | { readonly kind: 'mute' }
  | { readonly kind: 'empty' }
  /** So many characters, then an error, or nothing for ever. */
  | { readonly kind: 'cut' | 'stall'; readonly after: number }
  /** These bytes for speech. */
  | { readonly kind: 'send'; readonly chunks: readonly AudioChunk[] }
  /** Characters in order, then noise without end. */
  | { readonly kind: 'ramble' };

export interface ScriptedVoiceOptions {
  readonly clock: VirtualClock;
  readonly name: string;
  /** What it does with its n-th request; the last act goes on. */
  readonly acts?: readonly VoiceAct[];
  readonly msPerCharacter?: number;
  /** Its own word for how long its first audio may take. */
  readonly firstByteMs?: number;
  /** Whether chunks say how far they come. */
  readonly tells?: boolean;
}

export class ScriptedVoice implements TextToSpeech {
  readonly name: string;
  readonly opened: TextToSpeechOptions[] = [];
  readonly asked: string[] = [];
  readonly askedAt: number[] = [];
  /** Requests that ended by their signal. */
  aborted = 0;
  /** Requests that are going on. */
  running = 0;
  closed = 0;
  readonly #options: ScriptedVoiceOptions;
  readonly #spokenBy = new WeakMap<AudioChunk, string>();

  constructor(options: ScriptedVoiceOptions) {
    this.#options = options;
    this.name = options.name;
  }

  /** The text that these chunks of this voice speak. */
  textOf(chunk: AudioChunk): string {
    return this.#spokenBy.get(chunk) ?? '';
  }

  open(options: TextToSpeechOptions) {
    this.opened.push(options);
    const { firstByteMs } = this.#options;
    return {
      ...(firstByteMs === undefined ? {} : { firstByteMs }),
      synthesize: (text: string, signal: AbortSignal) => this.#synthesize(text, signal),
      close: async () => {
        this.closed++;
      },
    };
  }

  async close(): Promise<void> {}

  async *#synthesize(text: string, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    const { clock, acts = [{ kind: 'speak' }] } = this.#options;
    const act = acts[Math.min(this.asked.length, acts.length - 1)]!;
    this.asked.push(text);
    this.askedAt.push(clock.now());
    this.running++;
    try {
      yield* this.#perform(act, text, signal);
    } finally {
      this.running--;
      if (signal.aborted) this.aborted++;
    }
  }

  async *#perform(act: VoiceAct, text: string, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    const { clock } = this.#options;
    const forever = () => wait(clock, 1e9, signal);
    if (act.kind === 'fail') throw this.#error(act.code ?? 'provider-failed', act.retryAfterMs);
    if (act.kind === 'mute') await forever();
    if (act.kind === 'send') yield* act.chunks;
    if (act.kind === 'speak') {
      await wait(clock, act.firstByteMs ?? 0, signal);
      yield* this.#speech(text, text.length);
    }
    if (act.kind === 'cut' || act.kind === 'stall') {
      yield* this.#speech(text, act.after);
      if (act.kind === 'stall') await forever();
      throw this.#error('provider-failed');
    }
    if (act.kind === 'ramble') for (;;) yield* this.#speech('x'.repeat(100), 100);
  }

  *#speech(text: string, count: number): Generator<AudioChunk> {
    const { msPerCharacter = 65, tells = false } = this.#options;
    for (let i = 0; i < Math.min(count, text.length); i++) {
      const data = toneMulaw({ frequencyHz: 300 + (text.charCodeAt(i) % 7) * 90, durationMs: msPerCharacter });
      const chunk: AudioChunk = { encoding: 'mulaw', data, ...(tells ? { spokenCharacters: i + 1 } : {}) };
      this.#spokenBy.set(chunk, text[i]!);
      yield chunk;
    }
  }

  #error(code: ProviderErrorDetails['code'], retryAfterMs?: number): ProviderError {
    const retryable = code !== 'provider-misconfigured';
    const details = { provider: this.name, operation: 'tts', code, retryable } as const;
    return new ProviderError(retryAfterMs === undefined ? details : { ...details, retryAfterMs }, 'as told');
  }
}

export const SENTENCE = 'Your appointment is on Tuesday at half past ten.';
export const call = { callSid: 'CA00', language: 'en-US' } as const;

export function openChain(...voices: readonly Partial<ScriptedVoiceOptions & { voice: string }>[]) {
  const clock = new VirtualClock();
  const news: ProviderNews[] = [];
  const health = new ProviderHealth({ clock, onNews: (item) => news.push(item) });
  const names = ['first', 'second', 'third'];
  const scripted = voices.map((options, i) => new ScriptedVoice({ clock, name: names[i]!, ...options }));
  const chain = scripted.map((provider, i): ChainVoice => {
    const voice = voices[i]?.voice;
    return voice === undefined ? { provider } : { provider, voice };
  });
  const voice = createResilientVoice(chain, { clock, health, onNews: (item) => news.push(item) });
  const session = voice.open(call);
  const switches = () => news.flatMap((item) => (item.type === 'switched' ? [`${item.from} → ${item.to}`] : []));
  return { clock, health, news, switches, scripted, voice, session };
}

type OpenChain = ReturnType<typeof openChain>;

/** What is heard of the sentence, each change of voice marked, and how it ends. */
export async function hear({ clock, scripted, session }: OpenChain, text = SENTENCE) {
  const chunks: AudioChunk[] = [];
  const error = await settle(collect(session, text, chunks), (ms) => clock.advance(ms)).catch((e: unknown) => e);
  let heard = '';
  let speaker: ScriptedVoice | undefined;
  for (const chunk of chunks) {
    const by = scripted.find((voice) => voice.textOf(chunk) !== '');
    if (speaker && by !== speaker) heard += '|';
    speaker = by;
    heard += by?.textOf(chunk) ?? '?';
  }
  return { heard, error: error instanceof Error ? error : undefined, chunks };
}

async function collect(session: TextToSpeechSession, text: string, chunks: AudioChunk[]): Promise<void> {
  for await (const chunk of session.synthesize(text, new AbortController().signal)) chunks.push(chunk);
}

export const fail: VoiceAct = { kind: 'fail' };
export const speak: VoiceAct = { kind: 'speak' };
