/**
 * Providers as they are, and watched: how long each request took to its first result, and how it ended. Only requests are
 * watched, never frames, and what a provider gives passes through unchanged.
 */
import type { Clock } from '../core/clock.ts';
import { ProviderError, type ProviderErrorDetails } from '../core/errors.ts';
import type { Brain, BrainSession, SpeechToText, SpeechToTextSession, TextToSpeech } from './contracts.ts';

export interface ProviderRequest {
  readonly callSid: string;
  readonly operation: ProviderErrorDetails['operation'];
  readonly provider: string;
  /** On the clock that the meter was given. */
  readonly startedAt: number;
  /** From the request to the first word, text or audio; undefined when none came. */
  readonly firstMs?: number;
}

export interface EndedRequest extends ProviderRequest {
  readonly ms: number;
  /** `cancelled`: by us, because it was not wanted any more, or because its time was over. */
  readonly end: 'done' | 'failed' | 'cancelled';
  readonly code?: string;
}

export interface ProviderMeter {
  readonly clock: Clock;
  /** The first result is there. */
  readonly onFirst: (request: ProviderRequest & { readonly firstMs: number }) => void;
  readonly onEnd: (request: EndedRequest) => void;
}

export function meteredBrain(brain: Brain, meter: ProviderMeter): Brain {
  return {
    name: brain.name,
    ...(brain.caveat === undefined ? {} : { caveat: brain.caveat }),
    ...(brain.startsAnew === undefined ? {} : { startsAnew: brain.startsAnew }),
    open: (options) => {
      const session = brain.open(options);
      const { callSid } = options;
      const metered: BrainSession = {
        respond: (request, signal) =>
          watched(
            session.respond(request, signal),
            new Watch(meter, { callSid, operation: 'brain', provider: brain.name }),
          ),
        close: () => session.close(),
      };
      const summarize = session.summarize?.bind(session);
      return summarize ? { ...metered, summarize } : metered;
    },
    close: () => brain.close(),
  };
}

export function meteredVoice(voice: TextToSpeech, meter: ProviderMeter): TextToSpeech {
  return {
    name: voice.name,
    ...(voice.caveat === undefined ? {} : { caveat: voice.caveat }),
    open: (options) => {
      const session = voice.open(options);
      const { callSid } = options;
      const { firstByteMs } = session;
      return {
        ...(firstByteMs === undefined ? {} : { firstByteMs }),
        synthesize: (text, signal) =>
          watched(
            session.synthesize(text, signal),
            new Watch(meter, { callSid, operation: 'tts', provider: voice.name }),
          ),
        close: () => session.close(),
      };
    },
    close: () => voice.close(),
  };
}

/** A request to a recogniser is the wait for the words of an utterance that has ended. */
export function meteredRecogniser(recogniser: SpeechToText, meter: ProviderMeter): SpeechToText {
  return {
    name: recogniser.name,
    ...(recogniser.caveat === undefined ? {} : { caveat: recogniser.caveat }),
    open: (options) => {
      const { callSid, onEvent } = options;
      const owed: Watch[] = [];
      const session = recogniser.open({
        ...options,
        onEvent: (event) => {
          if (event.type === 'final') owed.shift()?.finish('done');
          if (event.type === 'error') for (const watch of owed.splice(0)) watch.finish('failed', event.error.code);
          onEvent(event);
        },
      });
      return watchedSession(
        session,
        owed,
        () => new Watch(meter, { callSid, operation: 'stt', provider: recogniser.name }),
      );
    },
    close: () => recogniser.close(),
  };
}

function watchedSession(session: SpeechToTextSession, owed: Watch[], watch: () => Watch): SpeechToTextSession {
  return {
    write: (frame) => session.write(frame),
    speechStarted: () => session.speechStarted(),
    speechEnded: () => {
      owed.push(watch());
      session.speechEnded();
    },
    expect: (expectation) => session.expect(expectation),
    close: () => {
      for (const one of owed.splice(0)) one.finish('cancelled');
      return session.close();
    },
  };
}

async function* watched<T>(steps: AsyncIterable<T>, watch: Watch): AsyncGenerator<T> {
  try {
    for await (const step of steps) {
      watch.first();
      yield step;
    }
    watch.finish('done');
  } catch (error) {
    if (error instanceof ProviderError) watch.finish('failed', error.code);
    throw error;
  } finally {
    watch.finish('cancelled');
  }
}

/** One request. The first `finish` counts. */
class Watch {
  readonly #meter: ProviderMeter;
  readonly #who: Pick<ProviderRequest, 'callSid' | 'operation' | 'provider'>;
  readonly #startedAt: number;
  #firstMs: number | undefined;
  #isOver = false;

  constructor(meter: ProviderMeter, who: Pick<ProviderRequest, 'callSid' | 'operation' | 'provider'>) {
    this.#meter = meter;
    this.#who = who;
    this.#startedAt = meter.clock.now();
  }

  first(): void {
    if (this.#firstMs !== undefined) return;
    const firstMs = this.#meter.clock.now() - this.#startedAt;
    this.#firstMs = firstMs;
    this.#meter.onFirst({ ...this.#who, startedAt: this.#startedAt, firstMs });
  }

  finish(end: EndedRequest['end'], code?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#who.operation === 'stt' && end === 'done') this.first();
    this.#meter.onEnd({
      ...this.#who,
      startedAt: this.#startedAt,
      ...(this.#firstMs === undefined ? {} : { firstMs: this.#firstMs }),
      ms: this.#meter.clock.now() - this.#startedAt,
      end,
      ...(code === undefined ? {} : { code }),
    });
  }
}
