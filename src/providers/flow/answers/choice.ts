import type { ChoiceOption, ChoiceQuestion, FlowLanguage } from '../definition.ts';
import { type Found, findPhrases, phrasesOf } from '../phrase.ts';
import type { Token } from '../text.ts';

/** Every way to say an option that a recogniser should know. */
export function waysToSay(option: ChoiceOption): readonly string[] {
  return [
    option.value.replaceAll('-', ' '),
    ...(option.say === undefined ? [] : [option.say]),
    ...(option.synonyms ?? []),
  ];
}

/** The options named in the utterance, left to right. */
export function findChoices(
  question: ChoiceQuestion,
  tokens: readonly Token[],
  language: FlowLanguage,
): readonly Found[] {
  const phrases = question.options.flatMap((option) =>
    phrasesOf(option.value, [...waysToSay(option), ...(option.spellings ?? [])]),
  );
  return findPhrases(tokens, phrases, { language });
}
