import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import frontDesk from '../../../agents/front-desk.ts';
import leah from '../../../agents/leah.ts';
import { textOf, uninterruptible } from '../../text/line.ts';
import type { Outcome } from '../contracts.ts';
import type { Flow } from './definition.ts';
import { flow } from './flow.ts';
import { type FlowStep, startFlow, stepFlow } from './step.ts';

const booking = frontDesk.brain.find((entry) => typeof entry !== 'string')!;
const flatWanted = leah.brain.find((entry) => typeof entry !== 'string')!;

const spoken = ({ say }: FlowStep): string => say.map(textOf).join(' ');

/** Plays the caller's lines and returns what the agent says to each, and how the last one ended. */
function converse(definition: Flow, ...utterances: readonly string[]) {
  let step: FlowStep = startFlow(definition);
  const outcomes: Outcome[] = [];
  const said: string[] = [];
  for (const utterance of utterances) {
    step = stepFlow(definition, step.state, utterance);
    said.push(spoken(step));
    if (step.outcome) outcomes.push(step.outcome);
  }
  return { said, last: said.at(-1), outcomes, hangUp: step.hangUp === true, expect: step.expect, state: step.state };
}

/** Two lines per turn, as one reads a transcript: the caller's and the agent's answer. */
function transcript(definition: Flow, turns: readonly (readonly [caller: string, agent: string])[]) {
  const result = converse(definition, ...turns.map(([caller]) => caller));
  expect(result.said).toEqual(turns.map(([, agent]) => agent));
  return result;
}

const errand = flow({
  name: 'errand',
  language: 'en-US',
  questions: [
    { slot: 'day', kind: 'date', ask: 'Which day?' },
    { slot: 'time', kind: 'time', ask: 'What time?' },
  ],
});

describe('whole conversations', () => {
  test('an English booking, one question at a time', () => {
    const { outcomes, hangUp } = transcript(booking, [
      ['a cleaning please', 'Which day suits you?'],
      ['tuesday', 'And at what time?'],
      ['half past two', 'May I have your name?'],
      ['john smith', 'Shall we call you back on the number you are calling from?'],
      ['yes', 'That is a cleaning, on Tuesday, at two thirty in the afternoon, for John Smith. Is that right?'],
      [
        "yes that's right",
        'You are booked on Tuesday at two thirty in the afternoon. We look forward to seeing you. Goodbye.',
      ],
    ]);
    expect(hangUp).toBe(true);
    const slots = { reason: 'cleaning', day: 'tuesday', time: '14:30', name: 'John Smith', sameNumber: 'yes' };
    expect(outcomes).toEqual([{ status: 'completed', flow: 'book-appointment', slots }]);
  });

  test('an English booking in one breath, corrected', () => {
    const { outcomes } = transcript(booking, [
      ['a cleaning on tuesday at ten', 'May I have your name?'],
      ['no, wednesday', 'All right, on Wednesday. May I have your name?'],
      ['my name is mary', 'Shall we call you back on the number you are calling from?'],
      ['no', 'Then which number shall we call? Please say it digit by digit.'],
      [
        'five five five one two three four five six seven',
        'I have five five five, one two three, four five six seven. Is that right?',
      ],
      [
        'no five five five one two three four five six eight',
        'I have five five five, one two three, four five six eight. Is that right?',
      ],
      ['correct', 'That is a cleaning, on Wednesday, at ten in the morning, for Mary. Is that right?'],
      ['not ten, eleven', 'That is a cleaning, on Wednesday, at eleven in the morning, for Mary. Is that right?'],
      ['no', 'What should I change?'],
      ['the day', 'Which day suits you?'],
      ['thursday', 'That is a cleaning, on Thursday, at eleven in the morning, for Mary. Is that right?'],
      ['yes', 'You are booked on Thursday at eleven in the morning. We look forward to seeing you. Goodbye.'],
    ]);
    expect(outcomes[0]?.slots).toEqual({
      reason: 'cleaning',
      day: 'thursday',
      time: '11:00',
      name: 'Mary',
      sameNumber: 'no',
      phone: '+15551234568',
    });
  });

  test('a Hebrew lead, with values in one breath and a correction', () => {
    const { outcomes, hangUp } = transcript(flatWanted, [
      ['אני מחפשת דירת שלושה חדרים בגבעתיים', 'גבעתיים, מצוין. ומה התקציב, בערך?'],
      ['רגע, לא גבעתיים, חולון', 'בסדר, חולון. ומה התקציב, בערך?'],
      ['בערך שני מיליון ומאתיים אלף', 'ומה השם, בבקשה?'],
      ['קוראים לי דנה לוי', 'לאיזה מספר לחזור אליכם?'],
      [
        'אפס חמישים ושתיים, אחת שתיים שלוש, ארבע חמש שש שבע',
        'רשמתי אפס חמש שתיים, אחת שתיים שלוש, ארבע חמש שש שבע. נכון?',
      ],
      ['כן', 'אז רשמתי: דירה באזור חולון, 3 חדרים, בתקציב של 2.2 מיליון שקל, על שם דנה לוי. הכול נכון?'],
      ['לא, ארבעה חדרים', 'אז רשמתי: דירה באזור חולון, 4 חדרים, בתקציב של 2.2 מיליון שקל, על שם דנה לוי. הכול נכון?'],
      ['כן, הכול נכון', 'תודה רבה. אחד המתווכים שלנו יחזור אליכם בהקדם עם דירות מתאימות. יום נעים, ולהתראות.'],
    ]);
    expect(hangUp).toBe(true);
    const slots = { area: 'חולון', rooms: '4', budget: '2200000', name: 'דנה לוי', phone: '+972521234567' };
    expect(outcomes).toEqual([{ status: 'completed', flow: 'flat-wanted', slots }]);
  });

  test('a Hebrew day corrected at the summary', () => {
    const visit = flow({ ...errand, language: 'he-IL', questions: [{ slot: 'day', kind: 'date', ask: 'מתי?' }] });
    const { outcomes } = transcript(visit, [
      ['ביום שני', 'אז רשמתי: ביום שני. הכול נכון?'],
      ['לא, ביום שלישי', 'אז רשמתי: ביום שלישי. הכול נכון?'],
      ['נכון', 'תודה, כל הפרטים אצלי. להתראות.'],
    ]);
    expect(outcomes[0]?.slots).toEqual({ day: 'tuesday' });
  });
});

