/** What is said in the calls. No word comes twice, so that words that are lost or said twice can be told by themselves. */
import type { LoopbackRequest, ModelAnswer } from '../../src/providers/model/loopback.ts';

/** About as long as the recognisers on loopback take to tell all words of an utterance. */
export const LINES: readonly string[] = ['hall lamps broke down', 'garden gate squeaks', 'front door keys lost'];

/** The model's answers, each with its number. */
export const ANSWERS: readonly string[] = [
  'Number one is written down. Somebody repairs lamps every Monday.',
  'Number two goes onto our list. Oiling happens on next Tuesday.',
  'Number three means new cylinders. Locksmiths come by Friday.',
];

/** A caller who meets the flow gives a name and a message. */
export const MESSAGE_LINES: readonly string[] = [LINES[0]!, LINES[1]!, 'Dana Levy', LINES[2]!];

const KEYWORDS = [/\blamps\b/i, /\bgarden\b/i, /\bkeys\b/i];

/** Answers like a model that was told the conversation: it goes on from what is already said. */
export function answerLike(toolSeconds: number | undefined): (request: LoopbackRequest) => ModelAnswer {
  return ({ body, lastUserText, toolResults }) => {
    const line = KEYWORDS.findLastIndex((keyword) => keyword.test(lastUserText));
    const answer = ANSWERS[line];
    if (answer === undefined) return { text: 'Which one do you mean?' };
    if (line === 1 && toolSeconds !== undefined && toolResults.length === 0) {
      return { toolCalls: [{ name: 'lookUp', arguments: { seconds: toolSeconds } }] };
    }
    const said = interruptedText(body);
    return { text: said !== undefined && answer.startsWith(said) ? answer.slice(said.length).trim() : answer };
  };
}

/** What the model said last, if it was interrupted there. */
function interruptedText(body: Readonly<Record<string, unknown>>): string | undefined {
  const messages = body['messages'] as readonly { readonly role: string; readonly content: unknown }[];
  const last = messages.findLast(({ role }) => role === 'assistant');
  return /"([^"]*?) —"/.exec(JSON.stringify(last?.content ?? ''))?.[1];
}
