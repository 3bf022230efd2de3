import { StateError } from '../../core/errors.ts';
import { BUDGETS } from '../budgets.ts';
import type { TextToSpeech } from '../contracts.ts';
import type { ChainOptions } from './attempt.ts';
import { closeTogether } from './chain-sessions.ts';
import { type ChainVoice, ResilientVoiceSession } from './voice-session.ts';

/**
 * Voices that stand in for each other, as one. A sentence is spoken by the first whose breaker admits; when it fails,
 * stalls, or sends what is no speech, the next one says what is left of the sentence, and nothing twice. A voice asked
 * for by the call goes to the first of the chain that has none of its own.
 */
export function createResilientVoice(chain: readonly ChainVoice[], options: ChainOptions): TextToSpeech {
  const first = chain[0]?.provider;
  if (!first) throw new StateError('a chain of voices is empty');
  const closeMs = options.budgets?.closeMs ?? BUDGETS.closeMs;
  return {
    name: first.name,
    ...(first.caveat === undefined ? {} : { caveat: first.caveat }),
    open: (call) => new ResilientVoiceSession(chain, call, options),
    close: () => closeTogether(options.clock, closeMs, new Set(chain.map(({ provider }) => provider))),
  };
}
