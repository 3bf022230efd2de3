/** An agent with everything it needs to serve: its data, its providers, and the lines that are already spoken. */
import type { ConsentLine } from '../core/fact.ts';
import type { CallSettings } from '../core/settings.ts';
import type { Brain, SpeechToText, TextToSpeech, ToolDescription } from '../providers/contracts.ts';
import { joinLines, type Line, textOf, uninterruptible } from '../text/line.ts';
import type { AgentLines } from './agent-lines.ts';
import { consentLineOf } from './agent-recording.ts';
import { LineCache } from './line-cache.ts';
import type { SpeechStore } from './speech-store.ts';
import type { Tool } from './tool.ts';
import { describeTools } from './toolbox.ts';

export interface AgentRuntimeOptions {
  readonly name: string;
  readonly language: string;
  readonly voice?: string;
  /** What a model is told about its task. */
  readonly instructions?: string;
  /** What a model may do, by name. */
  readonly tools: Readonly<Record<string, Tool>>;
  /** Spoken once per call, before anything else; may be empty. */
  readonly greeting: Line | readonly Line[];
  /** A recording of all of the greeting, µ-law. */
  readonly greetingAudio?: Uint8Array;
  readonly lines: AgentLines;
  /** Records calls, when the caller has heard the consent line. */
  readonly recording?: { readonly consent: string; readonly segmentSeconds: number };
  readonly settings: CallSettings;
  readonly stt: SpeechToText;
  readonly brain: Brain;
  readonly tts: TextToSpeech;
  /** The first of `tts` alone, when that is a chain: what it speaks ahead is kept. */
  readonly ownVoice?: TextToSpeech;
  readonly speechStore?: SpeechStore;
  readonly onStoreError?: (error: unknown) => void;
  /** It speaks with the providers of another runtime, which closes them. */
  readonly sharesProviders?: boolean;
}

export class AgentRuntime {
  readonly options: AgentRuntimeOptions;
  /** The greeting as it is spoken, one piece after the other. */
  readonly greeting: readonly Line[];
  readonly consent: Line | undefined;
  readonly consentLine: ConsentLine | undefined;
  readonly cache: LineCache;
  /** What a model is told of the agent's tools. */
  readonly toolDescriptions: readonly ToolDescription[];
  readonly #closing = new AbortController();
  #preparing: Promise<void> | undefined;

  constructor(options: AgentRuntimeOptions) {
    this.options = options;
    this.toolDescriptions = describeTools(options.tools);
    const { greetingAudio, language, onStoreError = () => {}, ownVoice, speechStore, tts, voice } = options;
    this.cache = new LineCache({
      voice: ownVoice ?? tts,
      standIn: tts,
      speech: { language, ...(voice === undefined ? {} : { voice }) },
      store: speechStore,
      onStoreError,
    });
    const { recording } = options;
    this.consent = recording && uninterruptible(recording.consent);
    this.consentLine = recording && consentLineOf(recording);
    const greeting = [options.greeting].flat();
    this.greeting = greetingAudio ? [joinLines(greeting)] : greeting;
    if (greetingAudio) this.cache.set(textOf(this.greeting[0]!), greetingAudio);
  }

  /** What is not the real thing in this agent, in plain words. */
  get caveats(): readonly string[] {
    const { stt, brain, tts } = this.options;
    return [stt.caveat, brain.caveat, tts.caveat].filter((caveat) => caveat !== undefined);
  }

  /** Speaks greeting and lines ahead of the first call. Idempotent. Throws `ProviderError` when the voice fails. */
  prepare(): Promise<void> {
    const consent = this.consent === undefined ? [] : [this.consent];
    const texts = [...consent, ...this.greeting, ...Object.values(this.options.lines)]
      .map(textOf)
      .filter((text) => text.trim() !== '');
    this.#preparing ??= this.cache.prepare(texts, this.#closing.signal);
    return this.#preparing;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#preparing?.catch(() => {}); // whoever asked for it has been told
    const { stt, brain, sharesProviders, tts } = this.options;
    if (!sharesProviders) await Promise.all([stt.close(), brain.close(), tts.close()]);
  }
}
