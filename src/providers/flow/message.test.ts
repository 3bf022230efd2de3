import { describe, expect, test } from 'vitest';
import { messageFlow } from './message.ts';
import { startFlow, stepFlow } from './step.ts';

describe('the flow that takes a message when no model can be had', () => {
  test.each([
    ['en-US', /your name, please\?$/, ['Dana Levi', 'yes', '052 123 4567', 'please call me about the flat', 'yes']],
    ['he-IL', /מה השם, בבקשה\?$/, ['דנה לוי', 'אפס חמש שתיים אחת שתיים שלוש ארבע חמש שש שבע', 'לגבי הדירה', 'כן']],
  ])('asks in %s for name, number and message', (language, opening, answers) => {
    const flow = messageFlow(language)!;
    const start = startFlow(flow);
    expect(start.say.join(' ')).toMatch(opening);
    const asked = new Set<string>();
    let step = start;
    for (const answer of answers) {
      step = stepFlow(flow, step.state, answer);
      asked.add(step.say.join(' '));
    }
    expect(asked.size).toBeGreaterThanOrEqual(3);
    expect([...asked].some((line) => /message|ההודעה/.test(line))).toBe(true);
  });

  test('no flow for a language that flows do not speak', () => {
    expect(messageFlow('fr-FR')).toBeUndefined();
  });
});
