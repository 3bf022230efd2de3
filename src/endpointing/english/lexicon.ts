/** English, as the rules need it. */
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

export const english: Lexicon = {
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
    shortest: 4,
    requests: phrases(
      `i want, i need, i'd like, i would like, we want, we need, we'd like, we would like, i wanted, i'm looking for, can i have, can i get, could i have, could i get, may i have,
      i'll have, i'll take, i have, i ordered, i bought, give me, i'd like to book, i'd like to make, i want to book, i want to make`,
    ),
    finals: phrases(
      `it, them, me, us, him, that, this one, that one, one, today, tomorrow, tonight, yesterday, now, already, again, anymore, here, there, yet, working, home, ago, later, soon, too, instead, best, arrived, stolen, online`,
    ),
  },
  numbers,
  calendar,
  names: {
    givers: phrases(
      "my name is, my name's, the name is, my last name is, my first name is, last name is, first name is, surname is, my surname is",
    ),
    introductions: phrases(
      `my name is, my name's, the name is, name is, name's, this is, it's, it is, i'm, i am, that's, call me, last name, last name is, first name, first name is, surname, surname is, family name,
      my last name is, my first name is, under the name of, under the name, under, full name, um, uh, hi, hello, yes, yeah, speaking, for, with`,
    ),
    titles: phrases('mr, mrs, ms, dr, doctor, professor, mister, miss'),
    families: phrases('last name, last name is, surname, surname is, family name, family name is'),
    isLetter: (word) => /^[a-z]\.?$/.test(word),
  },
  email: {
    givers: phrases(
      'my email is, my email address is, my e-mail is, the email is, the email address is, email is, email address is',
    ),
    cues: phrases('email, e-mail, mail'),
    at: phrases('at'),
    domains: phrases(
      `dot com, dot net, dot org, dot edu, dot gov, dot info, dot io, dot me, dot de, dot fr, dot uk, dot il, dot eu, dot ca, dot au, dot us, dot biz, dot dev, dot ai, dot app, dot co il, dot co uk, dotcom,
      dot i l, dot u k, dot c o m`,
    ),
  },
  address: {
    parts: phrases(
      `street, st, avenue, ave, road, rd, boulevard, lane, drive, way, square, court, place, number, apartment, apt, floor, entrance, unit, suite, house, flat, it's, i, live, at, on, in, the, my, address, is, corner, of, and`,
    ),
    towns: phrases(
      `tel aviv, jerusalem, haifa, ramat gan, givatayim, holon, bat yam, herzliya, netanya, ashdod, ashkelon, beer sheva, petah tikva, rishon lezion, rehovot, eilat, london, new york, manchester, boston, chicago, los angeles, san francisco, toronto, sydney, dublin`,
    ),
  },
};
