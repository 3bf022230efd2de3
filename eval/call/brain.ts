/** A brain that answers the turn which the caller is really in, with the words that the plan has for it. */
import type { Clock } from '../../src/core/clock.ts';
import type { Brain, BrainEvent, BrainRequest } from '../../src/providers/contracts.ts';
import { wait } from '../../src/providers/wait.ts';
import { type CallPlan, takesFloor } from './plan.ts';
import type { Witness } from './witness.ts';

export interface ScriptedBrainOptions {
  readonly clock: Clock;
  readonly plan: CallPlan;
  readonly witness: Witness;
  readonly firstTokenMs: number;
}

export function createScriptedBrain({ clock, plan, witness, firstTokenMs }: ScriptedBrainOptions): Brain {
  async function* respond({ opening, reply }: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
    signal.throwIfAborted();
    if (opening) return;
    const turn = witness.played.filter(takesFloor).length;
    const text = plan.answers[Math.max(0, turn - 1)] ?? 'All right.';
    witness.replies.set(reply, text);
    await wait(clock, firstTokenMs, signal);
    yield { type: 'text', text };
  }
  return {
    name: 'eval',
    caveat: 'The brain is scripted: it says what the labels of the corpus want.',
    open: () => ({ respond, close: async () => {} }),
    close: async () => {},
  };
}
