/** Google Cloud Speech-to-Text: https://cloud.google.com/speech-to-text/v2/docs/streaming-recognize. */
import type { Opener, ProviderContext, SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { parseSpeechOptions, type SpeechOptions, type SpeechTarget } from './options.ts';
import { SpeechConnection } from './stt-connection.ts';
import { ROTATION, type RotationLimits } from './stt-rotation.ts';
import { GoogleSpeechSession } from './stt-session.ts';

/** `google` is version 2 with the model of the language, `google:chirp_2` another; `google:v1`, `google:v1/phone_call`. */
export const openSpeechToText: Opener<SpeechToText> = async (context, model) => {
  const offer = parseSpeechOptions(context, model);
  return offer.ok ? { ok: true, provider: createSpeechToText(context, offer.options) } : offer;
};

/** Connects when a session opens. */
export function createSpeechToText(
  context: Pick<ProviderContext, 'clock'>,
  options: SpeechOptions,
  limits: RotationLimits = ROTATION,
): SpeechToText {
  const recogniser = new Recogniser(context, options, limits);
  return {
    name: 'google',
    open: (sessionOptions) => recogniser.open(sessionOptions),
    close: () => recogniser.close(),
  };
}

class Recogniser {
  readonly #context: Pick<ProviderContext, 'clock'>;
  readonly #options: SpeechOptions;
  readonly #limits: RotationLimits;
  /** By host: languages may be at home in different regions. */
  readonly #connections = new Map<string, SpeechConnection>();
  readonly #sessions = new Set<GoogleSpeechSession>();

  constructor(context: Pick<ProviderContext, 'clock'>, options: SpeechOptions, limits: RotationLimits) {
    this.#context = context;
    this.#options = options;
    this.#limits = limits;
    // The first client of a process parses the definitions of the service for 170 ms: not while calls are on.
    this.#connectionTo(options.targetOf('en-US'));
  }

  open({ language, onEvent }: SpeechToTextOptions): SpeechToTextSession {
    const target = this.#options.targetOf(language);
    const session = new GoogleSpeechSession({
      clock: this.#context.clock,
      connection: this.#connectionTo(target),
      target,
      limits: this.#limits,
      onEvent,
      onClosed: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    return session;
  }

  /** Idempotent. A session that is opened later connects anew, and is its owner's to close. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(connections.map((connection) => connection.close()));
  }

  #connectionTo({ version, location }: SpeechTarget): SpeechConnection {
    const clientOptions = this.#options.clientOptions(location);
    const host = clientOptions.apiEndpoint ?? '';
    const known = this.#connections.get(host);
    if (known) return known;
    const connection = new SpeechConnection(this.#context.clock, version, clientOptions);
    this.#connections.set(host, connection);
    return connection;
  }
}
