/**
 * The three contracts between a call and whoever hears, thinks and speaks for it. Adapters implement them, one folder
 * per vendor; each passes the suite in `conformance/`. Telephone audio is G.711 µ-law, 8000 Hz, mono, one byte per
 * sample, and a frame is 160 bytes (20 ms).
 */
import type { CallOutcome, ToolExchange } from '../core/call-event.ts';
import type { Clock } from '../core/clock.ts';
import type { ProviderError } from '../core/errors.ts';

/** What the agent has just asked for, so that a recogniser can listen for it. */
export interface Expectation {
  /** The kind of answer; `open` when anything may follow. */
  readonly kind: 'yes-no' | 'choice' | 'digits' | 'phone' | 'date' | 'time' | 'name' | 'number' | 'open';
  /** Sample phrases, lower case, in the call's language: hints for a recogniser that takes phrases. */
  readonly phrases?: readonly string[];
  /** Whether pressed keys stop the agent while it still asks. Left out: as the agent's settings say. */
  readonly keysInterrupt?: boolean;
  /** The answer, and the question if it repeats one, must not be recorded: a card number. */
  readonly sensitive?: boolean;
  /** A JSGF rule body (the right-hand side of `public <answer> = …;`) for a recogniser that takes grammars. */
  readonly grammar?: string;
}

export type SpeechEvent =
  /** The words so far of the utterance in progress; each replaces the one before. */
  | { readonly type: 'partial'; readonly text: string }
  /** The words of a finished utterance; empty when nothing was understood. */
  | {
      readonly type: 'final';
      readonly text: string;
      /** The vendor did not answer in time: these are the words that were known by then, and there may have been more. */
      readonly isOverdue?: true;
    }
  /** The session is dead; no event follows. */
  | { readonly type: 'error'; readonly error: ProviderError };

export interface SpeechToTextOptions {
  readonly callSid: string;
  /** BCP 47, for example `he-IL`. */
  readonly language: string;
  /** Never called after `close()`, and never from inside one of the session's own methods. */
  readonly onEvent: (event: SpeechEvent) => void;
}

export interface SpeechToTextSession {
  /** One frame, 160 bytes of µ-law. The buffer is reused by the caller: copy what must outlive the call. Never throws. */
  write(frame: Uint8Array): void;
  /** The VAD saw speech begin, up to 300 ms ago: adapters that gate by utterance start from their own pre-roll. */
  speechStarted(): void;
  /** The VAD saw speech end. Exactly one `final` follows for it, with empty text if nothing was understood. */
  speechEnded(): void;
  /** What the agent asks for from now on. */
  expect(expectation: Expectation): void;
  close(): Promise<void>;
}

export interface SpeechToText {
  readonly name: string;
  /** A plain line for the operator when this is not a real recogniser; said at start and in every report. */
  readonly caveat?: string;
  /** Connects in the background; a failure arrives as an `error` event. Never throws. */
  open(options: SpeechToTextOptions): SpeechToTextSession;
  close(): Promise<void>;
}

/** A piece of speech, of any length but zero. */
export type AudioChunk = (
  | { readonly encoding: 'mulaw'; readonly data: Uint8Array }
  | { readonly encoding: 'pcm16'; readonly sampleRateHz: number; readonly data: Int16Array }
) & {
  /** How many characters of the text have been spoken by the end of this chunk, when the vendor tells. */
  readonly spokenCharacters?: number;
};

export interface TextToSpeechOptions {
  readonly callSid: string;
  readonly language: string;
  /** The vendor's name of the voice; undefined takes the provider's default for the language. */
  readonly voice?: string;
}

export interface TextToSpeechSession {
  /** How long the first audio may take, when this voice is known to need more than the usual budget. */
  readonly firstByteMs?: number;
  /**
   * Speaks one sentence. Chunks come in order; at least one follows for any text with a letter or a digit.
   * Throws `ProviderError`, or the signal's reason when aborted; nothing is yielded after the abort.
   */
  synthesize(text: string, signal: AbortSignal): AsyncIterable<AudioChunk>;
  close(): Promise<void>;
}

export interface TextToSpeech {
  readonly name: string;
  readonly caveat?: string;
  /** May connect ahead, in the background, so that the first sentence finds a warm line. Never throws. */
  open(options: TextToSpeechOptions): TextToSpeechSession;
  close(): Promise<void>;
}

/**
 * One finished turn as the brain may see it: what the caller said, or what the caller really heard of the agent, or of an
 * operator in its place: the words that the agent was given to say, or `OPERATOR_SPOKE`.
 */
export interface SpokenTurn {
  readonly who: 'caller' | 'agent' | 'operator';
  readonly text: string;
  /** The agent was interrupted: `text` ends at the word in progress. */
  readonly interrupted?: boolean;
}

/** Tools that the brain asked for together, with their results. They did happen, even if the reply was interrupted. */
export interface ToolTurn {
  readonly who: 'tool';
  readonly exchanges: readonly ToolExchange[];
}

/** An operator tells the brain something that the caller does not hear. Brains that only follow a plan pass it over. */
export interface NoteTurn {
  readonly who: 'note';
  readonly text: string;
}

export type HistoryTurn = SpokenTurn | ToolTurn | NoteTurn;

export type { ToolExchange };

/** A summary that stands for the first `turns` entries of a history, for brains that pay by the word. */
export interface HistorySummary {
  readonly text: string;
  readonly turns: number;
}

