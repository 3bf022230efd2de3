/**
 * English grammars for each kind of answer, as JSGF rule bodies. An agent's own grammar may name these rules too, for
 * example `[on] <date> [<time>]`. Every word is in the recogniser's dictionary (a test checks it).
 */
import type { Expectation } from '../contracts.ts';

const firstNames = `
  aaron | adam | alan | alex | alice | amanda | amy | andrea | andrew | angela | anna | anne | anthony | barbara | ben |
  benjamin | betty | brian | carol | caroline | catherine | charles | charlie | chris | christine | daniel | david |
  deborah | diana | donald | donna | dorothy | edward | elizabeth | emily | emma | eric | frank | gary | george | grace |
  hannah | harry | helen | henry | jack | jacob | james | jane | jason | jennifer | jessica | joan | joe | john |
  jonathan | joseph | joshua | julia | julie | karen | kate | kevin | laura | leah | linda | lisa | louise | lucy |
  margaret | maria | mark | martin | mary | matthew | michael | michelle | nancy | nicholas | nicole | nina | oliver |
  olivia | patricia | patrick | paul | peter | philip | rachel | rebecca | richard | robert | ronald | ruth | sam |
  samuel | sandra | sarah | sharon | simon | sophie | stephen | steven | susan | thomas | timothy | tom | victoria |
  virginia | walter | william`;

const lastNames = `
  adams | allen | anderson | bailey | baker | bell | bennett | brooks | brown | butler | campbell | carter | clark |
  cohen | collins | cook | cooper | cox | davis | edwards | evans | fisher | foster | garcia | gray | green | hall |
  harris | henderson | hill | howard | hughes | jackson | jenkins | johnson | jones | kelly | king | lee | levy | lewis |
  long | lopez | marshall | martinez | miller | mitchell | moore | morgan | morris | murphy | myers | nelson | parker |
  perry | peterson | phillips | powell | price | reed | reynolds | richardson | rivera | roberts | robinson | rogers |
  ross | russell | sanders | scott | simmons | smith | stewart | sullivan | taylor | thompson | torres | turner | walker |
  ward | washington | watson | white | williams | wilson | wood | wright | young`;

