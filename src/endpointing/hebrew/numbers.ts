/** Hebrew numbers, days and hours, in both genders and with the letters that may be glued to them. */
import type { CalendarWords, NumberWord, NumberWords } from '../lexicon.ts';
import { phrases } from '../phrases.ts';

const row = (words: string, values: (at: number) => number, role: NumberWord['role']): [string, NumberWord][] =>
  words
    .split(' ')
    .flatMap((forms, at) =>
      forms.split('/').map((word): [string, NumberWord] => [word, { value: values(at), role, and: false }]),
    );

const WORDS: ReadonlyMap<string, NumberWord> = new Map([
  ...row(
    'אפס אחת/אחד שתיים/שתים/שניים/שנים/שתי/שני שלוש/שלושה/שלושת ארבע/ארבעה/ארבעת חמש/חמישה/חמשה/חמשת שש/שישה/ששה/ששת שבע/שבעה/שבעת שמונה/שמונת תשע/תשעה/תשעת',
    (at) => at,
    'digit',
  ),
  ...row('עשר/עשרה', () => 10, 'teen'),
  ...row('עשרים שלושים ארבעים חמישים/חמשים שישים/ששים שבעים שמונים תשעים', (at) => (at + 2) * 10, 'tens'),
  ...row('מאה מאתיים', (at) => (at + 1) * 100, 'hundreds'),
  ...row('אלף אלפיים', (at) => (at + 1) * 1_000, 'hundreds'),
  ...row('מאות אלפים מיליון/מליון מיליארד', (at) => [100, 1e3, 1e6, 1e9][at]!, 'scale'),
]);

function read(word: string): NumberWord | undefined {
  const known = WORDS.get(word);
  if (known) return known;
  const rest = word.startsWith('ו') ? WORDS.get(word.slice(1)) : undefined;
  return rest && { ...rest, and: true };
}

export const numbers: NumberWords = {
  read,
  repeats: { כפול: 2, פעמיים: 2 },
  separators: phrases('מקף, קו, ואז, אז, אה, אממ, ו'),
  plus: phrases('פלוס'),
  phoneCues: phrases('טלפון, הטלפון, הטלפון שלי, נייד, הנייד, פלאפון, הפלאפון, המספר שלי, תתקשרו אליי, תחזרו אליי'),
  digitCues: phrases(
    'תעודת זהות, תעודת הזהות, מספר החשבון, מספר חשבון, מספר ההזמנה, מספר הזמנה, מספר כרטיס, הקוד, מספר לקוח, זהות, מספר הכרטיס',
  ),
  amounts: phrases('רק אני, רק אנחנו, שנינו, שתינו, זוג, כמה, תריסר, שניהם, שתיהן, אף אחד, אני לבד, לבד, יחיד'),
  needsAnd: true,
};

const PREFIXES = /^[והבלכמש]/;

/** The word, and what is left of it without one or two glued letters: to be looked up in closed lists only. */
function bare(word: string): readonly string[] {
  const forms = [word];
  for (let rest = word; forms.length < 3 && PREFIXES.test(rest) && rest.length > 2; ) {
    rest = rest.slice(1);
    forms.push(rest);
  }
  return forms;
}

export const calendar: CalendarWords = {
  bare,
  days: phrases(
    'ראשון, שני, שלישי, רביעי, חמישי, שישי, שבת, מוצאי שבת, מחר, מחרתיים, היום, הערב, אתמול, הלילה, סוף השבוע, סוף שבוע, ראש השנה, פסח, חנוכה, סוכות',
  ),
  months: phrases(
    'ינואר, פברואר, מרץ, מרס, אפריל, מאי, יוני, יולי, אוגוסט, ספטמבר, אוקטובר, נובמבר, דצמבר, תשרי, חשוון, כסלו, טבת, שבט, אדר, ניסן, אייר, סיוון, תמוז, אב, אלול',
  ),
  ordinals: phrases('ראשון, שני, שלישי, רביעי, חמישי, שישי, שביעי, שמיני, תשיעי, עשירי, אחד עשר, שנים עשר'),
  anyDay: phrases(
    'כמה שיותר מהר, כמה שיותר מוקדם, בהקדם, בהקדם האפשרי, מתי שאפשר, מתי שיש, כל יום, מתי שנוח, לא משנה מתי, מתי שנוח לכם, הכי מוקדם, הכי קרוב, מיד, עכשיו',
  ),
  anyTime: phrases(
    'מתי שנוח, מתי שנוח לכם, מתי שאפשר, מתי שיש, כל שעה, לא משנה מתי, צהריים, הצהריים, חצות, בחצות, עכשיו, כמה שיותר מוקדם, כמה שיותר מאוחר, אחרי העבודה, עוד שעה, עוד חצי שעה, עוד שעתיים',
  ),
  partsOfDay: phrases('בוקר, צהריים, אחר הצהריים, אחרי הצהריים, אחהצ, ערב, לילה, בוקר מוקדם'),
  spans: phrases('ימים, יום, שבועות, שבוע, חודשים, חודש, שנים'),
  wholeSpans: phrases(
    'עוד שבוע, עוד שבועיים, עוד יומיים, בעוד שבוע, בעוד שבועיים, בעוד יומיים, עוד חודש, בעוד חודש, עוד חודשיים, עוד כמה ימים',
  ),
  vague: phrases(
    'השבוע, בשבוע הבא, שבוע הבא, לשבוע הבא, החודש, בחודש הבא, חודש הבא, סוף החודש, בסוף החודש, תחילת החודש, אחרי החגים',
  ),
  isOpenRange: (words) => isFromOnly(words) || isBetweenOnly(words),
};

const isFromOnly = (words: readonly string[]): boolean =>
  words.length > 0 &&
  /^מ/.test(words[0]!) &&
  WORDS.has(words[0]!.slice(1)) &&
  !words
    .slice(1)
    .some(
      (word) =>
        word === 'עד' || (word.startsWith('ל') && WORDS.has(word.slice(1))) || word === 'והלאה' || word === 'ואילך',
    );

const isBetweenOnly = (words: readonly string[]): boolean => {
  const at = words.indexOf('בין');
  return at >= 0 && !words.slice(at + 2).some((word) => /^[לו]/.test(word) && WORDS.has(word.slice(1)));
};
