/** What a language must supply to the rules. */
import type { Phrases } from './phrases.ts';
import type { EndpointQuestion } from './question.ts';
import type { Utterance } from './utterance.ts';

export interface Lexicon {
  /** Words that open an utterance without belonging to its clause. */
  readonly openers: Phrases;
  readonly holds: Phrases;
  /** Phrases whose last words look like holds: "I can't wait". */
  readonly finalHolds: Phrases;
  readonly corrections: Phrases;
  /** "Sorry" after other words takes them back. */
  readonly regrets: Phrases;
  /** Phrases whose last words look like regrets or corrections and are none. */
  readonly apologies: Phrases;
  readonly fillers: Phrases;
  /** Phrases whose last words look like fillers: "what does it look like", "I think so". */
  readonly finalFillers: Phrases;
  /** Sounds of thought of any length. */
  readonly hum: RegExp;
  /** An utterance of nothing but these opens a call: its reason is to follow. */
  readonly greetings: Phrases;
  /** Greetings, thanks and consent: an utterance of nothing else is over. */
  readonly social: Phrases;
  readonly closers: Phrases;
  /** Phrases after an answer that belong to no answer: "if possible", "works for me". */
  readonly softeners: Phrases;
  readonly yes: Phrases;
  /** No, and echoes of the question: "it is". */
  readonly no: Phrases;
  /** "I do not know", "I do not have one": they answer every question. */
  readonly refusals: Phrases;
  /** "My number", "last name": what they name has not been said. */
  readonly announcements: Phrases;
  /** The same only within an answer: "apartment", "double". */
  readonly labels: Phrases;
  /** The code of the rule by which the last words call for another one. */
  readonly dangling: (utterance: Utterance, expects: EndpointQuestion['expects']) => string | undefined;
  /** Where the last question in the words begins. */
  readonly questionAt: (words: readonly string[]) => number | undefined;
  /** Whether the words only set a condition or a time for a clause that has not come. */
  readonly isSubordinate: (words: readonly string[]) => boolean;
  readonly sentence: SentenceWords;
  readonly numbers: NumberWords;
  readonly calendar: CalendarWords;
  readonly names: NameWords;
  readonly email: EmailWords;
  readonly address: AddressWords;
}

export interface NumberWord {
  readonly value: number;
  readonly role: 'digit' | 'teen' | 'tens' | 'hundreds' | 'scale';
  /** "And" is glued to it. */
  readonly and: boolean;
}

interface SentenceWords {
  /** Fewer words are a fragment. */
  readonly shortest: number;
  /** "I would like", "can I have": a short object after them may well be only the beginning of the wish. */
  readonly requests: Phrases;
  /** Last words after which a statement seldom goes on. */
  readonly finals: Phrases;
}

export interface NumberWords {
  readonly read: (word: string) => NumberWord | undefined;
  readonly repeats: Readonly<Record<string, number>>;
  /** Words inside a dictated number that carry no digit. */
  readonly separators: Phrases;
  readonly plus: Phrases;
  /** Words that tell a telephone number. */
  readonly phoneCues: Phrases;
  /** Words that tell some other row of digits. */
  readonly digitCues: Phrases;
  /** Amounts without a number: "just me", "a few". */
  readonly amounts: Phrases;
  /** Whether tens and units are one number only with "and" between them. */
  readonly needsAnd: boolean;
}

export interface CalendarWords {
  /** The word without the glued prefixes that may stand before a day, a month or an hour. */
  readonly bare: (word: string) => readonly string[];
  readonly days: Phrases;
  readonly months: Phrases;
  readonly ordinals: Phrases;
  /** Whole answers: "as soon as possible". */
  readonly anyDay: Phrases;
  readonly anyTime: Phrases;
  readonly partsOfDay: Phrases;
  /** "Weeks", "days" after a number. */
  readonly spans: Phrases;
  readonly wholeSpans: Phrases;
  /** A period without its day: "next week". */
  readonly vague: Phrases;
  readonly isOpenRange: (words: readonly string[]) => boolean;
}

interface NameWords {
  /** "My name is": what follows is a name and nothing else. */
  readonly givers: Phrases;
  readonly introductions: Phrases;
  readonly titles: Phrases;
  /** After these the one name that follows is the rest of it: "last name". */
  readonly families: Phrases;
  readonly isLetter: (word: string) => boolean;
}

interface EmailWords {
  /** "My email is": what follows is an address. */
  readonly givers: Phrases;
  /** Words that tell an e-mail address. */
  readonly cues: Phrases;
  readonly at: Phrases;
  readonly domains: Phrases;
}

interface AddressWords {
  /** "Street", "number", "apartment": no names of places. */
  readonly parts: Phrases;
  readonly towns: Phrases;
}
