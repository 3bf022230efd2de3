/** What Twilio says for us when no agent does: before one is loaded, when we failed, or while only the webhook is tried. */
type SpokenLineName = 'not-ready' | 'failure' | 'say-only';

export interface SpokenLine {
  readonly text: string;
  /** BCP 47; the language that `text` is really in. */
  readonly language: string;
}

const LINES: Readonly<Record<string, Readonly<Record<SpokenLineName, string>>>> = {
  'en-US': {
    'not-ready': 'Sorry, we cannot take your call right now. Please call again in a few minutes.',
    failure: 'Sorry, something went wrong on our side. Please call again in a few minutes.',
    'say-only': 'The webhook works. No agent answers while this server only speaks this sentence. Goodbye.',
  },
  'he-IL': {
    'not-ready': 'מצטערים, לא נוכל לענות לשיחה כרגע. נשמח אם תתקשרו שוב בעוד כמה דקות.',
    failure: 'מצטערים, אירעה תקלה אצלנו. נשמח אם תתקשרו שוב בעוד כמה דקות.',
    'say-only': 'הכתובת עובדת. כרגע השרת משמיע רק את המשפט הזה, והסוכן אינו עונה. להתראות.',
  },
};

/** The line in the wanted language, or in English when there is no translation. */
export function spokenLine(name: SpokenLineName, language: string): SpokenLine {
  const wanted = language.split('-')[0]?.toLowerCase();
  const known = Object.keys(LINES).find((key) => key.split('-')[0] === wanted) ?? 'en-US';
  return { text: LINES[known]![name], language: known };
}
