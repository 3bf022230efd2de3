/** The agent's own words, understood by the recogniser from an echo, are nobody's turn. */
import { normalized } from './words.ts';

/** Fewer than so many words are said by everybody. */
const FEWEST = 3;

/** Whether these words stand, in this order, in what the agent is saying. */
export function areOwnWords(words: string, agentText: string, fewest = FEWEST): boolean {
  const heard = normalized(words);
  return heard.split(' ').length >= fewest && ` ${normalized(agentText)} `.includes(` ${heard} `);
}
