/**
 * PocketSphinx, a grammar recogniser for English that runs on this machine. It hears only what the grammar allows, so
 * it is as good as the agent's expectations are narrow: https://github.com/cmusphinx/pocketsphinx.
 */
import type { ProviderError } from '../../core/errors.ts';
import type { ProviderContext, SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { modelFolderOf } from './model.ts';
import { RecogniserThread, sphinxError } from './recogniser-thread.ts';
import { PocketsphinxSession } from './session.ts';

/**
 * Makes no thread until the first session. Check `isPocketsphinxAvailable` before. The context is warned once of every
 * word or grammar that cannot be listened for.
 */
export function createPocketsphinx(context: ProviderContext): SpeechToText {
  const recogniser = new Recogniser(context);
  return {
    name: 'pocketsphinx',
    open: (sessionOptions) => recogniser.open(sessionOptions),
    close: () => recogniser.close(),
  };
}

class Recogniser {
  readonly #context: ProviderContext;
  readonly #threads = new Set<RecogniserThread>();
  #current: RecogniserThread | undefined;
  #isClosed = false;

  constructor(context: ProviderContext) {
    this.#context = context;
  }

  open({ language, onEvent }: SpeechToTextOptions): SpeechToTextSession {
    if (this.#isClosed) return this.#refuse(onEvent, sphinxError('provider-unavailable', 'is closed'));
    if (!/^en(?:-|$)/i.test(language)) {
      const problem = `hears English only, the call is in ${language}`;
      return this.#refuse(onEvent, sphinxError('provider-misconfigured', problem));
    }
    if (!this.#current?.isFresh) this.#current = this.#startThread();
    return this.#current.open(onEvent);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  #startThread(): RecogniserThread {
    const thread = new RecogniserThread({
      modelFolder: modelFolderOf(this.#context.env),
      warn: this.#context.warn,
      onGone: () => this.#threads.delete(thread),
    });
    this.#threads.add(thread);
    return thread;
  }

  /** A session that is dead from the start, and says so as soon as it may. */
  #refuse(onEvent: SpeechToTextOptions['onEvent'], error: ProviderError): SpeechToTextSession {
    const session = new PocketsphinxSession({ id: 0, post: () => {}, onEvent, onClosed: () => {} });
    const { clock } = this.#context;
    clock.at(clock.now(), () => session.fail(error));
    return session;
  }
}
