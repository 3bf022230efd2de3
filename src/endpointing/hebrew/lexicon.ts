/** Hebrew, as the rules need it. */
import type { Lexicon } from '../lexicon.ts';
import { phrases } from '../phrases.ts';
import { danglingCode, isSubordinate, questionAt } from './grammar.ts';
import { calendar, numbers } from './numbers.ts';
import {
  announcements,
  apologies,
  closers,
  corrections,
  fillers,
  finalFillers,
  finalHolds,
  greetings,
  holds,
  hum,
  labels,
  no,
  openers,
  refusals,
  regrets,
  social,
  softeners,
  yes,
} from './talk.ts';

/** Names of letters: Hebrew ones, and English ones as Hebrew speakers say them. */
const LETTER_NAMES = phrases(
  `אלף, בית, גימל, דלת, הא, וו, זין, חית, חת, טית, טת, יוד, כף, למד, מם, נון, סמך, עין, פא, צדי, קוף, ריש, שין, תו,
  איי, אי, בי, סי, די, אף, גי, איץ, אייץ, גיי, קיי, אל, אם, אן, או, פי, קיו, אר, אס, טי, יו, וי, דאבליו, אקס, וואי, זי, זד`,
);

export const hebrew: Lexicon = {
  openers,
  holds,
  finalHolds,
  corrections,
  regrets,
  apologies,
  fillers,
  finalFillers,
  hum,
  greetings,
  social,
  closers,
  softeners,
  yes,
  no,
  refusals,
  announcements,
  labels,
  dangling: danglingCode,
  questionAt,
  isSubordinate,
  sentence: {
    shortest: 3,
    requests: phrases(
      `אני רוצה, אני צריך, אני צריכה, הייתי רוצה, רציתי, אנחנו רוצים, אני מחפש, אני מחפשת, אני רוצה לקבוע, אני רוצה להזמין, הזמנתי, קניתי, יש לי, אני צריך לקבוע, אני צריכה לקבוע, אשמח לקבוע, אשמח להזמין, רציתי לקבוע, רציתי להזמין, אני מעוניין, אני מעוניינת`,
    ),
    finals: phrases(
      'זה, אותו, אותה, אותם, אותי, לי, לנו, היום, מחר, הערב, עכשיו, כבר, שוב, יותר, כאן, פה, שם, הביתה, עובד, עובדת, הגיעה, הגיע, נגנב, נגנבה, אתמול, שלי, שלנו, שבועיים, שעתיים, יומיים',
    ),
  },
  numbers,
  calendar,
  names: {
    givers: phrases('קוראים לי, שמי, השם שלי, השם שלי הוא, שם המשפחה שלי, שם המשפחה הוא, שם משפחה'),
    introductions: phrases(
      `קוראים לי, שמי, השם, השם הוא, השם שלי, השם שלי הוא, זה, זאת, זו, אני, מדבר, מדברת, כאן, פה, על שם, שם פרטי, שם משפחה, שם משפחת, על שם משפחת, משפחת, המשפחה, שם המשפחה, שם המשפחה הוא, אה, אממ, שלום, היי, כן, לכתוב, תרשום, תרשמי, בשם`,
    ),
    titles: phrases('מר, גברת, דוקטור, דר, פרופסור, אדון, משפחת, הרב'),
    families: phrases('שם משפחה, משפחת, שם המשפחה, שם המשפחה הוא, שם משפחת, על שם משפחת'),
    isLetter: (word) => /^[א-תa-z]$/.test(word) || LETTER_NAMES.all.has(word),
  },
  email: {
    givers: phrases(
      'המייל שלי, המייל שלי הוא, האימייל שלי, האימייל שלי הוא, המייל הוא, כתובת המייל שלי, כתובת המייל היא',
    ),
    cues: phrases('מייל, המייל, אימייל, האימייל, לאימייל, למייל, דואר אלקטרוני'),
    at: phrases('שטרודל, כרוכית, at'),
    domains: phrases(
      `נקודה קום, נקודה נט, נקודה אורג, נקודה קו נקודה איי אל, נקודה קו נקודה אי אל, נקודה קו נקודה איל, קו נקודה איי אל, קו איי אל, קו אי אל, נקודה איי אל, נקודה אי אל, נקודה אינפו, דוט קום, דוט נט, דוט קו דוט איי אל, נקודה com, נקודה net, נקודה org, נקודה il, dot com`,
    ),
  },
  address: {
    parts: phrases(
      'רחוב, ברחוב, שדרות, בשדרות, דרך, כיכר, סמטת, מספר, דירה, קומה, כניסה, בית, פינת, אני, גר, גרה, הכתובת, היא, ב, עיר, שלישית, שנייה, ראשונה, רביעית, חמישית',
    ),
    towns: phrases(
      `תל אביב, בתל אביב, ירושלים, בירושלים, חיפה, בחיפה, רמת גן, ברמת גן, גבעתיים, בגבעתיים, חולון, בחולון, בת ים, בבת ים, הרצליה, בהרצליה, נתניה, בנתניה, אשדוד, באשדוד, אשקלון, באשקלון, באר שבע, בבאר שבע, פתח תקווה, בפתח תקווה, ראשון לציון, בראשון לציון, ראשון, רחובות, ברחובות, אילת, באילת, כפר סבא, בכפר סבא, רעננה, ברעננה, הוד השרון, בהוד השרון, מודיעין, במודיעין, בית שמש, בבית שמש, לוד, רמלה, טבריה, עכו, נהריה, צפת, כרמיאל, נצרת, קריית גת, קריית אתא, יבנה, נס ציונה, רמת השרון, בני ברק, בבני ברק`,
    ),
  },
};
