import { NotFoundError } from '../core/errors.ts';
import { renderCall, renderTurn, turnJson } from '../why/render.ts';
import { type CallStory, storyOf } from '../why/story.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { journalsOf } from './journals-of.ts';

export interface WhyOptions {
  readonly json?: boolean;
}

/** Tells all turns of a call in brief, or every step of one. */
export async function why(call: string, turn: number | undefined, { json = false }: WhyOptions): Promise<ExitCode> {
  const stories = (await journalsOf(call)).map(storyOf);
  const chosen = turn === undefined ? stories : stories.map((story) => onlyTurn(story, turn));
  if (turn !== undefined && chosen.every(({ turns }) => turns.length === 0)) {
    const numbers = stories.flatMap(({ turns }) => turns.map((one) => one.turn));
    throw new NotFoundError(`turn ${turn} of ${call}`, `It has the turns ${numbers.join(', ')}.`);
  }
  if (json) console.log(JSON.stringify({ schema: 'kav-why/1', streams: chosen.map(storyJson) }, undefined, 2));
  else console.log(chosen.flatMap((story) => linesOf(story, turn !== undefined)).join('\n'));
  return EXIT.ok;
}

const onlyTurn = (story: CallStory, turn: number): CallStory => ({
  ...story,
  turns: story.turns.filter((one) => one.turn === turn),
});

const linesOf = (story: CallStory, isOne: boolean): readonly string[] =>
  isOne ? story.turns.flatMap(renderTurn) : [...renderCall(story), ''];

function storyJson({ endReason, endedAt, head, turns }: CallStory): object {
  const { agent, attempt = 1, callSid, language, providers, startedAt } = head;
  return { callSid, attempt, agent, language, providers, startedAt, endedAt, endReason, turns: turns.map(turnJson) };
}
