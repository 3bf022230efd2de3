import { ProviderError } from '../../core/errors.ts';
import { isSpeakable } from '../../text/speakable.ts';
import { BUDGETS } from '../budgets.ts';
import type { AudioChunk, TextToSpeech, TextToSpeechOptions, TextToSpeechSession } from '../contracts.ts';
import { brokenAnswer, type VendorOperation } from '../vendor-error.ts';
import { wait } from '../wait.ts';
import { Attempt, type ChainOptions } from './attempt.ts';
import { ChainSessions } from './chain-sessions.ts';
import { forCall } from './news.ts';
import { AudioCheck, durationMsOf } from './voice-check.ts';
import { VoiceOrder } from './voice-order.ts';
import { restAfter, SpeakingSpeed, type SpeechProgress } from './voice-rest.ts';

/** A voice of a chain: a provider, and which of its voices to take. */
export interface ChainVoice {
  readonly provider: TextToSpeech;
  readonly voice?: string;
}

/** So much audio is held back until it is clear that it is speech. */
const HELD_MS = 80;

/** Part of a sentence in one voice's mouth. */
interface Stretch {
  readonly index: number;
  readonly text: string;
  readonly attempt: Attempt<AudioChunk>;
  readonly check: AudioCheck;
  /** How far it came, as the caller heard it; undefined before any audio. */
  progress: SpeechProgress | undefined;
}

interface Lead {
  readonly chunks: readonly AudioChunk[];
  /** The voice has nothing to add. */
  readonly isAll: boolean;
}

/** One call's sentences, each spoken by the first voice of the chain that can, and to its end by whoever is left. */
export class ResilientVoiceSession implements TextToSpeechSession {
  readonly #chain: readonly ChainVoice[];
  readonly #options: ChainOptions;
  readonly #callSid: string;
  readonly #budgets: Readonly<Record<keyof typeof BUDGETS, number>>;
  readonly #closing = new AbortController();
  readonly #sessions: ChainSessions<TextToSpeechSession>;
  readonly #speeds: readonly SpeakingSpeed[];
  #speaker = 0;

