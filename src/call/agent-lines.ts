import type { LineName } from '../core/call-event.ts';
import type { Line } from '../text/line.ts';

export type AgentLines = Readonly<Record<LineName, Line>>;

/** Kav's own words for each. */
export type DefaultLines = Readonly<Record<LineName, string>>;

const ENGLISH: DefaultLines = {
  'no-input': "I'm still here. Go ahead whenever you're ready.",
  'not-heard': "Sorry, I couldn't hear that. Could you say it again?",
  filler: 'One moment, please.',
  'cut-in': 'Let me stop you there for a moment.',
  'person-check': 'Excuse me, am I speaking with a person?',
  'no-person': 'It seems that nobody is on the line, so I will hang up now. Please call again any time. Goodbye.',
  apology: 'Sorry, something went wrong on my side. Could you say that again?',
  goodbye: "I can't hear anybody, so I will hang up now. Please call again any time. Goodbye.",
  'time-limit': "I'm sorry, we have reached the end of the time for this call. Thank you for calling. Goodbye.",
  resumed: 'We were cut off for a moment.',
  returned: 'My colleague had to leave the line, so I will go on from here.',
  farewell: 'We have to end the call here. Thank you for calling. Goodbye.',
  failure: "I'm sorry, I have a technical problem and can't go on. Please call again in a few minutes. Goodbye.",
};

/** In forms that are the same for a man and a woman; the plural addresses nobody in particular. */
const HEBREW: DefaultLines = {
  'no-input': 'אני עדיין על הקו. אפשר לדבר.',
  'not-heard': 'סליחה, לא הצלחתי לשמוע. אפשר לחזור על זה?',
  filler: 'רגע אחד, בבקשה.',
  'cut-in': 'סליחה על ההפרעה, רק רגע.',
  'person-check': 'סליחה, האם יש אדם על הקו?',
  'no-person': 'נראה שאין אדם על הקו, אז נסיים כאן. אפשר להתקשר שוב בכל שעה. להתראות.',
  apology: 'סליחה, משהו השתבש אצלי. אפשר לומר את זה שוב?',
  goodbye: 'לא שמעתי תשובה, אז נסיים כאן. אפשר להתקשר שוב בכל שעה. להתראות.',
  'time-limit': 'הגענו לסוף הזמן של השיחה הזאת. תודה על השיחה, ולהתראות.',
  resumed: 'הקו נותק לרגע, והשיחה ממשיכה.',
  returned: 'מי שדיבר מהמשרד כבר לא על הקו, אז נמשיך מכאן.',
  farewell: 'נסיים כאן את השיחה. תודה על השיחה, ולהתראות.',
  failure: 'סליחה, יש אצלי תקלה ואי אפשר להמשיך כרגע. אפשר להתקשר שוב בעוד כמה דקות. להתראות.',
};

/** The words of every fixed line in the language (BCP 47), English where there are none. */
export function defaultLines(language: string): DefaultLines {
  // `iw` is the code that Hebrew had before 1989; some vendors still use it.
  return /^(?:he|iw)\b/iu.test(language) ? HEBREW : ENGLISH;
}