/** Rule name to rule body. Order does not matter; no rule is recursive. */
export const RULES: Readonly<Record<string, string>> = {
  polite: 'please | thanks | thank you',
  yes: `yes | yeah | yep | yup | sure | okay | of course | certainly | absolutely | correct | right | exactly |
    that's right | that's correct | that is right | that is correct | that works | that's fine | sounds good |
    yes it is | yes i do | yes i am | yes that's right | yes that's correct | yes that works | yes sure`,
  no: `no | nope | not really | no it's not | no it isn't | no i don't | no i'm not | that's wrong | that's not right |
    that's not correct | that is wrong | no that's wrong | no that's not right | no never mind`,
  'yes-no': '<yes> | <no>',

  unit: 'one | two | three | four | five | six | seven | eight | nine',
  teen: 'ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen | seventeen | eighteen | nineteen',
  ten: 'twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety',
  'below-hundred': '<unit> | <teen> | <ten> [<unit>]',
  'below-thousand': '<below-hundred> | (a | <unit>) hundred [[and] <below-hundred>]',
  amount: 'zero | <below-thousand> | (a | <below-thousand>) thousand [[and] <below-thousand>]',
  number: '[about | around | only | just] <amount>',
  digit: 'zero | oh | <unit>',
  digits: '(<digit> | (double | triple) <digit>)+',

  ordinal: `first | second | third | fourth | fifth | sixth | seventh | eighth | ninth | tenth | eleventh | twelfth |
    thirteenth | fourteenth | fifteenth | sixteenth | seventeenth | eighteenth | nineteenth | twentieth |
    twenty (first | second | third | fourth | fifth | sixth | seventh | eighth | ninth) | thirtieth | thirty first`,
  weekday: 'monday | tuesday | wednesday | thursday | friday | saturday | sunday',
  month: `january | february | march | april | may | june | july | august | september | october | november | december`,
  day: `today | tomorrow | the day after tomorrow | [this | next | this coming] <weekday> [the <ordinal>] |
    <month> [the] <ordinal> | <month> (<unit> | <teen> | twenty [<unit>] | thirty [one]) | the <ordinal> [of <month>]`,
  date: '[on] <day> | next week | this week | as soon as possible',

  hour: '<unit> | ten | eleven | twelve',
  minute: 'oh <unit> | <teen> | (twenty | thirty | forty | fifty) [<unit>]',
  daypart: 'a.m. | p.m. | in the (morning | afternoon | evening)',
  clock: `<hour> [o'clock | <minute>] [<daypart>] | half past <hour> | (a quarter | quarter | ten | twenty | five)
    (past | to) <hour> | noon | midday | midnight`,
  time: '[at | around | about] <clock> | [in] [the] (morning | afternoon | evening)',

  'first-name': firstNames,
  'last-name': lastNames,
  'full-name': '<first-name> [<last-name>] | <last-name>',
  name: "[my name is | the name is | my name's | it's | it is | this is | i'm | i am] <full-name> [speaking]",

  action: 'book | make | schedule | change | move | reschedule | cancel | confirm | check',
  thing: 'an appointment | my appointment | the appointment | a booking | my booking | a reservation | my reservation',
  wish: "i'd like to | i would like to | i want to | i need to | can i | could i | i'm calling to",
  person: 'someone | somebody | a person | a human | an agent | the manager | a representative',
  request: `[<wish>] <action> <thing> | <wish> (speak | talk) to <person> | operator |
    (what are | tell me) your opening hours | when (are you open | do you open | do you close) |
    what time do you (open | close) | are you open (today | tomorrow | on <weekday>) | where are you |
    what's your address | how much (is it | does it cost) | i have a question`,
  talk: `hello | hi | good (morning | afternoon | evening) | goodbye | bye | bye bye | thank you | thanks |
    thank you very much | help | repeat | repeat that | can you repeat that | say that again | pardon |
    what did you say | start over | go back | never mind | i don't know | i'm not sure | that's all | that's it |
    nothing else | wait | one moment | just a moment`,
  anything: `<yes-no> | <date> [<time>] | <time> | <number> | <digits> | my name is <full-name> | <request> | <talk>`,
};

/** What is listened for when only the kind of the answer is known. `open` and `choice` take everything built in. */
const BODY_OF_KIND: Readonly<Record<Expectation['kind'], string>> = {
  'yes-no': '<yes-no>',
  choice: '<anything>',
  digits: '<digits>',
  phone: "[my number is | it is | it's] <digits>",
  date: '<date> [<time>]',
  time: '<time> | <date> <time>',
  name: '<name>',
  number: '<number>',
  open: '<anything>',
};

/**
 * The rule body to listen for: the agent's own grammar as it stands; or its phrases, as they are or politely wrapped,
 * beside the kind's own rule (a `choice` is its phrases alone); or the kind's own rule.
 */
export function bodyFor(expectation: Expectation): string {
  if (expectation.grammar?.trim()) return expectation.grammar;
  const kindBody = BODY_OF_KIND[expectation.kind];
  const phrases = (expectation.phrases ?? []).map(sayable).filter((phrase) => phrase !== '');
  if (phrases.length === 0) return `(${kindBody}) [<polite>]`;
  const wrapped = `[<wish> | i'd like | i would like | i want | i need | a | an | the] (${phrases.join(' | ')})`;
  const rest = expectation.kind === 'choice' ? '' : ` | ${kindBody}`;
  return `(${wrapped}${rest}) [<polite>]`;
}

const DIGIT_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** A sample phrase as words of a grammar: no punctuation, digits one by one. */
function sayable(phrase: string): string {
  return phrase
    .toLowerCase()
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/\d/g, (digit) => ` ${DIGIT_WORDS[Number(digit)]} `)
    .replaceAll(/[^\p{L}\p{M}'.\s]/gu, ' ')
    .replaceAll(/(?<!\b\p{L})\.(?=\s|$)/gu, ' ')
    .trim()
    .replaceAll(/\s+/g, ' ');
}
