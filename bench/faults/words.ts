/** Which words were lost on the way to the agent, and which the caller heard twice. */
import { defaultLines } from '../../src/call/agent-lines.ts';

export interface WordsHeard {
  readonly wordsLost: readonly string[];
  readonly saidTwice: readonly string[];
}

const FIXED_LINES = Object.values(defaultLines('en-US'));
const ANSWER = /\bNumber (?:one|two|three)\b/;

/** In all that is said, no word of a line comes twice, and no word of a model's answer within that answer. */
export function wordsHeard(
  said: readonly string[],
  understood: readonly string[],
  heard: readonly string[],
): WordsHeard {
  const wanted = said.flatMap(wordsOf);
  const got = understood.flatMap(wordsOf);
  return {
    wordsLost: wanted.filter((word) => !got.includes(word)),
    saidTwice: [...repeated(got.filter((word) => wanted.includes(word))), ...repeatedByAgent(heard)],
  };
}

function repeatedByAgent(heard: readonly string[]): readonly string[] {
  const own = heard.map((turn) => FIXED_LINES.reduce((text, line) => text.replaceAll(line, ''), turn));
  const sentences = own.flatMap((text) => text.match(/[^.!?]+[.!?]/g) ?? []).map((sentence) => sentence.trim());
  return [
    ...repeated(sentences),
    ...own.filter((text) => ANSWER.test(text)).flatMap((text) => repeated(wordsOf(text))),
  ];
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

const repeated = (items: readonly string[]): readonly string[] =>
  items.filter((item, index) => items.indexOf(item) < index);
