/** What voicemail, hold queues and telephone menus say, and people on the telephone hardly ever do. */
import { normalized } from './words.ts';

const KEY = '(?:\\d|zero|one|two|three|four|five|six|seven|eight|nine|star|pound|hash)';
const HEBREW_KEY = '(?:\\d|אחת|אחד|שתיים|שלוש|ארבע|חמש|שש|שבע|שמונה|תשע|אפס|כוכבית|סולמית)';

/** As `normalized` leaves them: no punctuation, no capitals. */
const PHRASES = new RegExp(
  [
    'leave (?:a|your|us a) (?:brief |short )?message',
    '(?:after|at) the (?:tone|beep)',
    'record your message',
    `(?:press|dial) ${KEY}\\b`,
    'your call is (?:very )?important to us',
    '(?:agents|representatives|operators) are (?:currently |all |currently all )?busy',
    'you ve reached|you have reached',
    'the (?:number|person|party|subscriber|customer) you (?:have |ve |are )?(?:dialed|dialled|called|calling|trying)',
    'mailbox is full|voice mailbox|automated voice messag',
    'calls? (?:may|will) be (?:recorded|monitored)',
    'stay on the line and|please stay on the line|answered in the order',
    'המספר (?:שחייגת|אליו חייגת|שאליו חייגת)',
    'המנוי (?:אינו|לא|שאליו)',
    '(?:להשאיר|השאירו|תשאירו|השאר) (?:לנו )?הודעה (?:לאחר|אחרי)|נא להשאיר הודעה|אנא השאירו הודעה',
    '(?:לאחר|אחרי) (?:הישמע |השמע )?(?:הצליל|הצפצוף|הביפ)',
    `(?:הקש|הקישו|הקישי|נא להקיש|יש להקיש) ${HEBREW_KEY}(?: |$)`,
    'לשיחה עם נציג.* (?:הקש|הקישו)',
    'שיחת(?:ך|כם) חשובה לנו',
    '(?:הנציגים|נציגינו|הנציגות) (?:עסוקים|עסוקות|תפוסים)',
    '(?:הגעת|הגעתם) (?:ל)?(?:תא|משיבון|המשיבון)',
    'נא להמתין לנציג|אנא המתינו|השיחה מוקלטת לצורך',
  ].join('|'),
  'u',
);

export const soundsLikeMachine = (words: string): boolean => PHRASES.test(normalized(words));
