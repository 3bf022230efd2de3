/** Names, e-mail addresses and street addresses: dictated, spelled, and often with one part to come. */
import type { Lexicon } from '../lexicon.ts';
import { isNumber } from '../number-words.ts';
import { beforeTails, contains, headLength, pastHeads, tailLength } from '../phrases.ts';
import type { Finding } from '../question.ts';

export function nameRule(words: readonly string[], { names }: Lexicon): Finding | undefined {
  const spelled = spellingRule(words, { names });
  if (spelled) return spelled;
  // The first letter after a name begins to spell it.
  if (words.length > 1 && words.at(-1)!.length === 1) return { wait: 'dictated', reason: 'spelling' };
  let from = 0;
  for (let at = 0; at < words.length; at++) {
    const count = headLength(words, names.introductions, at);
    if (count > 0) from = Math.max(from, at + count);
  }
  const said = words.slice(from);
  if (said.length === 0 || said.length > 4) return undefined;
  const isWhole = said.length > 1 || (from > 0 && contains(words.slice(from - 1, from), names.titles));
  if (contains(said.slice(0, 1), names.titles) || isWhole) return { wait: 'answered', reason: 'answers-name' };
  return tailLength(words, names.families, from) > 0
    ? { wait: 'answered', reason: 'answers-name' }
    : { wait: 'plain', reason: 'one-name' };
}

/** Letters at the end: over only when they spell a word that was said before. */
export function spellingRule(words: readonly string[], { names }: Pick<Lexicon, 'names'>): Finding | undefined {
  let from = words.length;
  while (from > 0 && names.isLetter(words[from - 1]!)) from--;
  const letters = words.length - from;
  if (letters < 2) return undefined;
  const spelled = words.slice(from).join('');
  return words.slice(0, from).includes(spelled)
    ? { wait: 'plain', reason: 'spelled-out' }
    : { wait: 'dictated', reason: 'spelling' };
}

export function emailRule(words: readonly string[], { email }: Lexicon): Finding {
  const last = words.at(-1) ?? '';
  const isWritten = /@[^@]+\.[a-z]{2,}$/.test(last) && !/@[^@.]+\.co$/.test(last);
  const hasAt = last.includes('@') || contains(words, email.at);
  if (isWritten || (hasAt && tailLength(words, email.domains) > 0))
    return { wait: 'answered', reason: 'answers-email' };
  return { wait: 'dictated', reason: hasAt ? 'email-without-domain' : 'email-without-at' };
}

/** Whether words that nobody asked for spell an e-mail address. */
export function strayEmailRule(words: readonly string[], lexicon: Lexicon): Finding | undefined {
  const { email } = lexicon;
  const isCued = contains(words, email.cues) && contains(words, email.at);
  const isGiven = headLength(words, email.givers, pastHeads(words, lexicon.openers)) > 0;
  const isEmail = words.at(-1)?.includes('@') || (tailLength(words, email.domains) > 0 && contains(words, email.at));
  return isCued || isGiven || isEmail ? emailRule(words, lexicon) : undefined;
}

export function addressRule(words: readonly string[], { address, numbers }: Lexicon): Finding | undefined {
  const end = beforeTails(words, address.parts);
  const hasTown = contains(words, address.towns);
  const number = words.findIndex((word) => isNumber(word, numbers));
  const named = words.filter((word, at) => at !== number && !isNumber(word, numbers) && !address.parts.all.has(word));
  if (number < 0) return { wait: 'detail', reason: 'address-without-number' };
  if (named.length === 0) return { wait: 'detail', reason: 'address-without-street' };
  const afterStreet = words.slice(Math.max(number, streetAt(words, address.parts.all)) + 1, end);
  const hasMore = afterStreet.some((word) => !isNumber(word, numbers) && !address.parts.all.has(word));
  return hasTown || (hasMore && named.length > 1)
    ? { wait: 'answered', reason: 'answers-address' }
    : { wait: 'fragment', reason: 'address-without-town' };
}

const streetAt = (words: readonly string[], parts: ReadonlySet<string>): number =>
  words.findLastIndex((word) => parts.has(word));
