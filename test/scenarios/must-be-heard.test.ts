import { describe, expect, test } from 'vitest';
import { replayJournal } from '../../src/call/journal.ts';
import { testContext } from '../../src/providers/conformance/context.ts';
import { flowBrain } from '../../src/providers/flow/brain.ts';
import { flow } from '../../src/providers/flow/flow.ts';
import { createScripted } from '../../src/providers/scripted/client.ts';
import { uninterruptible } from '../../src/text/line.ts';
import { hangUp, type KeptJournal, say, sayOver, wait, waitForAgent, wholeCall } from './whole-call.ts';

const NOTICE = 'This call is recorded, and the recording is kept for a year.';
const greeting = [uninterruptible(NOTICE), 'We are open until six today, so tell me how I can help you.'];
/** The fake voice speaks so long for each character. */
const MS_PER_CHARACTER = 60;

const turnsOf = (journal: KeptJournal) =>
  journal.entries.flatMap(({ effects }) => effects.flatMap((e) => (e.type === 'turn-finished' ? [e.turn] : [])));
const hears = (...lines: string[]) => ({
  stt: (clock: Parameters<typeof testContext>[0]) => createScripted(testContext(clock), { lines }),
});

describe('a notice that must be heard', () => {
  test('a caller who speaks over it hears all of it, then the answer to what was said; the rest is given up', async () => {
    const { journal, line } = await wholeCall([sayOver(1_200, 600), waitForAgent, hangUp], {
      greeting,
      ...hears('are you open on Sunday'),
    });
    const turns = turnsOf(journal);
    expect(turns.map(({ who }) => who)).toEqual(['agent', 'caller', 'agent']);
    expect(turns[0]!.text.startsWith(NOTICE)).toBe(true);
    expect(turns[0]!.interrupted).toBe(true);
    expect(turns[1]).toMatchObject({ text: 'are you open on Sunday' });
    const clears = line.received.filter(({ text }) => text.includes('"clear"'));
    expect(clears).toHaveLength(1);
    expect(clears[0]!.at).toBeGreaterThanOrEqual(NOTICE.length * MS_PER_CHARACTER);
    const [first] = line.caller.ear.spans;
    expect(first!.to - first!.from, 'without a gap').toBeGreaterThanOrEqual(NOTICE.length * MS_PER_CHARACTER - 60);
    expect([...replayJournal(journal)].filter(({ same }) => !same)).toEqual([]);
  });

  test('a caller who talks on is heard from the end of the notice', async () => {
    const { journal } = await wholeCall([sayOver(6_000, 600), waitForAgent, hangUp], {
      greeting,
      ...hears('I want to tell you a long story'),
    });
    const bargeIn = journal.entries.flatMap(({ effects }) => effects.filter(({ type }) => type === 'barge-in'));
    expect(bargeIn).toHaveLength(1);
    expect(turnsOf(journal).map(({ text }) => text)[1]).toBe('I want to tell you a long story');
  });

  test('a noise over it is nothing', async () => {
    const { journal, line } = await wholeCall([sayOver(300, 600), waitForAgent, hangUp], { greeting, ...hears('') });
    expect(turnsOf(journal)[0]!.interrupted).toBeUndefined();
    expect(line.received.some(({ text }) => text.includes('"clear"'))).toBe(false);
  });

  test('all of a greeting, a question of a flow, and its last words', async () => {
    const visit = flow({
      name: 'visit',
      language: 'en-US',
      opening: uninterruptible('We keep what you say for a year. Do you agree to that?'),
      questions: [{ slot: 'agreed', kind: 'yes-no', ask: 'Do you agree?' }],
      confirm: false,
      closing: uninterruptible('Thank you. You can take that back at any time. Goodbye.'),
    });
    const { journal, line } = await wholeCall([sayOver(700, 2_000), wait(2_000), say(900), waitForAgent], {
      greeting: uninterruptible('Good morning.'),
      brain: () => flowBrain(visit),
      ...hears('yes I do', 'wait a moment'),
    });
    expect(turnsOf(journal).map(({ who, text }) => [who, text])).toEqual([
      ['agent', 'Good morning. We keep what you say for a year. Do you agree to that?'],
      ['caller', 'yes I do'],
      ['agent', 'Thank you. You can take that back at any time. Goodbye.'],
      ['caller', 'wait a moment'],
    ]);
    expect(line.closedWith?.reason).toBe('agent-finished');
    expect(line.received.some(({ text }) => text.includes('"clear"'))).toBe(false);
  });
});
