import type {
  ProviderContext,
  ProviderOffer,
  SpeechToText,
  SpeechToTextOptions,
  SpeechToTextSession,
} from '../contracts.ts';
import { unreachable } from '../vendor-error.ts';
import { OPENAI_STT } from './stt-codec.ts';
import { parseTranscriptionOptions, type TranscriptionOptions } from './stt-options.ts';
import { TranscriptionSession } from './stt-session.ts';

/** OpenAI's transcription, with `model` or the one that streams. Connects nothing yet. Throws `ConfigError`. */
export async function openSpeechToText(
  context: ProviderContext,
  model: string | undefined,
): Promise<ProviderOffer<SpeechToText>> {
  const parsed = parseTranscriptionOptions(context.env, model);
  if (!parsed.ok) return parsed;
  if (parsed.warning !== undefined) context.warn(parsed.warning);
  return { ok: true, provider: new OpenAiTranscription(context, parsed.options) };
}

class OpenAiTranscription implements SpeechToText {
  readonly name = 'openai';
  readonly #context: ProviderContext;
  readonly #options: TranscriptionOptions;
  readonly #sessions = new Set<TranscriptionSession>();
  #isClosed = false;

  constructor(context: ProviderContext, options: TranscriptionOptions) {
    this.#context = context;
    this.#options = options;
  }

  open(options: SpeechToTextOptions): SpeechToTextSession {
    const session: TranscriptionSession = new TranscriptionSession({
      ...options,
      clock: this.#context.clock,
      options: this.#options,
      onClosed: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    if (this.#isClosed) queueMicrotask(() => session.abandon(unreachable(OPENAI_STT, 'it was closed')));
    return session;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }
}
