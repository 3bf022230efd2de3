import { defineAgent, flow, tool, z } from 'kav';

/** How many rooms, as it is written; the words are found when it is spoken: "שלושה חדרים וחצי". */
const roomsWritten = (value: string): string => (value === '1' ? 'חדר אחד' : `${value} חדרים`);

/** Takes the details of somebody who looks for a flat. Serves alone when there is no model, or when every model is down. */
const leahFlow = flow({
  name: 'flat-wanted',
  language: 'he-IL',
  opening: '',
  questions: [
    {
      slot: 'area',
      kind: 'choice',
      open: true,
      ask: 'באיזה אזור מחפשים דירה?',
      askAgain: 'באיזו עיר או שכונה?',
      called: ['אזור', 'עיר', 'שכונה'],
      options: [
        { value: 'תל אביב', synonyms: ['תל אביב יפו'], spellings: ['תלאביב'] },
        { value: 'רמת גן' },
        { value: 'גבעתיים' },
        { value: 'חולון' },
        { value: 'בת ים' },
        { value: 'ראשון לציון', synonyms: ['ראשון'] },
        { value: 'פתח תקווה', spellings: ['פתח תקוה'] },
        { value: 'הרצליה' },
        { value: 'ירושלים' },
        { value: 'חיפה' },
        { value: 'באר שבע' },
      ],
      acknowledge: '{area}, מצוין.',
    },
    {
      slot: 'rooms',
      kind: 'number',
      ask: 'כמה חדרים?',
      askAgain: 'אפשר לומר מספר, למשל שלושה, או שלושה וחצי.',
      units: ['חדרים', 'חדר'],
      min: 1,
      max: 10,
      say: roomsWritten,
    },
    {
      slot: 'budget',
      kind: 'number',
      ask: 'ומה התקציב, בערך?',
      askAgain: 'אפשר לומר סכום, למשל שני מיליון שקל.',
      called: ['תקציב', 'סכום'],
      units: ['שקל', 'שקלים', 'שח', 'מיליון'],
      min: 1000,
      max: 100_000_000,
      otherwise: { type: 'skip', say: 'לא נורא, נדבר על זה בהמשך.' },
    },
    {
      slot: 'name',
      kind: 'name',
      ask: 'ומה השם, בבקשה?',
      otherwise: { type: 'take-words', ask: 'סליחה, לא קלטתי. אפשר לומר רק את השם הפרטי?' },
    },
    {
      slot: 'phone',
      kind: 'phone',
      ask: 'לאיזה מספר לחזור אליכם?',
      askAgain: 'אפשר לומר את המספר ספרה אחר ספרה.',
      confirm: true,
      readBack: 'רשמתי {phone}. נכון?',
      otherwise: { type: 'skip', say: 'נחזור אליכם למספר שממנו התקשרתם.' },
    },
  ],
  summary: ({ area, rooms, budget, name }) => {
    const price = budget === '' ? '' : `, בתקציב של ${budget} שקל`;
    return `אז רשמתי: דירה באזור ${area}, ${rooms}${price}, על שם ${name}. הכול נכון?`;
  },
  closing: 'תודה רבה. אחד המתווכים שלנו יחזור אליכם בהקדם עם דירות מתאימות. יום נעים, ולהתראות.',
  operator: { say: 'כל המתווכים בפגישות כרגע. אשמח לרשום את הפרטים, ואחד מהם יחזור אליכם.' },
  lines: {
    operator: 'כאן לאה, העוזרת הקולית. אשמח לרשום את הפרטים, ונחזור אליכם.',
  },
});

/** Where a real office would write to its CRM; here the call's record keeps the lead. */
const saveLead = tool({
  description: 'שומר את פרטי הפנייה. יש לקרוא לו פעם אחת, אחרי שהמתקשר אישר את כל הפרטים.',
  input: z.object({
    area: z.string().describe('עיר או שכונה'),
    rooms: z.string().describe('מספר חדרים, למשל 3.5'),
    budget: z.string().optional().describe('תקציב בשקלים, בספרות'),
    name: z.string(),
    phone: z.string().describe('ספרות בלבד'),
  }),
  run: ({ area, rooms, budget = '', name, phone }, { record }) => {
    record({ area, rooms, budget, name, phone });
    return { saved: true };
  },
});

export default defineAgent({
  name: 'Leah',
  language: 'he-IL',
  voice: { google: 'he-IL-Chirp3-HD-Aoede', azure: 'he-IL-HilaNeural' },
  greeting: 'שלום, כאן לאה, העוזרת הקולית של נדל״ן הכרמל. אשמח לעזור למצוא דירה. באיזה אזור מחפשים?',
  instructions: [
    'את לאה, העוזרת הקולית של משרד התיווך נדל״ן הכרמל. דברי עברית טבעית, במשפטים קצרים, בלשון נקבה על עצמך.',
    'פני אל המתקשרים בלשון רבים או בצורה שאינה תלויה במגדר.',
    'בררי, שאלה אחת בכל פעם: אזור, מספר חדרים, תקציב, שם, ומספר טלפון לחזרה. חזרי על המספר ספרה אחר ספרה.',
    'אל תמציאי דירות, מחירים או זמינות. בסוף חזרי על הפרטים, ואחרי שהמתקשרים אישרו אותם שמרי אותם בעזרת saveLead.',
    'אחרי השמירה אמרי שאחד המתווכים יחזור בהקדם, היפרדי וסיימי את השיחה.',
  ].join('\n'),
  brain: ['openai', 'anthropic', leahFlow],
  stt: ['google', 'deepgram', 'scripted'],
  tts: ['google', 'azure', 'fake'],
  tools: { saveLead },
  lines: {
    'not-heard': 'סליחה, לא שמעתי טוב. אפשר לחזור על זה?',
  },
  limits: { maxCallMinutes: 15 },
});
