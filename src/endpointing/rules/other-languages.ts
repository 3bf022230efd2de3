/** Languages without rules of their own: the kind of answer, its length and a few last words are all that is known. */
import { phrases, tailLength } from '../phrases.ts';
import type { EndpointQuestion, Finding } from '../question.ts';
import type { Utterance } from '../utterance.ts';

/** Words of closed classes that no sentence ends with: articles, prepositions, conjunctions. French, Italian, Spanish, German. */
const CALLING = phrases(
  `le, la, les, un, une, des, du, de, et, ou, mais, pour, avec, dans, chez, vers, que, mon, ma, mes, votre, je, c'est, je voudrais, je m'appelle, adresse est, nom est, numéro est, est-ce que, est-ce que vous êtes`,
  `il, lo, gli, uno, una, di, del, della, dei, e, o, ma, per, con, nel, nella, che, mio, mia, siamo in, mi chiamo, vorrei, indirizzo è, nome è, numero è, parlare con, un problema con`,
  `el, los, las, unos, unas, y, pero, para, con, por, mi, que, me llamo, quisiera, nombre es, número es, dirección es`,
  `der, die, das, ein, eine, einen, einem, und, oder, aber, für, mit, von, zum, zur, mein, meine, ich, ich heiße, ich möchte, name ist, nummer ist, adresse ist`,
);

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
  if (expects === 'open' && tailLength(words, CALLING) > 0)
    return { wait: 'dangling', reason: 'trailing-function-word' };
  return words.length <= SHORT_WORDS && expects === 'open'
    ? { wait: 'fragment', reason: 'fragment' }
    : { wait: 'plain', reason: 'statement' };
}
