/** Abbreviations that are said in full, and the letters of the week's days. Words such as נדל"ן are said as written. */
import { rewrite } from '../rewrite.ts';
import { MEASURES_BY_SIGN } from './units.ts';

const FULL: Readonly<Record<string, string>> = {
  'ד"ר': 'דוקטור',
  'עו"ד': 'עורך דין',
  'רו"ח': 'רואה חשבון',
  'בע"מ': 'בערבון מוגבל',
  'ש"ח': 'שקלים',
  'ת"ז': 'תעודת זהות',
  'ת"ד': 'תיבת דואר',
  'ת"א': 'תל אביב',
  'ב"ש': 'באר שבע',
  'פ"ת': 'פתח תקווה',
  'ר"ג': 'רמת גן',
  'כ"ס': 'כפר סבא',
  'ראשל"צ': 'ראשון לציון',
  'ארה"ב': 'ארצות הברית',
  'אחה"צ': 'אחר הצהריים',
  'לפנה"צ': 'לפני הצהריים',
  'בד"כ': 'בדרך כלל',
  'בי"ס': 'בית ספר',
  'ביה"ס': 'בית הספר',
  'בי"ח': 'בית חולים',
  'ביה"ח': 'בית החולים',
  'ע"י': 'על ידי',
  'ע"ש': 'על שם',
  'ע"פ': 'על פי',
  'עפ"י': 'על פי',
  'ע"ח': 'על חשבון',
  'סה"כ': 'סך הכול',
  'כנ"ל': 'כנזכר לעיל',
  'הנ"ל': 'הנזכר לעיל',
  'מו"מ': 'משא ומתן',
  'ז"א': 'זאת אומרת',
  'סופ"ש': 'סוף שבוע',
  'אעפ"כ': 'אף על פי כן',
  'מ"מ': 'מילימטר',
  'ס"מ': 'סנטימטר',
  "גב'": 'גברת',
  "פרופ'": 'פרופסור',
  "חב'": 'חברת',
  "רח'": 'רחוב',
  "שד'": 'שדרות',
  "שכ'": 'שכונת',
  "מס'": 'מספר',
  "טל'": 'טלפון',
  "עמ'": 'עמוד',
  "וכו'": 'וכולי',
  "וכד'": 'וכדומה',
  "וגו'": 'וגומר',
  "יח'": 'יחידות',
  "דק'": 'דקות',
  "שע'": 'שעות',
};
const DAYS: Readonly<Record<string, string>> = {
  א: 'ראשון',
  ב: 'שני',
  ג: 'שלישי',
  ד: 'רביעי',
  ה: 'חמישי',
  ו: 'שישי',
  ש: 'שבת',
};

const DAY_RANGE = /(?<![א-ת])([בלמה]?)([א-ו])['׳’] ?[-–—־] ?([א-וש])['׳’](?![א-ת])/g;
const DAY = /(?<=(?<![א-ת])[ושהבלמכ]{0,3}(?:יום|ימי|ימים) )([א-וש])['׳’](?![א-ת])/g;
const SHORTENED = /(?<![א-ת\u05b0-\u05c7"״'׳])(?:[א-ת]{1,7}["״”][א-ת]|[א-ת]{2,8}['׳’])(?![א-ת\u05b0-\u05c7"״])/g;

export function readAbbreviations(text: string): string {
  const ranges = rewrite(text, DAY_RANGE, ({ match: [, prefix = '', first = '', last = ''] }) => ({
    text: `${prefix}${DAYS[first]} עד ${DAYS[last]}`,
  }));
  const days = rewrite(ranges, DAY, ({ match: [, letter = ''] }) => ({ text: DAYS[letter]! }));
  return rewrite(days, SHORTENED, ({ match: [written], before }) => {
    const plain = written.replace(/[״”]/, '"').replace(/[׳’]/, "'");
    if (MEASURES_BY_SIGN[plain] && /\d ?$/.test(before)) return undefined;
    const full = inFull(plain);
    return full === undefined ? undefined : { text: full };
  });
}

function inFull(written: string): string | undefined {
  for (let cut = 0; cut <= 3; cut++) {
    if (cut > 0 && !/[ושהבלמכ]/.test(written[cut - 1] ?? '')) return undefined;
    const rest = written.slice(cut);
    const full = FULL[rest] ?? MEASURES_BY_SIGN[rest]?.one;
    if (full !== undefined && rest.length > 2) return written.slice(0, cut) + full;
  }
  return undefined;
}
