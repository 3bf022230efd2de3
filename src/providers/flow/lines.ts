import type { Flow, FlowLanguage, FlowLines } from './definition.ts';

/** The Hebrew lines keep to forms that are the same for a man and a woman, on either end of the line. */
const LINES: Readonly<Record<FlowLanguage, FlowLines>> = {
  en: {
    notUnderstood: "Sorry, I didn't catch that.",
    stillNotUnderstood: "I'm sorry, I still didn't understand.",
    giveUp: "I'm sorry, I can't help with that over the phone today. Thank you for calling. Goodbye.",
    help: 'You can answer in a few words, or say repeat, operator, or goodbye.',
    operator: "I'm the automated assistant, and there is nobody I can put you through to. I can take your details.",
    cancelled: 'All right, I will leave it there. Thank you for calling. Goodbye.',
    changed: 'All right, {value}.',
    whatToChange: 'What should I change?',
    yesOrNo: 'Is everything right? Please say yes or no.',
    readBack: 'I heard: {value}. Is that right?',
    summary: 'So I have: {values}. Is that right?',
    closing: 'Thank you, I have everything. Goodbye.',
    afterEnd: 'Thank you for calling. Goodbye.',
  },
  he: {
    notUnderstood: 'סליחה, לא הבנתי.',
    stillNotUnderstood: 'סליחה, עדיין לא הצלחתי להבין.',
    giveUp: 'סליחה, לא הצלחתי להבין ולכן נסיים כאן. תודה על השיחה, ולהתראות.',
    help: 'אפשר לענות בכמה מילים, או לומר: שוב, נציג, או להתראות.',
    operator: 'כאן מענה קולי אוטומטי, וכרגע אין נציג על הקו. אפשר להשאיר אצלי פרטים.',
    cancelled: 'בסדר גמור, נעצור כאן. תודה על השיחה, ולהתראות.',
    changed: 'בסדר, {value}.',
    whatToChange: 'מה לתקן?',
    yesOrNo: 'הכול נכון? אפשר לענות כן או לא.',
    readBack: 'שמעתי: {value}. נכון?',
    summary: 'אז רשמתי: {values}. הכול נכון?',
    closing: 'תודה, כל הפרטים אצלי. להתראות.',
    afterEnd: 'תודה על השיחה, ולהתראות.',
  },
};

export function linesOf(flow: Pick<Flow, 'lines'>, language: FlowLanguage): FlowLines {
  return { ...LINES[language], ...flow.lines };
}
