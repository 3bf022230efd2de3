import type { Line } from '../../text/line.ts';
import type { Flow, Question } from './definition.ts';
import { linesOf } from './lines.ts';
import { type FlowState, languageOf, questionOf, render, saidOf } from './state.ts';

/** The words that ask for whatever the state waits for. */
export function promptOf(flow: Flow, state: FlowState): Line {
  const lines = linesOf(flow, languageOf(flow));
  const said = saidOf(flow, state);
  const question = currentQuestion(flow, state);
  switch (state.phase.name) {
    case 'asking':
      if (state.phase.last && question?.otherwise?.type === 'take-words') return render(question.otherwise.ask, said);
      return render(question?.ask ?? '', said);
    case 'reading-back':
      return render(question?.readBack ?? lines.readBack, { ...said, value: said[state.phase.slot] ?? '' });
    case 'summing-up': {
      const values = Object.values(said).filter((value) => value !== '');
      return render(flow.summary ?? lines.summary, { ...said, values: values.join(', ') });
    }
    case 'changing':
      return lines.whatToChange;
    case 'ended':
      return lines.afterEnd;
  }
}

/** The question that the state is about, if it is about one. */
export function currentQuestion(flow: Flow, { phase }: FlowState): Question | undefined {
  return 'slot' in phase ? questionOf(flow, phase.slot) : undefined;
}