describe('questions', () => {
  test('the opening may be left to the greeting, and the first question is expected all the same', () => {
    expect(startFlow(booking)).toMatchObject({ say: [], expect: { kind: 'choice' } });
    expect(startFlow(errand)).toMatchObject({ say: ['Which day?'], expect: { kind: 'date' } });
    expect(startFlow(flow({ ...errand, opening: 'Welcome. Which day?' })).say).toEqual(['Welcome. Which day?']);
  });

  test('a value that the agent refuses is explained and asked for again', () => {
    const { said } = converse(booking, 'a cleaning', 'saturday', 'monday');
    expect(said.slice(1)).toEqual(['We are closed at the weekend. Which day suits you?', 'And at what time?']);
  });

  test('a condition that a correction undoes takes its answer out of the outcome', () => {
    const gift = flow({
      name: 'gift',
      language: 'en-US',
      questions: [
        { slot: 'wrap', kind: 'choice', ask: 'Box or bag?', options: [{ value: 'box' }, { value: 'bag' }] },
        { slot: 'ribbon', kind: 'yes-no', ask: 'A ribbon?', when: { wrap: 'box' } },
        { slot: 'card', kind: 'text', ask: 'What is on the card?', when: { ribbon: ['yes'] } },
      ],
    });
    expect(converse(gift, 'a bag', 'yes').outcomes[0]?.slots).toEqual({ wrap: 'bag' });
    const { outcomes } = converse(gift, 'a box', 'yes', 'with love', 'no, a bag', 'yes');
    expect(outcomes[0]?.slots).toEqual({ wrap: 'bag' });
  });

  test('without confirmation the flow ends with the last answer', () => {
    const { outcomes, said } = converse(
      flow({ ...errand, confirm: false, closing: 'See you {day}.' }),
      'monday',
      'at noon',
    );
    expect(said).toEqual(['What time?', 'See you on Monday.']);
    expect(outcomes).toHaveLength(1);
  });
});

