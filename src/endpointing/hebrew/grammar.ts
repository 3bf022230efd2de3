/** How a Hebrew clause begins, asks and breaks off. */
import { headLength, pastHeads, phrases, tailLength } from '../phrases.ts';
import type { EndpointQuestion } from '../question.ts';
import type { Utterance } from '../utterance.ts';
import { KINDS } from './function-words.ts';
import { no, openers, yes } from './talk.ts';

const QUESTION_WORDS = phrases(
  `מה, מי, איפה, היכן, מתי, כמה, איך, כיצד, למה, מדוע, האם, איזה, איזו, אילו, לאן, מאיפה, מאין, עד מתי, ממתי, באיזה, באיזו, לאיזה, מאיזה, עם מי, של מי, על מה, במה, ומה, ומי, ואיפה, ומתי, וכמה, ואיך, ולמה, והאם, ואיזה, עד כמה, בכמה`,
);
/** These begin a question when they come first in the clause. */
const OPENINGS = phrases(
  `אפשר, ניתן, יש לכם, יש לך, יש אצלכם, אין לכם, יש משהו, יש מקום, יש אפשרות, יש חניה, יש תור, יש תורים, יש מישהו, יש דרך, אתם, אתה, תוכל, תוכלי, תוכלו, את יכולה, זה כולל, זה אפשרי, צריך לקבוע, צריך להביא, מותר, כדאי, זה עדיין, הדירה עדיין, ואפשר, ויש לכם, ואתם`,
);
const INDIRECT = phrases(
  `לשאול אם, לדעת אם, לברר אם, לבדוק אם, לשאול מתי, לדעת מתי, לברר מתי, לשאול כמה, לדעת כמה, לברר כמה, לשאול איפה, לדעת איפה, לשאול מה, לדעת מה, לברר מה, לשאול איך, לדעת איך, לשאול האם, לדעת האם, לברר האם, להגיד לי מה, להגיד לי מתי, להגיד לי כמה, להגיד לי אם, לומר לי מתי, לומר לי כמה`,
);
const SUBORDINATORS = phrases(
  'אם, ואם, כאשר, ברגע ש, לפני ש, אחרי ש, למרות ש, בגלל ש, במקרה ש, עד ש, מאז ש, בזמן ש, כל פעם ש, במידה ו',
);
const POLITE_CONDITIONS = phrases('אם אפשר, אם זה אפשרי, אם יש, אם אין בעיה, אם לא אכפת לך, אם לא קשה לך');
/** Words with כש that say no "when". */
const NO_WHEN = phrases(
  'כשר, כשרה, כשרים, כשרות, כשרויות, כשלון, כשיר, כשירה, כשירות, כשל, כשלים, כשף, כשפים, כשותה, כשרון, כשרונות, כשרוני',
);
const MAIN_CLAUSE = phrases(
  `אפשר, אני, אנחנו, אתם, אתה, יש, אין, צריך, צריכה, מה, מתי, כמה, איך, איפה, למה, האם, אז, תוכל, תוכלי, תוכלו, זה, תגיד, תגידי, בבקשה, הוא, היא, הם, רציתי, אשמח, לא היה, אמרו, אמרתם, ענו, אף, עונים, קיבלתי, אוכל, עדיף, הייתי, נוכל`,
);
const THESE_ALONE = phrases('זה, זאת, זו, אלה, אלו');

/** The code of the rule by which the last words call for another one. */
export function danglingCode({ words }: Utterance, expects: EndpointQuestion['expects']): string | undefined {
  const isAnswer = expects === 'yes-no' && isWholeAnswer(words);
  if (isAnswer) return undefined;
  for (const { code, calls, ends } of KINDS) {
    const count = tailLength(words, calls);
    if (count > 0 && tailLength(words, ends) < count && !endsWithThere(words)) return code;
  }
  if (words.length - coreAt(words) === headLength(words, OPINIONS, coreAt(words))) return 'clause-without-main';
  return tailLength(words, THESE_ALONE) > 0 && words.length - pastHeads(words, openers) <= 1
    ? 'trailing-subject'
    : undefined;
}

/** "I think" and no thought. */
const OPINIONS = phrases('אני חושב, אני חושבת, אני מאמין, אני מאמינה, אני מניח, אני מניחה, אני מקווה, חשבתי');

/** "How many rooms are there": יש ends a question that a question word began. */
function endsWithThere(words: readonly string[]): boolean {
  const from = coreAt(words);
  return words.at(-1) === 'יש' && words.length - from > 2 && headLength(words, QUESTION_WORDS, from) > 0;
}

/** "Yes I have": its last words alone would call for more. */
function isWholeAnswer(words: readonly string[]): boolean {
  const first = Math.max(headLength(words, yes), headLength(words, no));
  return first > 0 && pastHeads(words, yes, pastHeads(words, no, first)) === words.length && words.length > 1;
}

const coreAt = (words: readonly string[]): number => {
  const at = pastHeads(words, openers);
  return at === words.length ? 0 : at;
};

export function questionAt(words: readonly string[]): number | undefined {
  const from = coreAt(words);
  for (let at = words.length - 1; at >= 0; at--) {
    const count = headLength(words, INDIRECT, at);
    if (count > 0) return at + count < words.length ? at : undefined;
  }
  const opening = Math.max(headLength(words, QUESTION_WORDS, from), headLength(words, OPENINGS, from));
  if (opening > 0) return words.length - from > opening ? from : undefined;
  // After a condition or a statement only these are surely a new clause.
  for (let at = words.length - 1; at > from; at--) {
    if (headLength(words, LATER, at) > 0) return at;
  }
  return undefined;
}
const LATER = phrases(
  'אפשר, האם, כמה זה, מתי אתם, איפה אתם, איך אני, מה השעות, יש לכם, תוכל, תוכלי, תוכלו, מה אני, כמה עולה, ואפשר, אתם יכולים, את יכולה, אתה יכול',
);

/** "If I come on Tuesday": a condition or a time, and no clause that it belongs to. */
export function isSubordinate(words: readonly string[]): boolean {
  const from = coreAt(words);
  if (headLength(words, POLITE_CONDITIONS, from) > 0) return false;
  const first = words[from];
  if (first === undefined) return false;
  const isWhen = /^ו?כש[א-ת]{2,}$/.test(first) && !NO_WHEN.all.has(first.replace(/^ו/, ''));
  const opener = isWhen ? 1 : headLength(words, SUBORDINATORS, from);
  if (opener === 0) return false;
  const skip = isWhen ? 1 : opener + 1;
  const rest = words.slice(from + skip);
  return !rest.some((_, at) => headLength(rest, MAIN_CLAUSE, at) > 0);
}
