/** What English callers say around their answers. */
import { phrases } from '../phrases.ts';

const GREETINGS = `hi, hello, hey, hi there, hello there, good morning, good afternoon, good evening, good day, morning,
  how are you, how are you doing, how are you today`;
const THANKS = `thank you, thanks, thank you very much, thank you so much, thanks a lot, many thanks, thanks again, cheers,
  thanks for your help, thank you for your help, much appreciated, I appreciate it`;
const FAREWELLS = `bye, bye bye, goodbye, good bye, see you, see you then, take care, have a nice day, have a good day,
  have a great day, have a good one, good night, talk to you later`;
const CONSENT = `okay, ok, all right, alright, great, perfect, excellent, wonderful, sounds good, sounds great, fine, that's fine,
  that is fine, very well, lovely, awesome, cool, good, very good, got it, I see, understood, fair enough, no problem,
  no worries, that would be great, that would be good, that would be perfect, that would be lovely, that'd be great,
  that's great, that's perfect, that's good, that works, that'll work, works for me, that works for me, that's fine with me,
  that'll do, I'm good, I'm fine, I'm all set, all good, you too, same to you`;
const ENDS = `that's all, that's it, that is all, that is it, that'll be all, that will be all, that's everything, nothing else,
  that's about it, that's all I needed, all done, that's the whole number`;

const lower = (text: string): string => text.toLowerCase();

/** "How are you" and "good night" are not among them: they want an answer. */
export const greetings = phrases(
  'hi, hello, hey, hi there, hello there, good morning, good afternoon, good evening, good day',
);

export const openers = phrases(
  lower(GREETINGS),
  `um, uh, er, erm, hmm, so, well, yes, yeah, yep, no, okay, ok, right, oh, and, but, also, please, sorry, excuse me,
  actually, basically, then, great, thanks, thank you, all right, alright, good, listen, look, now, like, sir, madam`,
);

export const holds = phrases(
  lower(`one second, one sec, just a second, just a sec, one moment, just a moment, one minute, just a minute,
  one moment please, one second please, hold on, hold on please, hold on a second, hold on a minute, hold on a moment, hang on,
  hang on a second, hang on a minute, hang on a sec, wait, wait please, wait a second, wait a minute, wait a moment, please wait,
  please hold, bear with me, give me a second, give me a sec, give me a moment, give me a minute, give me one second,
  give me one moment, let me check, let me look, let me look it up, let me see if I can find it, let me find it, let me get it,
  let me grab a pen, let me get a pen, let me grab my card, let me get my card, let me pull it up, let me look that up,
  let me have a look, let me take a look, I'm looking for it, I'm just looking, I'm checking, I need to check`),
);

export const corrections = phrases(
  lower(`no wait, no I mean, I mean, I meant, actually no, scratch that, no sorry, sorry no, wait no, no no sorry,
  correction, let me start again, let me start over, let me rephrase, or rather, what I mean is, no hold on`),
);

export const fillers = phrases(
  lower(`um, uh, er, erm, hmm, hm, umm, uhm, like, you know, let's see, let me see, let me think, how do I say, how do you say,
  what's it called, what do you call it, so basically, sort of, kind of, you see, well, so, so like, I was like, okay so,
  yeah so, you know what, I guess like, the thing is, how should I put it, I don't know like`),
);
export const hum = /^(?:u+h*m+|u+h+|e+r+m*|a+h+|h+m+|m{2,})$/;

export const social = phrases(lower(GREETINGS), lower(THANKS), lower(FAREWELLS), lower(CONSENT), lower(ENDS));

export const closers = phrases(
  lower(THANKS),
  lower(FAREWELLS),
  lower(ENDS),
  lower(`please, thanks please, if you please, if possible please, that would be great, that would be lovely, that would be perfect,
  that would be wonderful, that would be good, that'd be great`),
);

