/** Stands in for the fake brain: each turn of the caller makes it use the tool once, and say so when it is done. */
import type { Brain, BrainEvent, BrainRequest } from '../../src/providers/contracts.ts';
import { doneLine } from './words.ts';

async function* respond({ history, opening }: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
  signal.throwIfAborted();
  if (opening) return;
  const n = history.filter(({ who }) => who === 'caller').length;
  const last = history.at(-1);
  if (last?.who === 'tool') {
    const isDone = last.exchanges.every(({ failed }) => !failed);
    yield { type: 'text', text: isDone ? doneLine(n) : 'That did not work.' };
    return;
  }
  yield { type: 'tool-call', id: `call_${n}`, name: 'book', arguments: JSON.stringify({ n }) };
}

export function createFakeBrain(): Brain {
  return { name: 'fake', open: () => ({ respond, close: async () => {} }), close: async () => {} };
}
