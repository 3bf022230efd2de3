/** How long the silence after the caller's words must last before the turn is over. */

import { completenessOf, reasonOf } from './completeness.ts';
import { english } from './english/lexicon.ts';
import { hebrew } from './hebrew/lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import type { EndpointQuestion, EndpointVerdict, Finding } from './question.ts';
import { findByLength } from './rules/other-languages.ts';
import { findEnding } from './rules/rules.ts';
import { parseUtterance, type Utterance } from './utterance.ts';
import { waitFor } from './waits.ts';

export { learnPause } from './pauses.ts';
export type { Ending, EndpointQuestion, EndpointVerdict } from './question.ts';

/**
 * The silence, from 200 to 3000 ms, after which these words are a turn, and why. Never throws; the time it takes grows
 * with the length of the words and no faster. The rules and the table of waits are in `docs/endpointing.md`.
 */
export function judgeEndpoint(question: EndpointQuestion): EndpointVerdict {
  const utterance = parseUtterance(question.words);
  const finding = findingFor(utterance, question);
  const mark = utterance.mark === 'comma' ? 'comma' : isStop(utterance) ? 'stop' : 'none';
  const { waitMs, ending, learned } = waitFor({ name: finding.wait, mark }, question);
  const completeness = completenessOf(question);
  const reasons = [finding.reason, ...(learned ? ['learned-pause'] : [])];
  return { waitMs, ending, reasons: completeness === undefined ? reasons : [...reasons, reasonOf(completeness)] };
}

const isStop = ({ mark }: Utterance): boolean => mark === 'stop' || mark === 'question';

function findingFor(utterance: Utterance, question: EndpointQuestion): Finding {
  if (utterance.words.length === 0) return { wait: 'plain', reason: 'no-words' };
  const lexicon = lexiconOf(question.language);
  return lexicon ? findEnding(utterance, question, lexicon) : findByLength(utterance, question);
}

/** `iw` is the older code of Hebrew, which Google's recogniser uses. */
function lexiconOf(language: string): Lexicon | undefined {
  if (/^(?:he|iw)(?:-|$)/i.test(language)) return hebrew;
  return /^en(?:-|$)/i.test(language) ? english : undefined;
}