describe('corrections', () => {
  test.each([
    ['no, Tuesday', 'tuesday'],
    ['actually Tuesday', 'tuesday'],
    ['change the day to Tuesday', 'tuesday'],
    ['sorry, not Monday, Tuesday', 'tuesday'],
  ])('of an earlier answer: %s', (words, day) => {
    const { state, last } = converse(errand, 'monday', words);
    expect(state.slots['day']).toBe(day);
    expect(last).toBe('All right, on Tuesday. What time?');
  });

  test('by the name of the slot alone ask for it again', () => {
    expect(converse(errand, 'monday', 'change the day').last).toBe('Which day?');
    expect(converse(errand, 'monday', 'ten', 'the day is wrong').last).toBe('Which day?');
    expect(converse(errand, 'monday', 'ten', 'change the hour').last).toBe('What time?');
  });

  test('with the next answer in the same breath', () => {
    const { state } = converse(errand, 'monday', 'wednesday at ten');
    expect(state.slots).toEqual({ day: 'wednesday', time: '10:00' });
  });

  test('that turn out to be none go back to the summary', () => {
    const summary = 'So I have: on Monday, ten in the morning. Is that right?';
    expect(converse(errand, 'monday', 'ten', 'no', "nothing, it's fine").last).toBe(summary);
  });
});

describe('global words', () => {
  test('repeat says the question again, also at the summary', () => {
    expect(converse(errand, 'repeat please').last).toBe('Which day?');
    expect(converse(errand, 'monday', 'ten', 'say that again').last).toContain('So I have');
    expect(converse(flatWanted, 'אפשר לחזור?').last).toBe('באיזה אזור מחפשים דירה?');
  });

  test('help explains and asks again', () => {
    expect(converse(errand, 'help').last).toMatch(/You can answer in a few words.* Which day\?$/);
    expect(converse(flatWanted, 'עזרה').last).toMatch(/באיזה אזור מחפשים דירה\?$/);
  });

  test('operator is answered and the question stands, unless the flow hangs up for it', () => {
    expect(converse(booking, 'can I talk to a human').last).toContain('Everyone at the desk is with a patient');
    expect(converse(flatWanted, 'אפשר לדבר עם נציג').last).toContain('כל המתווכים בפגישות');
    const passing = flow({ ...errand, operator: { say: 'A colleague will call you back.', hangUp: true } });
    const { outcomes, hangUp } = converse(passing, 'monday', 'operator');
    expect({ outcomes, hangUp }).toEqual({
      outcomes: [{ status: 'abandoned', flow: 'errand', slots: { day: 'monday' } }],
      hangUp: true,
    });
  });

  test.each([
    [errand, 'goodbye'],
    [errand, 'never mind'],
    [flatWanted, 'לא מעוניינת'],
    [flatWanted, 'תודה ולהתראות'],
  ])('goodbye ends the flow: %# %s', (definition, words) => {
    const { outcomes, hangUp } = converse(definition, words);
    expect(outcomes).toEqual([{ status: 'abandoned', flow: definition.name, slots: {} }]);
    expect(hangUp).toBe(true);
  });
});

describe('what is not understood', () => {
  test('is asked for again twice, in softer words, and then the call ends politely', () => {
    const { said, outcomes, hangUp } = converse(flow({ ...errand }), 'banana', 'banana', 'banana');
    expect(said).toEqual([
      "Sorry, I didn't catch that. Which day?",
      "I'm sorry, I still didn't understand. Which day?",
      "I'm sorry, I can't help with that over the phone today. Thank you for calling. Goodbye.",
    ]);
    expect({ hangUp, status: outcomes[0]?.status }).toEqual({ hangUp: true, status: 'abandoned' });
    expect(converse(booking, 'banana').last).toBe(
      "Sorry, I didn't catch that. Please say cleaning, check-up, or pain.",
    );
  });

  test('an understood answer gives the next question two tries of its own', () => {
    expect(converse(errand, 'banana', 'banana', 'monday', 'banana', 'banana').hangUp).toBe(false);
  });

  test('may be skipped with a default', () => {
    const { last, state } = converse(booking, 'banana', 'banana', 'banana');
    expect(last).toBe('Let us plan a check-up, and the dentist will take it from there. Which day suits you?');
    expect(state.slots).toEqual({ reason: 'check-up' });
  });

  test('may be left out', () => {
    const { last } = converse(booking, 'a cleaning', 'monday', 'ten', 'what is it', 'what is it', 'what is it');
    expect(last).toBe(
      'Never mind, we will ask at the desk. Shall we call you back on the number you are calling from?',
    );
  });

  test('may be taken word for word after a softer question', () => {
    const before = ['חולון', 'שלושה', 'מיליון'];
    const asked = converse(flatWanted, ...before, 'למה זה', 'למה זה', 'למה זה');
    expect(asked.last).toBe('סליחה, לא קלטתי. אפשר לומר רק את השם הפרטי?');
    expect(asked.expect.kind).toBe('open');
    const { state } = converse(flatWanted, ...before, 'למה זה', 'למה זה', 'למה זה', 'אולי מישהו');
    expect(state.slots['name']).toBe('אולי מישהו');
  });

  test('a read-back that is wrong three times takes the way out too', () => {
    const wrong = ['five five five one two three four five six seven', 'no'];
    const { last } = converse(booking, 'a cleaning on monday at ten', 'mary', 'no', ...wrong, ...wrong, ...wrong);
    expect(last).toMatch(/^We will use the number you are calling from\. That is a cleaning/);
  });

  test('an answer that is known already is no reason to apologise', () => {
    expect(converse(errand, 'monday', 'monday').last).toBe('What time?');
  });

  test('at the summary asks for yes or no, and gives up in the end', () => {
    const { said, outcomes } = converse(errand, 'monday', 'ten', 'banana', 'banana', 'banana');
    expect(said[2]).toBe("Sorry, I didn't catch that. Is everything right? Please say yes or no.");
    expect(outcomes).toEqual([{ status: 'abandoned', flow: 'errand', slots: { day: 'monday', time: '10:00' } }]);
  });
});

