import type { Brain, BrainEvent, BrainRequest, ProviderContext } from '../contracts.ts';
import { wait } from '../wait.ts';
import { parseDelayMs } from './options.ts';

export const FAKE_REPLY = ['Thank you for calling. ', 'We are open every day from nine until six.'] as const;

/** Answers everything with the same two sentences, `KAV_FAKE_BRAIN_MS` after the question. Keeps silent when it opens. */
export function createFakeBrain({ clock, env }: ProviderContext): Brain {
  const firstTokenMs = parseDelayMs(env, 'KAV_FAKE_BRAIN_MS', 0);

  async function* respond({ opening }: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
    signal.throwIfAborted();
    if (opening) return;
    await wait(clock, firstTokenMs, signal);
    for (const text of FAKE_REPLY) {
      signal.throwIfAborted();
      yield { type: 'text', text };
    }
  }

  return {
    name: 'fake',
    caveat: 'The brain is fake: it gives the same two sentences to everything.',
    open: () => ({ respond, close: async () => {} }),
    close: async () => {},
  };
}
