/** Languages without rules of their own: the kind of answer and its length are all that is known. */
import type { EndpointQuestion, Finding } from '../question.ts';
import type { Utterance } from '../utterance.ts';

const SHORT_WORDS = 2;
const PLACES = { phone: 10 } as const;

export function findByLength({ words }: Utterance, question: EndpointQuestion): Finding {
  const { expects } = question;
  const digits = words.join('').replace(/\D/g, '').length;
  const needed = question.expectedDigits ?? (expects === 'phone' ? PLACES.phone : undefined);
  if ((expects === 'phone' || expects === 'digits') && digits > 0 && needed !== undefined) {
    const isAll = question.expectedDigits !== undefined && digits === needed;
    const reason = `digits-${digits}-of-${needed}`;
    if (digits < needed) return { wait: 'dictated', reason };
    return { wait: isAll ? 'answered' : 'digits-perhaps-all', reason };
  }
  if (expects === 'yes-no' && words.length <= SHORT_WORDS) return { wait: 'refused', reason: 'short-answer' };
  if (expects === 'email' && !/@[^@]+\.[a-z]{2,}$/.test(words.at(-1) ?? '')) {
    return { wait: 'dangling', reason: 'email-without-domain' };
  }
  return words.length <= SHORT_WORDS && expects === 'open'
    ? { wait: 'fragment', reason: 'fragment' }
    : { wait: 'plain', reason: 'statement' };
}
