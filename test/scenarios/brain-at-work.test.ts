import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Tool, tool } from '../../src/call/tool.ts';
import type { Brain, BrainEvent, BrainRequest, TextToSpeech } from '../../src/providers/contracts.ts';
import { wait as waitOn } from '../../src/providers/wait.ts';
import type { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { hangUp, type KeptJournal, say, sayOver, wait, waitForAgent, wholeCall } from './whole-call.ts';

/** A model whose answers the test writes: the n-th request that is not the opening gets the n-th answer. */
function scriptedBrain(
  answers: readonly ((request: BrainRequest) => readonly (BrainEvent | number)[])[],
  seen: BrainRequest[] = [],
) {
  return (clock: VirtualClock): Brain => {
    let asked = 0;
    return {
      name: 'scripted-model',
      open: () => ({
        async *respond(request, signal) {
          if (request.opening) return;
          seen.push(request);
          // A number is a pause of so many milliseconds.
          for (const item of answers[Math.min(asked++, answers.length - 1)]!(request)) {
            if (typeof item === 'number') await waitOn(clock, item, signal);
            else yield item;
          }
        },
        summarize: async (history) => `A summary of ${history.length} entries.`,
        close: async () => {},
      }),
      close: async () => {},
    };
  };
}

const text = (words: string): BrainEvent => ({ type: 'text', text: words });
const call = (name: string, args: unknown = {}, id = 'c1'): BrainEvent => ({
  type: 'tool-call',
  id,
  name,
  arguments: JSON.stringify(args),
});

const turnsOf = (journal: KeptJournal): string[] =>
  journal.entries.flatMap(({ effects }) =>
    effects.flatMap((e) => (e.type === 'turn-finished' ? [`${e.turn.who}: ${e.turn.text}`] : [])),
  );

describe('tools', () => {
  const lookUp = (clock: VirtualClock | undefined, ms: number, done: string[]): Tool =>
    tool({
      description: 'Looks up a day.',
      input: z.object({ day: z.string() }),
      run: async ({ day }, { signal, record }) => {
        if (clock) await waitOn(clock, ms, signal);
        done.push(day);
        record({ day });
        return { free: ['ten', 'noon'] };
      },
    });

  test('a round of tools, then the answer; the model sees question, tool and result in order', async () => {
    const seen: BrainRequest[] = [];
    const done: string[] = [];
    const { journal } = await wholeCall([waitForAgent, say(1_200), waitForAgent, say(1_200), waitForAgent, hangUp], {
      tools: { lookUp: lookUp(undefined, 0, done) },
      settings: { speculative: false },
      brain: scriptedBrain(
        [
          () => [text('Let me look. '), call('lookUp', { day: 'tuesday' })],
          () => [text('Ten or noon is free.')],
          () => [text('Noon it is.')],
        ],
        seen,
      ),
    });
    expect(done).toEqual(['tuesday']);
    const [, second, third] = seen;
    expect(second!.history.slice(-3)).toEqual([
      { who: 'caller', text: expect.any(String) },
      { who: 'agent', text: 'Let me look.' },
      {
        who: 'tool',
        exchanges: [{ id: 'c1', name: 'lookUp', arguments: '{"day":"tuesday"}', result: '{"free":["ten","noon"]}' }],
      },
    ]);
    expect(third!.history.map(({ who }) => who)).toEqual(['agent', 'caller', 'tool', 'agent', 'caller']);
    expect(turnsOf(journal)[2]).toBe('agent: Let me look. Ten or noon is free.');
  });

  test('a slow tool is covered by the filler line after a second and a half, and its outcome is kept', async () => {
    const done: string[] = [];
    let clock: VirtualClock | undefined;
    const slow = tool({
      description: 'Looks up slowly.',
      input: z.object({}),
      run: async (_, { signal, record }) => {
        await waitOn(clock!, 4_000, signal);
        done.push('looked');
        record({ slot: 'noon' });
      },
    });
    const brain = scriptedBrain([() => [call('slow')], () => [text('Noon is free.')]]);
    const { journal } = await wholeCall([waitForAgent, say(1_200), waitForAgent, wait(3_000), hangUp], {
      tools: { slow },
      settings: { speculative: false },
      brain: (virtual) => {
        clock = virtual;
        return brain(virtual);
      },
    });
    const started = journal.entries.find(({ event }) => event.type === 'tool-start')!.event.at;
    const filler = journal.entries.find(({ effects }) => effects.some(({ type }) => type === 'filler-play'))!;
    expect(filler.event.at - started).toBe(1_500);
    expect(turnsOf(journal)).toContain('agent: One moment, please. Noon is free.');
    expect(journal.entries.find(({ event }) => event.type === 'outcome')?.event).toMatchObject({
      outcome: { status: 'completed', slots: { slot: 'noon' } },
    });
  });

  test('a caller who interrupts does not undo a tool: the model knows that it was done', async () => {
    const seen: BrainRequest[] = [];
    const done: string[] = [];
    let clock: VirtualClock | undefined;
    const { journal } = await wholeCall(
      [waitForAgent, say(1_200), wait(1_500), say(1_200), waitForAgent, wait(4_000), hangUp],
      {
        settings: { speculative: false },
        tools: {
          book: tool({
            description: 'Books.',
            input: z.object({}),
            run: async (_, { signal }) => {
              await waitOn(clock!, 2_500, signal);
              done.push('booked');
            },
          }),
        },
        brain: (virtual) => {
          clock = virtual;
          return scriptedBrain([() => [call('book')], () => [text('It is booked.')]], seen)(virtual);
        },
      },
    );
    expect(done).toEqual(['booked']);
    expect(seen.at(-1)!.history.some(({ who }) => who === 'tool')).toBe(true);
    expect(journal.entries.filter(({ event }) => event.type === 'tool-start')).toHaveLength(1);
  });

  test('a model that wants nothing but tools must speak after four rounds', async () => {
    const seen: BrainRequest[] = [];
    await wholeCall([waitForAgent, say(1_200), waitForAgent, hangUp], {
      tools: { lookUp: lookUp(undefined, 0, []) },
      settings: { speculative: false },
      brain: scriptedBrain(
        [(request) => (request.toolsAllowed === false ? [text('Enough.')] : [call('lookUp', { day: 'monday' })])],
        seen,
      ),
    });
    expect(seen.map(({ toolsAllowed }) => toolsAllowed ?? true)).toEqual([true, true, true, true, false]);
  });
});

describe('an answer begun ahead', () => {
  test('saves the half of the silence, and its tools wait for the decision', async () => {
    const slow = scriptedBrain([() => [200, text('Here I am.')]]);
    const gap = async (speculative: boolean) => {
      const { journal } = await wholeCall([waitForAgent, say(1_200), waitForAgent, hangUp], {
        brain: slow,
        settings: { speculative },
      });
      const decided = journal.entries.find(({ effects }) => effects.some(({ type }) => type === 'answer-start'))!;
      const reply = decided.effects.flatMap((e) => (e.type === 'answer-start' ? [e.reply] : []))[0];
      const heard = journal.entries.find(({ event }) => event.type === 'playout-start' && event.reply === reply)!;
      return heard.event.at - decided.event.at;
    };
    const [ahead, later] = [await gap(true), await gap(false)];
    expect(later).toBeGreaterThanOrEqual(200);
    expect(ahead).toBeLessThan(later - 150);
  });

  test('is dropped, and counted, when the caller goes on; nothing of it is heard', async () => {
    const seen: BrainRequest[] = [];
    const { office, journal } = await wholeCall([waitForAgent, say(900), wait(330), say(900), waitForAgent, hangUp], {
      brain: scriptedBrain([(request) => [text(`Answer to ${request.history.length}, `), 300, text('in full.')]], seen),
    });
    expect(journal.entries.some(({ effects }) => effects.some(({ type }) => type === 'answer-drop'))).toBe(true);
    expect(turnsOf(journal).filter((turn) => turn.startsWith('agent: Answer'))).toHaveLength(1);
    expect(await office.metrics.text()).toMatch(/kav_prepared_answers_total\{fate="dropped"\} [1-9]/);
    expect(seen.length).toBeGreaterThan(1);
  });
});

test('a long call is summarised in the background, and requests carry the summary', async () => {
  const seen: BrainRequest[] = [];
  const chat = Array.from({ length: 5 }, () => [say(700), waitForAgent]).flat();
  const { journal } = await wholeCall([waitForAgent, ...chat, hangUp], {
    settings: { summariseAfterTurns: 6, speculative: false },
    brain: scriptedBrain([() => [text('Yes.')]], seen),
  });
  const summary = journal.entries.find(({ event }) => event.type === 'summary');
  expect(summary?.event).toMatchObject({ text: 'A summary of 3 entries.', turns: 3 });
  expect(seen.map(({ summary }) => summary?.turns ?? 0)).toEqual([0, 0, 0, 3, 6]);
});

test('the next sentence is asked of the voice while the first still comes in, and they are heard in order', async () => {
  const log: string[] = [];
  const slowVoice = (clock: VirtualClock): TextToSpeech => ({
    name: 'slow',
    open: () => ({
      async *synthesize(sentence, signal) {
        // The lines are spoken before the clock moves.
        if (!/First|Second|Third/.test(sentence)) return yield { encoding: 'mulaw', data: new Uint8Array(1_600) };
        log.push(`ask ${sentence}`);
        for (let i = 0; i < 5; i++) {
          await waitOn(clock, 100, signal);
          yield { encoding: 'mulaw', data: new Uint8Array(1_600).fill(0x20) };
        }
        log.push(`end ${sentence}`);
      },
      close: async () => {},
    }),
    close: async () => {},
  });
  const { journal } = await wholeCall([waitForAgent, say(1_200), waitForAgent, hangUp], {
    tts: slowVoice,
    brain: scriptedBrain([() => [text('First. Second. Third. ')]]),
  });
  expect(log).toEqual(['ask First.', 'ask Second.', 'end First.', 'ask Third.', 'end Second.', 'end Third.']);
  expect(turnsOf(journal)).toContain('agent: First. Second. Third.');
});

test('a caller can interrupt while tools, model and voice are all at work, twice in a row', async () => {
  const { journal, office } = await wholeCall(
    [waitForAgent, say(1_200), sayOver(900, 700), sayOver(900, 700), waitForAgent, hangUp],
    {
      brain: scriptedBrain([
        () => [text('This is a rather long answer that goes on and on. And it has two sentences.')],
      ]),
    },
  );
  expect(office.count('CALL_BUG')).toBe(0);
  expect(journal.entries.filter(({ effects }) => effects.some(({ type }) => type === 'barge-in')).length).toBe(2);
});
