import { describe, expect, test } from 'vitest';
import { replayJournal } from '../../src/call/journal.ts';
import { flowBrain } from '../../src/providers/flow/brain.ts';
import { flow } from '../../src/providers/flow/flow.ts';
import { type Line, uninterruptible } from '../../src/text/line.ts';
import { type KeptJournal, wait, waitForAgent, wholeCall } from './whole-call.ts';

const menu = (ask: Line, keysInterrupt: boolean) =>
  flow({
    name: 'menu',
    language: 'en-US',
    opening: '',
    questions: [
      { slot: 'greeted', kind: 'text', ask: 'Hello?' },
      {
        slot: 'wish',
        kind: 'choice',
        ask,
        keysInterrupt,
        options: [
          { value: 'sales', synonyms: ['1'] },
          { value: 'support', synonyms: ['2'] },
        ],
      },
    ],
    confirm: false,
    closing: 'Thank you, {wish}. Goodbye.',
  });
const MENU = 'For sales press one, and for support press two, or stay on the line for as long as you like.';

const press = (ask: Line, keysInterrupt: boolean) =>
  wholeCall([waitForAgent, { type: 'dtmf', digits: '7' }, wait(4_000), { type: 'dtmf', digits: '2' }, waitForAgent], {
    greeting: 'Hello.',
    brain: () => flowBrain(menu(ask, keysInterrupt)),
  });
const turnsOf = (journal: KeptJournal) =>
  journal.entries.flatMap(({ effects }) => effects.flatMap((e) => (e.type === 'turn-finished' ? [e.turn] : [])));

describe('a menu', () => {
  test('is cut short by a key where it says so', async () => {
    const { journal, line, office } = await press(MENU, true);
    expect(turnsOf(journal).map(({ who }) => who)).toEqual(['agent', 'caller', 'agent', 'caller', 'agent']);
    expect(turnsOf(journal)[2]).toMatchObject({ interrupted: true, intended: MENU });
    expect(turnsOf(journal)[4]!.text).toBe('Thank you, support. Goodbye.');
    expect(office.count('BARGE_IN')).toBe(1);
    expect(line.received.filter(({ text }) => text.includes('"clear"'))).toHaveLength(1);
    expect([...replayJournal(journal)].filter(({ same }) => !same)).toEqual([]);
  });

  test.each([
    ['does not say so', MENU, false],
    ['must be heard', uninterruptible(MENU), true],
  ] as const)('is heard out where it %s, and the key counts all the same', async (_what, ask, keysInterrupt) => {
    const { journal, office } = await press(ask, keysInterrupt);
    expect(turnsOf(journal)[2]).toMatchObject({ text: MENU });
    expect(turnsOf(journal)[4]!.text).toBe('Thank you, support. Goodbye.');
    expect(office.count('BARGE_IN')).toBe(0);
  });
});
