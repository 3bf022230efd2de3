import { describe, expect, test } from 'vitest';
import { replayJournal } from '../../src/call/journal.ts';
import { testContext } from '../../src/providers/conformance/context.ts';
import type { Brain, SpeechToText } from '../../src/providers/contracts.ts';
import { flowBrain } from '../../src/providers/flow/brain.ts';
import { flow } from '../../src/providers/flow/flow.ts';
import { createScripted } from '../../src/providers/scripted/client.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { hangUp, type KeptJournal, say, waitForAgent, wholeCall } from './whole-call.ts';

const hears = (...lines: string[]) => ({
  stt: (clock: VirtualClock) => createScripted(testContext(clock), { lines }),
});
/** Says something new each time. */
const chatty = (): Brain => {
  let said = 0;
  return {
    name: 'chatty',
    open: () => ({
      async *respond({ opening }) {
        if (!opening) yield { type: 'text', text: `This is answer number ${++said} to what you say.` };
      },
      close: async () => {},
    }),
    close: async () => {},
  };
};
const linesOf = (journal: KeptJournal) =>
  journal.entries.flatMap(({ effects }) => effects.flatMap((e) => (e.type === 'line-start' ? [e.line] : [])));
const answersOf = (journal: KeptJournal) =>
  journal.entries.flatMap(({ effects }) => effects.filter(({ type }) => type === 'answer-start'));
const turns = (n: number) => Array.from({ length: n }, () => [say(1_200), waitForAgent]).flat();

describe('another machine', () => {
  test('that says the same again and again is found out within ten turns, and told goodbye', async () => {
    const { journal, line } = await wholeCall([waitForAgent, ...turns(10)], {
      brain: chatty,
      ...hears(...Array.from({ length: 10 }, () => 'thank you for calling how may I help you')),
    });
    expect(linesOf(journal)).toEqual(['person-check', 'no-person']);
    expect(answersOf(journal)).toHaveLength(2);
    expect(line.closedWith).toEqual({ code: 1000, reason: 'no-person' });
    expect(line.caller.ear.spans.at(-1)!.to - line.caller.ear.spans.at(-1)!.from, 'all of the goodbye').toBeGreaterThan(
      2_000,
    );
    expect(line.phone.streamMs).toBeLessThan(120_000);
    expect([...replayJournal(journal)].filter(({ same }) => !same)).toEqual([]);
  });

  test.each([
    ['voicemail', ['please leave a message after the tone', '', '', '']],
    ['a menu', ['for sales press one', 'for support press two', 'for sales press one']],
    ['תא קולי', ['המספר שחייגתם אינו זמין נא להשאיר הודעה לאחר הצליל', '', '']],
  ])('%s', async (_what, heard) => {
    const { journal, line } = await wholeCall([waitForAgent, ...turns(heard.length)], {
      brain: chatty,
      settings: { machinePhrases: 1 },
      ...hears(...heard),
    });
    expect(linesOf(journal)[0]).toBe('person-check');
    expect(answersOf(journal)).toHaveLength(0);
    expect(line.end).toBe(heard[1] === '' ? line.end : 'server');
    expect(line.phone.streamMs).toBeLessThan(120_000);
  });

  test('a menu is answered twice, as a person who tells of one would be, and asked the third time', async () => {
    const menu = [
      'for sales press one',
      'for support press two',
      'to hear this again press nine',
      'for sales press one',
    ];
    const { journal, line } = await wholeCall([waitForAgent, ...turns(menu.length)], {
      brain: chatty,
      ...hears(...menu),
    });
    expect(linesOf(journal)).toEqual(['person-check', 'no-person']);
    expect(answersOf(journal)).toHaveLength(2);
    expect(line.closedWith?.reason).toBe('no-person');
    expect(line.phone.streamMs).toBeLessThan(120_000);
  });

  test('hold music ends within three minutes', async () => {
    const deaf = (): SpeechToText => ({
      name: 'deaf',
      open: () => ({
        write: () => {},
        speechStarted: () => {},
        speechEnded: () => {},
        expect: () => {},
        close: async () => {},
      }),
      close: async () => {},
    });
    const { journal, line } = await wholeCall([waitForAgent, say(240_000)], { stt: deaf, forMs: 300_000 });
    expect(linesOf(journal)).toEqual(['person-check', 'no-person']);
    expect(line.closedWith?.reason).toBe('no-person');
    expect(line.phone.streamMs).toBeLessThan(180_000);
  });
});

describe('a person', () => {
  test('who says yes to every question of a form is not suspected', async () => {
    const form = flow({
      name: 'form',
      language: 'en-US',
      opening: '',
      questions: ['one', 'two', 'three', 'four', 'five'].map(
        (slot) => ({ slot, kind: 'yes-no', ask: `Is ${slot} right?` }) as const,
      ),
      confirm: false,
    });
    const { journal, line } = await wholeCall([waitForAgent, ...turns(5), waitForAgent], {
      greeting: 'Hello. Is one right?',
      brain: () => flowBrain(form),
      ...hears('yes', 'yes', 'yes', 'yes', 'yes'),
    });
    expect(linesOf(journal)).toEqual([]);
    expect(line.closedWith?.reason).toBe('agent-finished');
  });

  test('who says hello a few times is answered', async () => {
    const { journal } = await wholeCall([waitForAgent, ...turns(4), hangUp], {
      brain: chatty,
      ...hears('hello? hello?', 'hello?', 'hello? hello?', 'can you hear me'),
    });
    expect(linesOf(journal)).toEqual([]);
    expect(answersOf(journal)).toHaveLength(4);
  });

  test('who repeats a wish until it is understood is asked once, and then answered', async () => {
    const wish = 'I want to speak to Dana please';
    const { journal, line } = await wholeCall([waitForAgent, ...turns(5), hangUp], {
      brain: chatty,
      ...hears(wish, wish, wish, 'yes I am', 'well never mind then'),
    });
    expect(linesOf(journal)).toEqual(['person-check']);
    expect(answersOf(journal)).toHaveLength(4);
    expect(line.end).toBe('caller');
  });
});