/** What a model is told about a tool. */
export interface ToolDescription {
  /** Letters, digits and `_`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema (2020-12) of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The result of a conversation that gathers something; the journal and the report keep it. */
export type Outcome = CallOutcome;

export interface BrainRequest {
  readonly reply: number;
  /** True right after the greeting, before the caller has spoken: say what the agent opens with, or nothing. */
  readonly opening: boolean;
  /**
   * Oldest first. Ends with the caller's turn to answer, or with the tools that were asked for in answer to it, unless
   * `opening`. It only grows from request to request, but for its last caller turn.
   */
  readonly history: readonly HistoryTurn[];
  readonly summary?: HistorySummary;
  /** False when the brain has used up its tool rounds and must answer in words. Default true. */
  readonly toolsAllowed?: boolean;
}

export type BrainEvent =
  /** Text to speak, in any pieces; sentences are cut downstream. An `uninterruptible` piece is sentences of its own. */
  | { readonly type: 'text'; readonly text: string; readonly uninterruptible?: true }
  | { readonly type: 'expect'; readonly expectation: Expectation }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  /** End the call once this reply has been heard. */
  | { readonly type: 'hang-up' }
  /** The brain wants a tool; its arguments are JSON as the model wrote it, unchecked. All calls come before the end. */
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly arguments: string }
  /** What was said after the last whole sentence is taken back: another brain goes on from there. */
  | { readonly type: 'retract' }
  /** What the request cost; at most once, at the end. */
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number };

export interface BrainSession {
  /**
   * The reply to the last caller turn. A request may be cancelled and asked again with more words: a session derives
   * everything from `history` and keeps no conversation state of its own.
   * Throws `ProviderError`, or the signal's reason when aborted.
   */
  respond(request: BrainRequest, signal: AbortSignal): AsyncIterable<BrainEvent>;
  /**
   * A short account of these turns, in the call's language, that can stand for them. Not there when the brain needs
   * none. Throws as `respond`.
   */
  summarize?(history: readonly HistoryTurn[], signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

export interface BrainOptions {
  readonly callSid: string;
  readonly language: string;
  /** The agent's task, in its author's words. A flow needs none. */
  readonly instructions?: string;
  readonly tools?: readonly ToolDescription[];
}

export interface Brain {
  readonly name: string;
  readonly caveat?: string;
  /** It reads the history as answers to its own questions, so it can take a call over only as if the call began anew. */
  readonly startsAnew?: boolean;
  /** May connect ahead, in the background. Never throws. */
  open(options: BrainOptions): BrainSession;
  close(): Promise<void>;
}

/** What adapters are built from; a provider reads nothing else of the process. */
export interface ProviderContext {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes a plain line for the operator, such as a voice that does not know the agent's language. */
  readonly warn: (line: string) => void;
}

/** A provider, or why this machine cannot have it: a line for the operator, with the remedy. */
export type ProviderOffer<P> =
  | { readonly ok: true; readonly provider: P }
  | { readonly ok: false; readonly reason: string };

/**
 * Makes a provider. `model` is what follows the colon in the agent's `deepgram:nova-3`. Throws `ConfigError` when the
 * provider is there and its settings are wrong.
 */
export type Opener<P> = (context: ProviderContext, model?: string) => Promise<ProviderOffer<P>>;

/** An environment variable that a vendor's adapter reads; `docs/environment.md` lists it, and the start checks it. */
export interface VendorVariable {
  readonly name: string;
  readonly help: string;
  /** `secret`: never shown. `url`: must have a scheme. `json`: a JSON object on one line. */
  readonly kind: 'text' | 'secret' | 'url' | 'json';
  /** What holds when it is not set, for people. */
  readonly fallback?: string;
}

export interface LanguageQuestion {
  readonly operation: 'stt' | 'brain' | 'tts';
  /** BCP 47. */
  readonly language: string;
  /** What follows the colon in the agent's `deepgram:nova-3`. */
  readonly model?: string;
  readonly voice?: string;
}

/** What a vendor's documentation says. `unlisted`: it has no list for it, and only a trial tells. */
export type LanguageAnswer =
  | { readonly knows: 'yes' }
  | { readonly knows: 'unlisted' }
  | { readonly knows: 'no'; readonly remedy: string };

/** What is left at a vendor of what was paid for, in its own words; `isLow` when it will not last. */
export interface QuotaAnswer {
  readonly left: string;
  readonly isLow: boolean;
  readonly isGone: boolean;
}

/** A vendor: what it offers, under one name. Its file loads nothing; each opener imports its adapter when asked. */
export interface Vendor {
  readonly name: string;
  /** Runs on this machine: there is no line that could drop and nobody else to wait for. */
  readonly isLocal?: boolean;
  /** Only pretends: it serves when nothing real can be had, and never takes over in the middle of a call. */
  readonly isStandIn?: boolean;
  readonly variables: readonly VendorVariable[];
  readonly stt?: Opener<SpeechToText>;
  readonly brain?: Opener<Brain>;
  readonly tts?: Opener<TextToSpeech>;
  /** Not there for a vendor of which nothing is documented. */
  readonly language?: (question: LanguageQuestion) => Promise<LanguageAnswer>;
  /** Not there for a vendor that tells its quota only by refusing. Throws `ProviderError` when it does not answer. */
  readonly quota?: (context: ProviderContext) => Promise<QuotaAnswer>;
}
