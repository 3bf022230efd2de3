/**
 * English words that call for another word, by the kind of word they are, and after each kind the longer phrases in which
 * the same words are the end.
 */
import { type Phrases, phrases } from '../phrases.ts';

const CONJUNCTIONS = phrases(
  `and, but, or, because, cause, 'cause, cuz, if, when, while, although, though, unless, nor, plus, whereas, than, as, since, whether,
  until, till, either, neither, and also, and then, but then, such as, for example, which, whose, where, who, why, whenever, wherever, whatever`,
  'think that, said that, say that, says that, know that, told me that, told you that, tell me that, thing is that, sure that, see that',
  'now that, so that, noticed that, hope that, heard that, problem is that, reason that, fact that, is that, understand that',
);
const FINAL_CONJUNCTIONS = phrases(
  `no idea where, no idea why, no idea when, no idea who, know where, know why, know when, know who, know which, remember when, remember where,
  remember which, sure when, sure which, sure where, tell me when, tell me where, tell me which, tell me why, and why, but why, or whatever,
  or whenever, i know that, already know that, didn't know that, don't know that, you know that, i see that, i heard that, i hope that, i said that, you said that, what is that, who is that, where is that, how much is that, how long is that, how far is that, when is that`,
);
/** No English question or verb ends with these. */
const PREPOSITIONS = phrases(
  `into, onto, during, per, between, regarding, concerning, despite, via, upon, except, besides, towards, toward, among, against, beside,
  because of, instead of, next to, close to, out of, in front of, on top of, according to, due to, apart from, a couple of, a lot of, lots of,
  the day after, the day before, the week after, the week of, on behalf of, under the name, on the corner of, half past, quarter past,
  quarter to, within, up to, on the corner`,
);
const FINAL_PREPOSITIONS = phrases('right on the corner');
/** These may end a question ("where are you from") or go with a verb ("come in"). */
export const LOOSE_PREPOSITIONS = phrases(
  'to, for, from, with, of, about, by, in, on, at, near, under, around, after, before, like, past, over, below, above, behind, across, through, without',
);
export const PARTICLE_VERBS = phrases(
  `come in, came in, coming in, check in, checked in, log in, logged in, sign in, signed in, moved in, move in, get in, got in, drop in, walk in, stop by,
  come by, drop by, go on, going on, carry on, turn on, turned on, later on, move on, early on, come over, came over, start over, all over, over and over,
  think it over, look around, turn around, walk around, come through, came through, went through, go through, get through, got through, never before,
  been before, here before, there before, called before, done before, happened before, ever before, the night before, the week before, year before,
  morning after, year after, right after, shortly after, soon after, look after, deal with, paid for, asked for, signed up for,
  taken care of, heard of, heard about, think about, worry about, what for, go without, do without`,
);
const DETERMINERS = phrases(
  `the, a, an, my, your, our, their, its, every, each, another, some, any, these, those, the same, a new, a different, the other, a large, a small,
  a medium, a big, this coming, the next, the last, the first of, his, half, both my, the most, more than, less than, at least, at most, very, too, quite, pretty,
  almost, nearly, approximately, roughly, just, only, even, also, sometime, street number, avenue number, road number, in this, on this, at this, with this, for her, with her, to her, sometime next, next`,
);
const FINAL_DETERMINERS = phrases(
  `me too, you too, him too, her too, that too, it too, us too, one too, them too, this too, i'd like some, i'll have some, i want some, have any, need any, want any,
  like some, need some, isn't any, aren't any, cash only, card only, one only, me only, that only, and a half, one of each, two of each, all the same, exactly the same, just the same, the number,
  wrong number, phone number, account number, a number, this number, that number, your number, id number, order number, reference number, my number,
  about this, just for her, it's for her, that's for her, the next, and the next, i think too, very very, fine too, good too, the other half, it's his`,
);
const AUXILIARIES = phrases(
  `i'm, i've, i'd, i'll, it's, he's, she's, we're, we've, we'll, we'd, you're, they're, they've, they'll, there's, that's, what's, where's, who's,
  how's, when's, it'll, there'll, that'll, is, are, was, were, am, be, will, would, can, could, should, might, must, shall, has, had, have,
  does, did, do, don't, didn't, doesn't, can't, won't, isn't, wasn't, aren't, weren't, haven't, hasn't, couldn't, wouldn't, shouldn't, gonna, wanna, gotta, let's,
  being, having, is not, are not, was not, it's not, i'm not, he's not, she's not, that's not, sounds, sound, seems, becomes, keeps, i've been,
  it's been, has been, have been, had been, it looks, not a`,
);
/** After these an auxiliary is the end: "how much it is", "I think it will". */
export const ECHO_SUBJECTS = phrases(
  `how much it, how long it, how far it, how it, where it, what it, when it, who it, who that, what that, where that, where this, what this, how much that, how much they,
  where you, who you, where he, where she, where they, what they, where i, who i, what time it, as i, than i, think it, think they, think i, think he,
  think she, hope it, hope they, guess it, sure it, sure they, know it, yes i, yes it, yes we, yes they, yeah i, yeah it, yeah we, yeah they, no i, no it, no we, no they,
  as it, as they, so it, of course i, should i, all i, all we, best i, best we, anything i, way it, if you, if i, if we, if it, the way they`,
);
const SUBJECTS = phrases(
  `i, we, he, she, they, because you, because it, and you, which you, if it, when you, when it, if you`,
);
export const INVERTED = phrases(
  `do, does, did, don't, doesn't, didn't, can, could, can't, couldn't, will, would, won't, wouldn't, should, shouldn't, may, shall, have, has, had, haven't, hasn't`,
);
/** Wishes and verbs whose object has not come. */
const WISHES = phrases(
  `i want, i need, i'd like, i would like, we want, we need, we'd like, we would like, i wanted, we wanted, i'll need, i'd prefer, i prefer, i would prefer, we would prefer, we'd prefer, we prefer, i would rather, i'd rather, i would like to speak, i'd like to speak, i want to speak, would like, i'll have, i'd love,
  looking for, i'm looking, i was wondering, just wondering, to ask, to know, to make, to get, to book, to schedule, to order, to reserve, to find, to buy, to rent,
  to find out, to set up, let me, tell me, give me, show me, send me, put me, transfer me, connect me, can you, could you, do you have, do you sell, do you offer, do you take,
  do you accept, i have, we have, i've got, we've got, i had, i bought, i ordered, i lost, i received, i booked, i live, i'm calling, trying, i'm interested,
  can i get, can i have, could i have, could i get, may i have, they said, he said, she said, told me, i was told, the reason, the thing, my question, there will be, there would be,
  what kind, what type, i was born, one who, the one who, the one with, looks like, sounds like`,
);
const FINAL_WISHES = phrases(
  `what i want, that i want, all i want, what i need, that i need, all i need, all i have, what i have, what i had, what i ordered, that i ordered, what i bought, that i bought, the one i want,
  the one i ordered, the one i bought, as they said, what they said, what he said, what she said, what they told me, as they told me, what i was told, that's the thing, where i live,
  do i need, do you need, do we need, what do you have, what do you sell, what do you offer, what do you take, what do you accept, who can i ask, good to know, what to order, how to order, where to order, what to ask,
  what to get, how to know, that's the reason, what it looks like, how it sounds like, which do you have, when can you, whenever you can, if you can`,
);
const TITLES = phrases(`mr, mrs, ms, dr, doctor, professor, mister, misses, see dr, with dr, the name of`);
const FINAL_TITLES = phrases(
  `a doctor, the doctor, my doctor, your doctor, any doctor, another doctor, family doctor, see doctor, a professor, the professor, my professor`,
);

export interface Kind {
  readonly code: string;
  readonly calls: Phrases;
  readonly ends: Phrases;
}

export const KINDS: readonly Kind[] = [
  { code: 'trailing-conjunction', calls: CONJUNCTIONS, ends: FINAL_CONJUNCTIONS },
  { code: 'trailing-preposition', calls: PREPOSITIONS, ends: FINAL_PREPOSITIONS },
  { code: 'trailing-determiner', calls: DETERMINERS, ends: FINAL_DETERMINERS },
  { code: 'trailing-auxiliary', calls: AUXILIARIES, ends: FINAL_WISHES },
  { code: 'trailing-subject', calls: SUBJECTS, ends: phrases('') },
  { code: 'wish-without-object', calls: WISHES, ends: FINAL_WISHES },
  { code: 'trailing-title', calls: TITLES, ends: FINAL_TITLES },
];