export const softeners = phrases(
  lower(`please, if possible, if that's possible, if you can, if that's okay, if that's ok, if that works, if you don't mind,
  works for me, would be great, would be good, would be fine, would be perfect, would work, is fine, is good, is okay, is ok,
  is perfect, is best, works, is great, I think, I guess, I suppose, or so, thanks, thank you, sir, madam, then, maybe, preferably`),
);

export const yes = phrases(
  lower(`yes, yeah, yep, yup, yes please, sure, sure thing, of course, certainly, definitely, absolutely, exactly, indeed, correct, right,
  that's right, that is right, that's correct, that is correct, that's true, true, okay, ok, all right, alright, uh huh, uh-huh,
  mhm, mm-hmm, mm hmm, mmhmm, go ahead, please do, fine, I think so, I believe so, I guess so, I hope so, I suppose so,
  by all means, sounds good, sounds great, perfect, great, no problem, that works, that's it,   I'd love to,   that's me, this is he, this is she, speaking, agreed, I agree, I confirm, confirmed, very much so, works for me, that works for me, it's fine`),
);
export const no = phrases(
  lower(`it is, it does, it was, I am, I do, I did, I can, I will, I would, I have, we are, we do, we did, we can, we will, we have, they are, they do, he is, she is, you can, you are,
  no, nope, nah, no thank you, no thanks, not really, not at all, not yet, never, no way, not now, not today, of course not,
  I don't think so, I don't believe so, I'm afraid not, definitely not, absolutely not, certainly not, I'd rather not, not exactly,
  not that I know of, I don't, I didn't, I can't, I won't, I wouldn't, I haven't, I'm not, we don't, we didn't, we can't, we won't,
  we haven't, we're not, it isn't, it's not, it doesn't, it didn't, it wasn't, it hasn't, they don't, they aren't, he isn't, he's not, she isn't, she's not,
  that's wrong, wrong, that's not right, that's not correct, incorrect, not correct, that's incorrect, no need, negative, don't, please don't`),
);
export const refusals = phrases(
  lower(`I don't know, I do not know, I have no idea, no idea, I don't remember, I can't remember, I don't recall, I forgot, I don't have one,
  I don't have it, I don't have any, I don't have that, I don't have an email, I don't have an email address, I don't have a phone,
  I don't have a phone number, I don't have it with me, I don't have it on me, I'd rather not say, I'd rather not, I prefer not to say, none, not sure yet`),
);

export const announcements = phrases(
  lower(`my name, my full name, my first name, first name, my last name, last name, the last name, the first name, surname, my surname, family name,
  my number, my phone number, my phone, my mobile number, my cell number, the number, the phone number, the area code, area code,
  my email, my email address, the email, the email address, my address, the address, my id, my id number, id number, my account number,
  the account number, account number, my order number, the order number, order number, reference number, my card number, card number,
  date of birth, my date of birth, the code`),
);

export const regrets = phrases('sorry');
export const apologies = phrases(
  `what i meant, what i mean, know what i mean`,
  "i'm sorry, i am sorry, so sorry, very sorry, oh sorry, really sorry, we're sorry, say sorry",
);
export const finalFillers = phrases(
  `look like, looks like, sound like, sounds like, feel like, would you like, you like, i like, we like, they like, it like, something like that, taste like,
  think so, hope so, guess so, believe so, suppose so, or so, say so, if so, as well, very well, not well, feel well, feeling well, works well, went well,
  what kind of, let you know, let me know`,
);

/** Parts of an answer that are followed by a figure or a name; in any other sentence they are nouns. */
export const labels = phrases(
  `apartment, apartment number, apt, suite, floor, flat, flat number, unit, house number, street number, zip code, postal code, postcode, extension, underscore, dash, hyphen, dot, double, triple, the street, the city, first, last`,
);
export const finalHolds = phrases(
  `can't wait, cannot wait, i'll wait, the wait, to wait, long wait, i can wait, we'll wait, i'd wait, i will wait`,
);
