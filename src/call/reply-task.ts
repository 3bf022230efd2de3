/**
 * The one place in a call where something is awaited: it reads what the brain says, cuts sentences, has them spoken and
 * queues the audio. One task per reply, under one signal; after the abort nothing of it reaches the call.
 */
import { FRAME_BYTES, FRAME_MS } from '../audio/frame.ts';
import type { CallEventBody, LineName } from '../core/call-event.ts';
import { ProviderError } from '../core/errors.ts';
import type {
  BrainEvent,
  BrainSession,
  Expectation,
  HistoryTurn,
  TextToSpeechSession,
} from '../providers/contracts.ts';
import { isSpeakable } from '../providers/speakable.ts';
import { encodeSpeech } from './encode-speech.ts';
import type { LineCache } from './line-cache.ts';
import type { PlayoutQueue } from './playout-queue.ts';
import { SentenceSplitter } from './sentences.ts';

/** What a reply is made of. */
export type ReplyPlan =
  | { readonly kind: 'greeting'; readonly text: string }
  | { readonly kind: 'answer'; readonly history: readonly HistoryTurn[] }
  | { readonly kind: 'line'; readonly line: LineName; readonly text: string };

export interface ReplyTools {
  readonly brain: BrainSession;
  readonly tts: TextToSpeechSession;
  readonly cache: LineCache;
  readonly playout: PlayoutQueue;
  readonly dispatch: (event: CallEventBody) => void;
  readonly onExpect: (expectation: Expectation) => void;
  /** A sentence has been spoken and queued. */
  readonly onSpoken: (bytes: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Speaks the reply to its end. Never rejects: the outcome is an event. */
export async function runReply(reply: number, plan: ReplyPlan, tools: ReplyTools, signal: AbortSignal): Promise<void> {
  const { dispatch, playout } = tools;
  const speaker = new Speaker(reply, tools, signal);
  try {
    const hangUp = await followPlan(plan, speaker, reply, tools, signal);
    if (signal.aborted) return;
    // The event goes first: by the time the terminal mark comes back the core must know that it is the last.
    dispatch({ type: 'reply-end', reply, hangUp });
    playout.end(reply);
  } catch (error) {
    if (signal.aborted) return;
    tools.onFailure(error);
    dispatch({ type: 'reply-error', reply, code: error instanceof ProviderError ? error.code : 'reply-failed' });
    playout.end(reply);
  }
}

async function followPlan(
  plan: ReplyPlan,
  speaker: Speaker,
  reply: number,
  { brain, dispatch, onExpect }: ReplyTools,
  signal: AbortSignal,
): Promise<boolean> {
  if (plan.kind === 'line') {
    await speaker.say(plan.text, plan.line);
    return false;
  }
  if (plan.kind === 'greeting' && isSpeakable(plan.text)) await speaker.say(plan.text);
  const opening = plan.kind === 'greeting';
  const history = plan.kind === 'answer' ? plan.history : [];
  const splitter = new SentenceSplitter();
  let hangUp = false;
  for await (const event of untilAborted(brain.respond({ reply, opening, history }, signal), signal)) {
    if (event.type === 'text') for (const sentence of splitter.push(event.text)) await speaker.say(sentence);
    if (event.type === 'expect') onExpect(event.expectation);
    if (event.type === 'outcome') dispatch({ type: 'outcome', reply, outcome: event.outcome });
    if (event.type === 'hang-up') hangUp = true;
  }
  for (const sentence of splitter.flush()) await speaker.say(sentence);
  return hangUp;
}

/** Hands over nothing that arrives after the abort, even from a brain that does not watch its signal. */
async function* untilAborted(events: AsyncIterable<BrainEvent>, signal: AbortSignal): AsyncGenerator<BrainEvent> {
  for await (const event of events) {
    signal.throwIfAborted();
    yield event;
  }
}

/** Has sentences of one reply spoken, one after another. */
class Speaker {
  readonly #reply: number;
  readonly #tools: ReplyTools;
  readonly #signal: AbortSignal;

  constructor(reply: number, tools: ReplyTools, signal: AbortSignal) {
    this.#reply = reply;
    this.#tools = tools;
    this.#signal = signal;
  }

  async say(text: string, line?: LineName): Promise<void> {
    const { cache, dispatch, tts } = this.#tools;
    this.#signal.throwIfAborted();
    dispatch({ type: 'voice-request', reply: this.#reply, text });
    const cached = cache.get(text);
    if (cached) return queueSentence(this.#reply, { text, line, audio: cached }, this.#tools);
    let bytes = 0;
    for await (const audio of encodeSpeech(tts.synthesize(text, this.#signal))) {
      this.#signal.throwIfAborted();
      if (audio.length === 0) continue;
      if (bytes === 0) dispatch(sentenceStart(this.#reply, text, line));
      bytes += audio.length;
      this.#tools.playout.enqueue(this.#reply, audio);
    }
    this.#signal.throwIfAborted();
    if (bytes === 0) throw noAudio(text);
    endSentence(this.#reply, bytes, this.#tools);
  }
}

export interface SpokenSentence {
  readonly text: string;
  readonly line: LineName | undefined;
  readonly audio: Uint8Array;
}

/** Queues a sentence whose audio is already there. */
export function queueSentence(
  reply: number,
  { text, line, audio }: SpokenSentence,
  tools: Pick<ReplyTools, 'dispatch' | 'playout' | 'onSpoken'>,
): void {
  tools.dispatch(sentenceStart(reply, text, line));
  tools.playout.enqueue(reply, audio);
  endSentence(reply, audio.length, tools);
}

const sentenceStart = (reply: number, text: string, line: LineName | undefined): CallEventBody =>
  line === undefined ? { type: 'sentence-start', reply, text } : { type: 'sentence-start', reply, text, line };

function endSentence(reply: number, bytes: number, tools: Pick<ReplyTools, 'dispatch' | 'playout' | 'onSpoken'>): void {
  tools.playout.endSentence(reply);
  tools.dispatch({ type: 'sentence-end', reply, audioMs: (bytes / FRAME_BYTES) * FRAME_MS });
  tools.onSpoken(bytes);
}

function noAudio(text: string): ProviderError {
  const details = { provider: 'voice', operation: 'tts', code: 'provider-failed', retryable: true } as const;
  return new ProviderError(details, `no audio for a sentence of ${text.length} characters`);
}