test('words after the end change nothing', () => {
  const { said, outcomes, hangUp } = converse(errand, 'monday', 'ten', 'yes', 'oh wait, tuesday');
  expect(said.at(-1)).toBe('Thank you for calling. Goodbye.');
  expect({ outcomes: outcomes.length, hangUp }).toEqual({ outcomes: 1, hangUp: true });
});

describe('any caller at all', () => {
  const word = fc.constantFrom(
    ...[
      'yes',
      'no',
      'not',
      'tuesday',
      'at',
      'ten',
      'half past',
      'change',
      'the day',
      'anna',
      'five five',
      '0521234567',
    ],
    ...['כן', 'לא', 'ביום שלישי', 'בעשר', 'שלושה חדרים', 'לשנות', 'השם', 'מיליון', 'וחצי', 'חולון', ',', 'repeat'],
  );
  const utterance = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
  );

  test.each([booking, flatWanted, errand])('is always answered: %#', (definition) => {
    fc.assert(
      fc.property(fc.array(utterance, { maxLength: 25 }), (utterances) => {
        let step = startFlow(definition);
        let outcomes = 0;
        for (const words of utterances) {
          const ended = step.hangUp === true;
          const next = stepFlow(definition, step.state, words);
          expect(spoken(next)).toMatch(/\p{L}/u);
          expect(next).toEqual(stepFlow(definition, step.state, words));
          expect(next.hangUp === true || !ended).toBe(true);
          expect(next.outcome === undefined || next.hangUp).toBeTruthy();
          outcomes += next.outcome ? 1 : 0;
          step = next;
        }
        expect(outcomes).toBe(step.hangUp ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });

  test.each([booking, flatWanted, errand])('who is never understood is let go: %#', (definition) => {
    const noise = fc.string({ unit: fc.constantFrom('#', '!', '¿', ' ', '。', '\u200f'), maxLength: 12 });
    // Three tries for each question and its read-back, one softer question, and three for the summary.
    const most = definition.questions.length * 7 + 3;
    fc.assert(
      fc.property(fc.array(noise, { minLength: most, maxLength: most }), (noises) => {
        expect(converse(definition, ...noises).hangUp).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

test('what is uninterruptible stays apart, with its values in their places', () => {
  const consent = flow({
    ...errand,
    questions: [
      { slot: 'day', kind: 'date', ask: 'Which day?', acknowledge: 'Good.' },
      { slot: 'agreed', kind: 'yes-no', ask: uninterruptible('Until we meet {day} we record the call. Do you agree?') },
    ],
    confirm: false,
    closing: uninterruptible(({ day }) => `See you ${day}.`),
  });
  const asked = stepFlow(consent, startFlow(consent).state, 'tuesday');
  expect(asked.say).toEqual(['Good.', uninterruptible('Until we meet on Tuesday we record the call. Do you agree?')]);
  expect(stepFlow(consent, asked.state, 'yes').say).toEqual([uninterruptible('See you on Tuesday.')]);
});
