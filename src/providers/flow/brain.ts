import { isUninterruptible, textOf } from '../../text/line.ts';
import type { Brain, BrainEvent, BrainRequest, BrainSession, HistoryTurn } from '../contracts.ts';
import type { Flow } from './definition.ts';
import { parseFlow } from './parse.ts';
import { askAgain, type FlowStep, startFlow, stepFlow } from './step.ts';

/** A brain that follows a flow: no model, no key, no network. Throws `ConfigError` when the flow is faulty. */
export function flowBrain(definition: Flow): Brain {
  const flow = parseFlow(definition, `flow "${definition.name}"`);
  return {
    name: 'flow',
    startsAnew: true,
    open: () => openFlowSession(flow),
    close: async () => {},
  };
}

function openFlowSession(flow: Flow): BrainSession {
  return {
    async *respond(request, signal) {
      for (const event of eventsOf(replyTo(flow, request))) {
        signal.throwIfAborted();
        yield event;
      }
      signal.throwIfAborted();
    },
    close: async () => {},
  };
}

function replyTo(flow: Flow, { opening, history }: BrainRequest): FlowStep {
  const turns = callerTurns(history);
  const start = startFlow(flow);
  const last = turns.reduce<FlowStep>((step, words) => stepFlow(flow, step.state, words), start);
  return opening && turns.length > 0 ? askAgain(flow, last.state) : last;
}

/**
 * What the caller said between two turns of the agent, as one utterance: a reply that was cancelled before it was heard
 * leaves two caller turns in a row, and the second one answers nothing new.
 */
function callerTurns(history: readonly HistoryTurn[]): readonly string[] {
  const turns: string[] = [];
  let continues = false;
  for (const turn of history) {
    // Tools of a model that had the call before, and what its office told it: no words of either side.
    if (turn.who === 'tool' || turn.who === 'note') continue;
    // What an operator has answered is no answer to the flow's question.
    if (turn.who === 'operator' && continues) turns.pop();
    if (turn.who === 'caller') turns.push(continues ? `${turns.pop()} ${turn.text}` : turn.text);
    continues = turn.who === 'caller';
  }
  return turns;
}

function* eventsOf(step: FlowStep): Generator<BrainEvent> {
  if (!step.hangUp) yield { type: 'expect', expectation: step.expect };
  for (const [i, line] of step.say.entries()) {
    const text = i < step.say.length - 1 ? `${textOf(line)} ` : textOf(line);
    yield { type: 'text', text, ...(isUninterruptible(line) ? { uninterruptible: true } : {}) };
  }
  if (step.outcome) yield { type: 'outcome', outcome: step.outcome };
  if (step.hangUp) yield { type: 'hang-up' };
}