  constructor(chain: readonly ChainVoice[], call: TextToSpeechOptions, options: ChainOptions) {
    this.#chain = chain;
    this.#callSid = call.callSid;
    this.#options = { ...options, onNews: forCall(options.onNews, call.callSid) };
    this.#budgets = { ...BUDGETS, ...options.budgets };
    this.#speeds = chain.map(() => new SpeakingSpeed());
    const { voice: wanted, ...rest } = call;
    const heir = chain.findIndex((entry) => entry.voice === undefined);
    this.#sessions = new ChainSessions((index) => {
      const voice = chain[index]!.voice ?? (index === heir ? wanted : undefined);
      return chain[index]!.provider.open(voice === undefined ? rest : { ...rest, voice });
    });
    this.#sessions.get(
      Math.max(
        0,
        chain.findIndex((_, index) => this.#admits(index)),
      ),
    );
  }

  async *synthesize(text: string, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    either.throwIfAborted();
    const order = new VoiceOrder(this.#chain.length, (index) => this.#admits(index));
    let rest = text;
    let failure: ProviderError | undefined;
    while (isSpeakable(rest)) {
      const turn = order.next();
      if (!turn) throw failure;
      await wait(this.#options.clock, turn.pauseMs, either);
      const stretch = this.#stretch(turn.index, rest, either);
      try {
        return yield* this.#speak(stretch, either);
      } catch (error) {
        either.throwIfAborted();
        if (!(error instanceof ProviderError)) throw error;
        failure = error;
        order.failed({ index: turn.index, error, wasHeard: stretch.progress !== undefined });
        if (stretch.progress) rest = restAfter(rest, stretch.progress);
      } finally {
        stretch.attempt.stop();
      }
    }
  }

  close(): Promise<void> {
    this.#closing.abort(new DOMException('The voice was closed', 'AbortError'));
    return this.#sessions.close(this.#options.clock, this.#budgets.closeMs);
  }

  #stretch(index: number, text: string, signal: AbortSignal): Stretch {
    const who = this.#who(index);
    const attempt = new Attempt<AudioChunk>({
      clock: this.#options.clock,
      who,
      signal,
      begin: (inner) => this.#sessions.get(index).synthesize(text, inner),
    });
    return { index, text, attempt, check: new AudioCheck(who, text), progress: undefined };
  }

  async *#speak(stretch: Stretch, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    const { attempt, index, text, check } = stretch;
    const lead = await attempt.guarded(this.#options.health, () => this.#lead(stretch));
    this.#announce(index);
    for (const chunk of lead.chunks) {
      signal.throwIfAborted();
      this.#heard(stretch, chunk);
      yield chunk;
    }
    try {
      if (!lead.isAll) yield* this.#remainder(stretch);
    } catch (error) {
      signal.throwIfAborted();
      void this.#options.health.failed(attempt.who, error); // may wait for another request's probe
      throw error;
    }
    signal.throwIfAborted();
    this.#speeds[index]!.learn(text, check.audioMs);
  }

  /** Waits for enough audio to tell whether it is speech. */
  async #lead({ attempt, check, index, text }: Stretch): Promise<Lead> {
    const { ttsIdleMs } = this.#budgets;
    const firstByteMs = Math.max(this.#budgets.ttsFirstByteMs, this.#sessions.get(index).firstByteMs ?? 0);
    const chunks: AudioChunk[] = [];
    let isAll = false;
    while (!isAll && check.audioMs < HELD_MS) {
      const isFirst = chunks.length === 0;
      const step = isFirst
        ? await attempt.next(firstByteMs, `no audio within ${firstByteMs} ms`)
        : await attempt.next(ttsIdleMs, `no more audio for ${ttsIdleMs} ms`);
      if (step.done) isAll = true;
      else if (step.value.data.length > 0) {
        check.take(step.value);
        chunks.push(step.value);
      }
    }
    const first = chunks[0];
    if (!first) throw brokenAnswer(attempt.who, `no audio for ${text.length} characters`);
    check.judge(first.encoding, isAll);
    return { chunks, isAll };
  }

  async *#remainder(stretch: Stretch): AsyncGenerator<AudioChunk> {
    const { attempt, check } = stretch;
    const { ttsIdleMs } = this.#budgets;
    for (;;) {
      const step = await attempt.next(ttsIdleMs, `no more audio for ${ttsIdleMs} ms`);
      if (step.done) return;
      if (step.value.data.length === 0) continue;
      this.#examine(stretch, step.value);
      // All words were said long ago; what the voice makes of the time since then is none of them.
      if (check.isTooLong) throw brokenAnswer(attempt.who, `still speaking after ${Math.round(check.audioMs)} ms`);
      this.#heard(stretch, step.value);
      yield step.value;
    }
  }

  #examine(stretch: Stretch, chunk: AudioChunk): void {
    try {
      stretch.check.take(chunk);
    } catch (error) {
      stretch.progress = undefined; // no word was said so far
      throw error;
    }
  }

  #heard(stretch: Stretch, chunk: AudioChunk): void {
    const { msPerCharacter } = this.#speeds[stretch.index]!;
    const { toldCharacters, sinceMs } = stretch.progress ?? { toldCharacters: 0, sinceMs: 0 };
    const { spokenCharacters } = chunk;
    stretch.progress =
      spokenCharacters === undefined
        ? { toldCharacters, sinceMs: sinceMs + durationMsOf(chunk), msPerCharacter }
        : { toldCharacters: spokenCharacters, sinceMs: 0, msPerCharacter };
  }

  #announce(index: number): void {
    if (index === this.#speaker) return;
    const [from, to] = [this.#who(this.#speaker).provider, this.#who(index).provider];
    this.#speaker = index;
    this.#options.onNews({ type: 'switched', operation: 'tts', from, to });
  }

  #who(index: number): VendorOperation {
    return { provider: this.#chain[index]!.provider.name, operation: 'tts', callSid: this.#callSid };
  }

  #admits(index: number): boolean {
    return this.#options.health.admits(this.#who(index));
  }
}
