/**
 * Providers as they are, and watched: how long each request took to its first result, and how it ended. Only requests are
 * watched, never frames, and what a provider gives passes through unchanged.
 */
import type { Clock } from '../core/clock.ts';
import { ProviderError, type ProviderErrorDetails } from '../core/errors.ts';
import type { Brain, BrainEvent, BrainSession, SpeechToText, SpeechToTextSession, TextToSpeech } from './contracts.ts';

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

/** What a vendor bills by. */
export type ProviderUnit = 'seconds' | 'characters' | 'input-tokens' | 'output-tokens';

export interface ProviderUse {
  readonly callSid: string;
  readonly operation: ProviderErrorDetails['operation'];
  readonly provider: string;
  readonly unit: ProviderUnit;
  readonly amount: number;
}

export interface ProviderMeter {
  readonly clock: Clock;
  /** What has been used of a vendor, as far as this side can know: audio given, text sent, tokens reported. */
  readonly onUse: (use: ProviderUse) => void;
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
      const use = userOf(meter, { callSid, operation: 'brain', provider: brain.name });
      const metered: BrainSession = {
        respond: (request, signal) =>
          watched(
            session.respond(request, signal),
            new Watch(meter, { callSid, operation: 'brain', provider: brain.name }),
            (event) => noteTokens(event, use),
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
        synthesize: (text, signal) => {
          const who = { callSid, operation: 'tts', provider: voice.name } as const;
          // Billed when it is sent, whatever becomes of it.
          userOf(meter, who)('characters', [...text].length);
          return watched(session.synthesize(text, signal), new Watch(meter, who));
        },
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
      const who = { callSid, operation: 'stt', provider: recogniser.name } as const;
      return watchedSession(session, owed, { watch: () => new Watch(meter, who), use: userOf(meter, who) });
    },
    close: () => recogniser.close(),
  };
}

type Use = (unit: ProviderUnit, amount: number) => void;

const userOf =
  (meter: ProviderMeter, who: Pick<ProviderUse, 'callSid' | 'operation' | 'provider'>): Use =>
  (unit, amount) => {
    if (amount > 0) meter.onUse({ ...who, unit, amount });
  };

function noteTokens(event: BrainEvent, use: Use): void {
  if (event.type !== 'usage') return;
  use('input-tokens', event.inputTokens);
  use('output-tokens', event.outputTokens);
}

/** Told of every ten seconds, so that a call whose end is not seen has been counted nearly whole. */
const FRAMES_TOLD = 500;
const FRAMES_PER_SECOND = 50;

function watchedSession(
  session: SpeechToTextSession,
  owed: Watch[],
  { use, watch }: { readonly watch: () => Watch; readonly use: Use },
): SpeechToTextSession {
  let frames = 0;
  const tellFrames = (): void => {
    use('seconds', frames / FRAMES_PER_SECOND);
    frames = 0;
  };
  return {
    write: (frame) => {
      session.write(frame);
      if (++frames === FRAMES_TOLD) tellFrames();
    },
    speechStarted: () => session.speechStarted(),
    speechEnded: () => {
      owed.push(watch());
      session.speechEnded();
    },
    expect: (expectation) => session.expect(expectation),
    close: () => {
      tellFrames();
      for (const one of owed.splice(0)) one.finish('cancelled');
      return session.close();
    },
  };
}

async function* watched<T>(
  steps: AsyncIterable<T>,
  watch: Watch,
  onStep: (step: T) => void = () => {},
): AsyncGenerator<T> {
  try {
    for await (const step of steps) {
      watch.first();
      onStep(step);
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
