import { describe, expect, test } from 'vitest';
import type { Turn } from './call-event.ts';
import { soundsLikeMachine } from './machine-phrases.ts';
import { goesOn, saysPerson, suspicionOf } from './presence.ts';

/** What the agent said and what was answered, in turn; the last entry is the caller's. Answers come `afterMs` later. */
function suspicion(exchanges: readonly (readonly [agent: string, caller: string])[], afterMs?: readonly number[]) {
  const turns: Turn[] = [];
  let at = 0;
  let from = 0;
  for (const [i, [agent, caller]] of exchanges.entries()) {
    turns.push({ who: 'agent', text: agent, from: at, to: at + 2_000 });
    from = at + 2_000 + (afterMs?.[i] ?? 400 + ((i * 370) % 900));
    turns.push({ who: 'caller', text: caller, from, to: from + 1_000 });
    at = from + 2_000;
  }
  const last = turns.pop()!;
  return suspicionOf(turns, { text: last.text, from, isPerson: false, machinePhrases: 1 });
}
const asked = (...questions: string[]) => ({ answering: (words: string) => questions.map((q) => [q, words] as const) });
const QUESTIONS = [
  'Which day?',
  'What time?',
  'Who is it for?',
  'May we call you?',
  'Is that all?',
  'Shall I book it?',
];

describe('a machine', () => {
  test.each([
    'Please leave a message after the tone.',
    'For sales, press one. For support, press two.',
    'Your call is important to us. Please stay on the line.',
    'You have reached the voicemail of Dana Levi.',
    'The number you have dialed is not in service.',
    'המספר שחייגתם אינו מחובר.',
    'נא להשאיר הודעה לאחר הצליל.',
    'לשיחה עם נציג הקש אפס.',
    'שיחתכם חשובה לנו.',
    'הגעתם לתא הקולי של דנה.',
  ])('says "%s"', (words) => {
    expect(soundsLikeMachine(words)).toBe(true);
    expect(suspicion([['Hello, how can I help?', words]])).toBe('machine-phrase');
  });

  test('says the same sentence whatever it is told', () => {
    const loop = asked('Hello.', 'Sorry?', 'Which day?').answering('welcome to the hotel how may I help you');
    expect(suspicion(loop)).toBe('same-words');
    expect(suspicion(loop.slice(1))).toBeUndefined();
    const nearly = loop.map(([q, words], i) => [q, i === 1 ? words.replace('the', 'our') : words] as const);
    expect(suspicion(nearly)).toBe('same-words');
  });

  test('says the same to the same, within ten turns', () => {
    const loop = Array.from({ length: 8 }, () => ['How can I help?', 'how can I help you today'] as const);
    expect(suspicion(loop)).toBe('same-words');
    expect(suspicion(loop.slice(1))).toBeUndefined();
  });

  test('gives our own words back', () => {
    const echo = QUESTIONS.slice(0, 3).map((q) => [`Thank you, and ${q}`, `thank you and ${q}`] as const);
    expect(suspicion(echo)).toBe('own-words');
  });

  test('answers like clockwork, half in the same words', () => {
    const ends = ['the day', 'an hour', 'his name', 'a call'];
    const varied = ends.map((end, i) => [QUESTIONS[i]!, `I can help you with ${end} ${'x'.repeat(i + 1)}`] as const);
    expect(suspicion(varied, [900, 940, 910, 890])).toBe('clockwork');
    expect(suspicion(varied, [900, 1_400, 600, 890])).toBeUndefined();
  });
});

describe('a person', () => {
  test.each(['yes', 'Yes.', 'no', 'כן', 'לא', 'yes please', 'no thank you', 'okay'])(
    'may say "%s" to every question',
    (word) => {
      expect(suspicion(asked(...QUESTIONS).answering(word), [500, 510, 520, 530, 540, 550])).toBeUndefined();
    },
  );

  test.each(['hello? hello?', 'hello', 'הלו?', 'dana levi'])('may say "%s" a few times', (words) => {
    expect(suspicion(asked(...QUESTIONS.slice(0, 5)).answering(words))).toBeUndefined();
  });

  test('may repeat a wish when asked the same again', () => {
    const question = ['Which day?', 'I would like it sometime soon'] as const;
    expect(suspicion([question, question, question])).toBeUndefined();
  });

  test('may read a few words back, and talk about messages, numbers and waiting', () => {
    expect(suspicion(QUESTIONS.slice(0, 3).map((q) => [`So, ${q}`, q]))).toBeUndefined();
    for (const words of [
      'Can I leave you my number?',
      'I have been waiting on the line for an hour',
      'hold on a second please',
      'I called the number yesterday',
      'אפשר להשאיר לך הודעה?',
      'רגע, אני על הקו',
    ]) {
      expect(soundsLikeMachine(words), words).toBe(false);
    }
  });

  test('who has said so is believed, but not for ever', () => {
    const turns = (n: number): Turn[] =>
      Array.from({ length: n }, (_, i) => [
        { who: 'agent', text: QUESTIONS[i % 6]!, from: i, to: i } as const,
        { who: 'caller', text: 'I want to speak to Dana', from: i, to: i } as const,
      ]).flat();
    const words = { text: 'I want to speak to Dana', from: 0, isPerson: true, machinePhrases: 1 };
    expect(suspicionOf(turns(5), words)).toBeUndefined();
    expect(suspicionOf(turns(7), words)).toBe('same-words');
  });

  test.each(['yes', 'Yes, I am.', 'yes of course I am a person', 'כן, אני פה', 'hello'])('says so: "%s"', (words) => {
    expect(saysPerson(words)).toBe(true);
  });

  test.each(['', 'yes I want to speak to Dana', 'for sales press one'])('does not with "%s"', (words) => {
    expect(saysPerson(words)).toBe(false);
  });

  test('the same once more, or another machine phrase, goes on', () => {
    expect(goesOn('how may I help you', 'How may I help you?')).toBe(true);
    expect(goesOn('press one', 'for support press two')).toBe(true);
    expect(goesOn('how may I help you', 'I want a table')).toBe(false);
    expect(goesOn('', 'I want a table')).toBe(false);
  });
});
