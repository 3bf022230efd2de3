import type {
  ProviderContext,
  ProviderOffer,
  SpeechToText,
  SpeechToTextOptions,
  SpeechToTextSession,
} from '../contracts.ts';
import { unreachable } from '../vendor-error.ts';
import { DEEPGRAM } from './codec.ts';
import { type DeepgramOptions, parseOptions } from './options.ts';
import { DeepgramSession } from './session.ts';

/** Deepgram, with `model` or Nova-3. Connects nothing yet. Throws `ConfigError`. */
export async function openSpeechToText(
  context: ProviderContext,
  model: string | undefined,
): Promise<ProviderOffer<SpeechToText>> {
  const parsed = parseOptions(context.env, model);
  return parsed.ok ? { ok: true, provider: new Deepgram(context, parsed.options) } : parsed;
}

class Deepgram implements SpeechToText {
  readonly name = 'deepgram';
  readonly #context: ProviderContext;
  readonly #options: DeepgramOptions;
  readonly #sessions = new Set<DeepgramSession>();
  #isClosed = false;

  constructor(context: ProviderContext, options: DeepgramOptions) {
    this.#context = context;
    this.#options = options;
  }

  open(options: SpeechToTextOptions): SpeechToTextSession {
    const session: DeepgramSession = new DeepgramSession({
      ...options,
      clock: this.#context.clock,
      options: this.#options,
      onClosed: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    if (this.#isClosed) queueMicrotask(() => session.abandon(unreachable(DEEPGRAM, 'it was closed')));
    return session;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }
}
