/** What an agent without a flow of its own falls back on when no model can be had: it takes a message. */
import type { Flow } from './definition.ts';
import { flow } from './flow.ts';

/** Undefined for a language that flows do not speak. */
export function messageFlow(language: string): Flow | undefined {
  const code = new Intl.Locale(language).language;
  if (code === 'he') return hebrew(language);
  return code === 'en' ? english(language) : undefined;
}

const hebrew = (language: string): Flow =>
  flow({
    name: 'message',
    language,
    opening: 'סליחה, יש לי כרגע תקלה קטנה, אבל אפשר להשאיר הודעה ונחזור אליכם. מה השם, בבקשה?',
    questions: [
      {
        slot: 'name',
        kind: 'name',
        ask: 'מה השם, בבקשה?',
        otherwise: { type: 'take-words', ask: 'אפשר לחזור רק על השם?' },
      },
      {
        slot: 'phone',
        kind: 'phone',
        ask: 'לאיזה מספר לחזור אליכם?',
        askAgain: 'אפשר לומר את המספר ספרה אחר ספרה.',
        otherwise: { type: 'skip', say: 'נחזור למספר שממנו התקשרתם.' },
      },
      { slot: 'message', kind: 'text', ask: 'ומה ההודעה?' },
    ],
    closing: 'תודה, רשמתי. נחזור אליכם בהקדם. להתראות.',
  });

const english = (language: string): Flow =>
  flow({
    name: 'message',
    language,
    opening:
      "I'm sorry, I have a small technical problem right now, but I can take a message. May I have your name, please?",
    questions: [
      {
        slot: 'name',
        kind: 'name',
        ask: 'May I have your name, please?',
        otherwise: { type: 'take-words', ask: 'Sorry, could you say just the name?' },
      },
      {
        slot: 'phone',
        kind: 'phone',
        ask: 'What number can we call you back on?',
        askAgain: 'Please say the number digit by digit.',
        otherwise: { type: 'skip', say: 'We will call the number that you are calling from.' },
      },
      { slot: 'message', kind: 'text', ask: 'And what is the message?' },
    ],
    closing: 'Thank you, I have written that down. We will call you back soon. Goodbye.',
  });
